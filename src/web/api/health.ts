import { requestJson, withQuery } from "./request.ts";

export interface ModelUsage {
  model: string;
  calls: number;
  /** Tokens, like the next. */
  prompt: number;
  completion: number;
}

export interface HealthDocument {
  version: string;
  /** Milliseconds since 1970. */
  started_at: number;
  /** Version. */
  node: string;
  memory_bytes: number;
  /** How much later than due the event loop came, since the start. */
  event_loop_ms: { p50: number; p99: number };
  /** Null while there is none that can be read. */
  index: { documents: number; chunks: number; failed: number; built_at: number } | null;
  store: { ready: boolean };
  channels: { name: string; kind: string; ready: boolean }[];
  /** Messages taken in that nobody is done with. */
  queue_depth: number;
  /** Newest first. */
  usage: { day: string; models: ModelUsage[] }[];
  /** Who writes answers: a model, or `extractive`. */
  answerer: string;
}

export interface HealthCheck {
  /** The same in every language. */
  check: string;
  name?: string;
  status: "ok" | "warning" | "failed" | "skipped";
  detail: string;
  /** Empty when there is nothing to do. */
  remedy: string;
}

/** @throws ApiFault */
export async function readHealth(signal: AbortSignal): Promise<HealthDocument> {
  return requestJson<HealthDocument>("/v1/health", { signal });
}

/** Looks at everything that the service needs; takes seconds. @throws ApiFault */
export async function runHealthChecks(language: "zh" | "en"): Promise<HealthCheck[]> {
  const path = withQuery("/v1/health/checks", { language });
  return (await requestJson<{ checks: HealthCheck[] }>(path, { method: "POST" })).checks;
}
