import type { Request, RequestHandler } from "express";
import { Counter, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { EndedTurn } from "../core/ask-document.ts";

export interface Metrics {
  /** Measures every request that comes after it. */
  measureRequests: RequestHandler;
  /** Counts a turn of a platform, such as `http` or `lark`. */
  countTurn(platform: string, turn: EndedTurn): void;
  contentType: string;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Counts by route, outcome and step; never by user or group. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
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
  const answering = new Histogram({
    name: "llm_request_duration_seconds",
    help: "Time in which an answer was written and reviewed, by models only",
    buckets: SECONDS,
    registers,
  });
  const tokens = new Counter({
    name: "llm_tokens_total",
    help: "Tokens of answers and judgements",
    labelNames: ["kind"],
    registers,
  });

  return {
    measureRequests(request, response, next) {
      const end = requests.startTimer({ method: request.method });
      response.once("close", () => end({ route: routeOf(request), status_code: String(response.statusCode) }));
      next();
    },
    countTurn(platform, { outcome, timings, judged }) {
      answers.inc({ platform, outcome: outcome.kind });
      const { retrieve, answer } = timings;
      if (retrieve !== undefined) retrieval.observe(retrieve / 1000);
      const usage = outcome.kind === "answered" ? outcome.usage : undefined;
      const isModel = usage !== undefined && usage.prompt + usage.completion > 0;
      if (isModel && answer !== undefined) answering.observe(answer / 1000);
      tokens.inc({ kind: "prompt" }, (usage?.prompt ?? 0) + (judged?.usage.prompt ?? 0));
      tokens.inc({ kind: "completion" }, (usage?.completion ?? 0) + (judged?.usage.completion ?? 0));
    },
    contentType: registry.contentType,
    text: async () => registry.metrics(),
  };
}

/** The template of the route, so that no address makes a series of its own. */
function routeOf({ route }: Request): string {
  const found: unknown = route;
  const path = typeof found === "object" && found !== null && "path" in found ? found.path : undefined;
  return typeof path === "string" ? path : Array.isArray(path) ? String(path[0]) : "none";
}
