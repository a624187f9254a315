import { Router } from "express";
import type { Logger } from "../../core/runtime.ts";
import type { Tracer } from "../../core/tracer.ts";
import { guard, type GuardOptions } from "../access/guard.ts";
import type { ApiFunctions } from "../api-functions.ts";
import type { ConsoleFunctions } from "../console-functions.ts";
import type { Metrics } from "../metrics.ts";
import { observeRequests } from "../observe-requests.ts";
import { completionRoutes } from "./chat-completions.ts";
import { embeddingRoutes } from "./embeddings.ts";
import { feedbackRoutes } from "./feedback.ts";
import { gateRoutes } from "./gate.ts";
import { huixiangdouRoutes } from "./huixiangdou.ts";
import { ledgerRoutes } from "./ledger.ts";
import { metricsRoutes } from "./metrics.ts";
import { modelRoutes } from "./models.ts";
import { openApiRoutes } from "./openapi.ts";
import { queryRoutes } from "./query.ts";
import { scoreRoutes } from "./score.ts";
import { searchRoutes } from "./search.ts";

export interface ApiOptions extends GuardOptions {
  functions: ApiFunctions;
  /** Behind the admin's routes. */
  consoleFunctions: ConsoleFunctions;
  maxBodyBytes: number;
  logger: Logger;
  metrics: Metrics;
  tracer: Tracer;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** The routes for other programs, behind the guard, which must be asked before any other route. */
export function apiRoutes(options: ApiOptions): Router[] {
  const { metrics } = options;
  const measured = Router();
  measured.use(metrics.measureRequests, observeRequests(options));
  return [
    measured,
    guard(options),
    queryRoutes(options),
    searchRoutes(options),
    scoreRoutes(options),
    feedbackRoutes(options),
    ...ledgerRoutes(options),
    ...gateRoutes(options),
    completionRoutes(options),
    modelRoutes(),
    embeddingRoutes(options),
    huixiangdouRoutes(options),
    openApiRoutes(),
    metricsRoutes(metrics),
  ];
}
