import { createTraceState, ROOT_CONTEXT, trace, type Context } from "@opentelemetry/api";
import type { TraceParent } from "../core/tracer.ts";

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The context of a caller's span; that of a new trace when the header is absent or not of W3C's form. */
export function callerContext({ traceparent, tracestate }: TraceParent): Context {
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(traceparent?.trim() ?? "") ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined)
    return ROOT_CONTEXT;
  const isKnown = version !== "ff" && (version !== "00" || more === undefined);
  if (!isKnown || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
    ...(tracestate !== undefined && { traceState: createTraceState(tracestate) }),
  });
}
