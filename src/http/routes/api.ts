import { Router } from "express";
import type { Logger } from "../../core/runtime.ts";
import { guard, type GuardOptions } from "../access/guard.ts";
import type { ApiFunctions } from "../api-functions.ts";
import type { Metrics } from "../metrics.ts";
import { completionRoutes } from "./chat-completions.ts";
import { embeddingRoutes } from "./embeddings.ts";
import { feedbackRoutes } from "./feedback.ts";
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
  maxBodyBytes: number;
  logger: Logger;
  metrics: Metrics;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** The routes for other programs, behind the guard, which must be asked before any other route. */
export function apiRoutes(options: ApiOptions): Router[] {
  const { metrics } = options;
  const measured = Router();
  measured.use(metrics.measureRequests);
  return [
    measured,
    guard(options),
    queryRoutes(options),
    searchRoutes(options),
    scoreRoutes(options),
    feedbackRoutes(options),
    ledgerRoutes(options),
    completionRoutes(options),
    modelRoutes(),
    embeddingRoutes(options),
    huixiangdouRoutes(options),
    openApiRoutes(),
    metricsRoutes(metrics),
  ];
}
