import type { RequestHandler } from "express";
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { EndedTurn } from "../core/ask-document.ts";
import type { TokenUsage } from "../core/model.ts";
import { createChannelMetrics, type ChannelMetrics } from "./channel-metrics.ts";
import { routeOf } from "./route-of.ts";

export interface MetricsOptions {
  /** Of this program. */
  version?: string;
  nodeVersion?: string;
  /** Events that nobody is done with; read when the metrics are. */
  queueDepth?: () => Promise<number>;
}

export interface Metrics extends ChannelMetrics {
  /** Measures every request that comes after it. */
  measureRequests: RequestHandler;
  /** Counts a turn of a platform, such as `http` or `lark`. */
  countTurn(platform: string, turn: EndedTurn): void;
  /** Counts one call of a language model; `code` is `ok` or why it failed. */
  countModelCall(call: { model: string; seconds: number; code: string; usage: TokenUsage | undefined }): void;
  contentType: string;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Counts by route, outcome, platform and model; never by user or group. */
export function createMetrics({ version = "", nodeVersion = "", queueDepth }: MetricsOptions = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: "build_info",
    help: "Always 1; its labels tell what runs",
    labelNames: ["version", "node"],
    registers,
  });
  build.set({ version, node: nodeVersion }, 1);
  const requests = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from a request to the end of its response",
    labelNames: ["method", "route", "status_code"],
    buckets: SECONDS,
    registers,
  });
  const answers = new Counter({
    name: "bot_answers_total",
    help: "Turns by how they ended",
    labelNames: ["platform", "outcome"],
    registers,
  });
  const retrieval = new Histogram({
    name: "rag_retrieval_seconds",
    help: "Time to find the passages of a turn",
    buckets: SECONDS,
    registers,
  });
  const calls = new Histogram({
    name: "llm_request_duration_seconds",
    help: "Time of a call of a language model, each try by itself, failed ones too",
    labelNames: ["model", "code"],
    buckets: SECONDS,
    registers,
  });
  const tokens = new Counter({
    name: "llm_tokens_total",
    help: "Tokens of calls of language models that succeeded",
    labelNames: ["kind"],
    registers,
  });
  for (const kind of ["prompt", "completion"]) tokens.inc({ kind }, 0);

  return {
    ...createChannelMetrics({ registry, queueDepth }),
    measureRequests(request, response, next) {
      const end = requests.startTimer({ method: request.method });
      response.once("close", () =>
        end({ route: routeOf(request) ?? "none", status_code: String(response.statusCode) }),
      );
      next();
    },
    countTurn(platform, { outcome, timings }) {
      answers.inc({ platform, outcome: outcome.kind });
      const { retrieve } = timings;
      if (retrieve !== undefined) retrieval.observe(retrieve / 1000);
    },
    countModelCall({ model, seconds, code, usage }) {
      calls.observe({ model, code }, seconds);
      tokens.inc({ kind: "prompt" }, usage?.prompt ?? 0);
      tokens.inc({ kind: "completion" }, usage?.completion ?? 0);
    },
    contentType: registry.contentType,
    text: async () => registry.metrics(),
  };
}
