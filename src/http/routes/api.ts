import { Router } from "express";
import type { Logger } from "../../core/runtime.ts";
import type { Tracer } from "../../core/tracer.ts";
import { guard, type GuardOptions } from "../access/guard.ts";
import type { ApiFunctions } from "../api-functions.ts";
import type { ConsoleFunctions } from "../console-functions.ts";
import type { DocumentFunctions } from "../document-functions.ts";
import type { DocumentShelf, McpParts } from "../mcp/mcp-functions.ts";
import type { Metrics } from "../metrics.ts";
import { observeRequests } from "../observe-requests.ts";
import { completionRoutes } from "./chat-completions.ts";
import { documentRoutes } from "./documents.ts";
import { embeddingRoutes } from "./embeddings.ts";
import { feedbackRoutes } from "./feedback.ts";
import { gateRoutes } from "./gate.ts";
import { groupRoutes } from "./groups.ts";
import { healthRoutes } from "./health.ts";
import { huixiangdouRoutes } from "./huixiangdou.ts";
import { ledgerRoutes } from "./ledger.ts";
import { mcpRoutes } from "./mcp.ts";
import { metricsRoutes } from "./metrics.ts";
import { modelRoutes } from "./models.ts";
import { openApiRoutes } from "./openapi.ts";
import { queryRoutes } from "./query.ts";
import { reindexRoutes } from "./reindex.ts";
import { scoreRoutes } from "./score.ts";
import { searchRoutes } from "./search.ts";
import { sourceRoutes } from "./sources.ts";

export interface ApiOptions extends GuardOptions, Pick<McpParts, "version"> {
  /** Whether answers to OpenAI's clients end with a list of their sources. */
  footnotes: boolean;
  /** Whose bytes the HuixiangDou routes give. */
  pipeline: "parallel" | "serial";
  functions: ApiFunctions;
  /** Behind the admin's routes. */
  consoleFunctions: ConsoleFunctions;
  documents: DocumentFunctions;
  /** What `/mcp` lists. */
  shelf: DocumentShelf;
  maxBodyBytes: number;
  /** Of one file. */
  maxUploadBytes: number;
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
    // Before the ids, which may be anything.
    reindexRoutes(options),
    ...documentRoutes(options),
    ...sourceRoutes(options),
    ...gateRoutes(options),
    ...groupRoutes(options),
    ...healthRoutes(options),
    completionRoutes(options),
    modelRoutes(),
    embeddingRoutes(options),
    huixiangdouRoutes(options),
    mcpRoutes({ ...options, functions: { ...options.functions, ...options.shelf } }),
    openApiRoutes(),
    metricsRoutes(metrics),
  ];
}
