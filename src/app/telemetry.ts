import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Context } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type SpanExporter,
} from "@opentelemetry/sdk-trace";
import { errorMessage } from "../core/errors.ts";
import type { Logger } from "../core/runtime.ts";
import type { Span, SpanStart, Tracer } from "../core/tracer.ts";
import { callerContext } from "./trace-parent.ts";

export interface TelemetryOptions {
  /** Of the collector, without `/v1/traces`. */
  endpoint: string;
  serviceName: string;
  version: string;
  /** Names this process among several. */
  instanceId: string;
  headers: Record<string, string>;
  /** Share of traces that are kept, 0 to 1. */
  sample: number;
  logger: Logger;
  /** Between two exports, in milliseconds. Default 2000. */
  intervalMs?: number;
}

export interface Telemetry {
  tracer: Tracer;
  /** Hands over what is left, for `STOP_MS` at most. */
  stop: () => Promise<void>;
}

/** A collector that takes longer for a batch is given up; the batch is lost. */
const EXPORT_MS = 5000;
/** What the end of the process may wait for a collector. */
const STOP_MS = 3000;
/** Spans that wait for the collector; more are dropped. */
const MAX_WAITING = 4096;

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT };

/**
 * Traces for an OpenTelemetry collector, by OTLP over HTTP in JSON. Spans are sent in the background; a collector that
 * hangs, is down or refuses costs a line of log and the spans, nothing else. Nothing is sent to anybody but the collector.
 */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  const { endpoint, serviceName, version, instanceId, headers, sample, logger, intervalMs = 2000 } = options;
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, headers, timeoutMillis: EXPORT_MS });
  const processor = new BatchSpanProcessor({
    exporter: telling(exporter, logger),
    scheduledDelayMillis: intervalMs,
    exportTimeoutMillis: EXPORT_MS,
    maxQueueSize: MAX_WAITING,
  });
  const provider = new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        "service.name": serviceName,
        "service.version": version,
        "service.instance.id": instanceId,
      }),
    ),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sample) }),
    spanProcessors: [processor],
  });
  const source = provider.getTracer("xianheng", version);
  const active = new AsyncLocalStorage<Context>();

  function begin(name: string, { facts = {}, kind, parent }: SpanStart = {}): Span {
    const context = parentContext(parent, active.getStore());
    const span = source.startSpan(
      name,
      { attributes: facts, ...(kind !== undefined && { kind: KINDS[kind] }) },
      context,
    );
    const { traceId, traceFlags } = span.spanContext();
    return {
      traceId: (traceFlags & TraceFlags.SAMPLED) === 0 ? undefined : traceId,
      rename: (next) => void span.updateName(next),
      set: (more) => void span.setAttributes(more),
      fail: (code) => void span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute("error.type", code),
      end: () => span.end(),
      run: (work) => active.run(trace.setSpan(context, span), work),
    };
  }

  return {
    tracer: { begin },
    async stop() {
      const over = new AbortController();
      const late = delay(STOP_MS, "late", { signal: over.signal }).catch(() => "ended");
      const ended = provider.shutdown().then(
        () => "ended",
        (error: unknown) => {
          logger.warn("telemetry.lost", { error: errorMessage(error) });
          return "ended";
        },
      );
      if ((await Promise.race([ended, late])) === "late") logger.warn("telemetry.lost", { error: "no reply in time" });
      over.abort();
    },
  };
}

function parentContext(parent: SpanStart["parent"], active: Context | undefined): Context {
  if (parent === "none") return ROOT_CONTEXT;
  return parent === undefined ? (active ?? ROOT_CONTEXT) : callerContext(parent);
}

/** Says once that the collector does not take spans, and once that it does again. */
function telling(exporter: SpanExporter, logger: Logger): SpanExporter {
  let isLost = false;
  let lost = 0;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed) lost += spans.length;
        if (failed && !isLost) logger.warn("telemetry.lost", { error: errorMessage(result.error) });
        if (!failed && isLost) logger.info("telemetry.back", { lost });
        isLost = failed;
        done(result);
      });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
