import type { RequestHandler } from "express";
import type { Logger } from "../core/runtime.ts";
import type { Tracer } from "../core/tracer.ts";
import { callerOf } from "./access/caller.ts";
import { routeOf } from "./route-of.ts";

export interface ObserveOptions {
  logger: Logger;
  tracer: Tracer;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Asked every few seconds by machines. */
const PROBES = new Set(["/healthz", "/livez", "/health", "/readyz", "/metrics"]);

/**
 * A line of log and a span for every request that comes after it: by the template of its route, so without query, body,
 * key and whatever secret is part of a path.
 */
export function observeRequests({ logger, tracer, now }: ObserveOptions): RequestHandler {
  return function observeRequest(request, response, next) {
    const startedAt = now();
    const { method } = request;
    const isProbe = PROBES.has(request.path);
    const { traceparent, tracestate } = request.headers;
    const parent = {
      traceparent: typeof traceparent === "string" ? traceparent : undefined,
      tracestate: Array.isArray(tracestate) ? tracestate.join(",") : tracestate,
    };
    const span = isProbe
      ? undefined
      : tracer.begin(method, { kind: "server", parent, facts: { "http.request.method": method } });
    response.once("close", () => {
      const route = routeOf(request) ?? "none";
      const status = response.statusCode;
      span?.rename(`${method} ${route}`);
      span?.set({ "http.route": route, "http.response.status_code": status });
      if (status >= 500) span?.fail(String(status));
      span?.end();
      logger[isProbe ? "debug" : "info"]("http.request", {
        method,
        route,
        status,
        ms: now() - startedAt,
        id: response.getHeader("x-request-id"),
        caller: callerOf(request),
        // Whoever asked has hung up before the end.
        ...(!response.writableFinished && { cut: true }),
        ...(span?.traceId !== undefined && { trace: span.traceId }),
      });
    });
    if (span === undefined) next();
    else span.run(next);
  };
}
