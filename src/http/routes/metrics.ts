import type { Router } from "express";
import { endpoint } from "../endpoint.ts";
import type { Metrics } from "../metrics.ts";

/** `GET /metrics`, for Prometheus. */
export function metricsRoutes(metrics: Pick<Metrics, "text" | "contentType">): Router {
  return endpoint("/metrics", {
    get: [
      async (_request, response) => {
        response.setHeader("content-type", metrics.contentType);
        response.end(await metrics.text());
      },
    ],
  });
}
