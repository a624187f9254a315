import { CircuitState, isBrokenCircuitError } from "cockatiel";
import { z } from "zod";
import { AppError } from "../core/errors.ts";
import type { Reranker } from "../core/retriever.ts";
import type { Clock, Fetch, Random } from "../core/runtime.ts";
import { createBreaker } from "./breaker.ts";
import { badReply, unauthorised } from "./gateway-errors.ts";
import type { Gateway } from "./gateway.ts";
import { requestJson } from "./http.ts";
import { RateLimiter } from "./limits.ts";
import { createRedactor } from "../core/redact.ts";
import { retry } from "./retry.ts";

/** The `[rerank]` section; keys are spelt as in the config. */
export interface RerankSettings {
  provider: "jina" | "siliconflow" | "cohere" | "vllm";
  /** An address that has `/rerank`. */
  base_url?: string | undefined;
  model?: string | undefined;
  api_key_env?: string | undefined;
  timeout_s: number;
  /** 0 = no limit. */
  requests_per_minute: number;
}

export interface RerankDependencies {
  secret: (variable: string) => string | undefined;
  /** More secrets that must stand in no message. */
  secretValues?: readonly string[];
  fetch: Fetch;
  clock: Clock;
  random: Random;
}

/** Where each vendor is, and its model for several languages. A server of one's own serves what it was started with. */
const VENDORS: Record<RerankSettings["provider"], { baseUrl: string; model?: string }> = {
  jina: { baseUrl: "https://api.jina.ai/v1", model: "jina-reranker-v2-base-multilingual" },
  siliconflow: { baseUrl: "https://api.siliconflow.cn/v1", model: "BAAI/bge-reranker-v2-m3" },
  cohere: { baseUrl: "https://api.cohere.com/v2", model: "rerank-v3.5" },
  vllm: { baseUrl: "http://127.0.0.1:8000/v1" },
};

/** Somebody waits, and the order of the search is there already: one more attempt is enough. */
const ATTEMPTS = 2;

const scored = z.object({
  index: z.number().int().nonnegative(),
  relevance_score: z.number().optional().catch(undefined),
  score: z.number().optional().catch(undefined),
});
/** Jina, SiliconFlow, Cohere and vLLM answer `results[].relevance_score`; others `data[]`, `score`. */
const replySchema = z.union([
  z.object({ results: z.array(scored) }).transform(({ results }) => results),
  z.object({ data: z.array(scored) }).transform(({ data }) => data),
]);

/**
 * A reranker behind `POST /rerank` in the shape that Jina, SiliconFlow, Cohere and vLLM share. One that keeps failing is
 * left out for a while.
 * @throws AppError `config_invalid` without a model, `model_unauthorised` without its key
 */
export function createHttpReranker(settings: RerankSettings, dependencies: RerankDependencies): Reranker {
  const { secret, secretValues = [], fetch, clock, random } = dependencies;
  const { baseUrl, model: usualModel } = VENDORS[settings.provider];
  const { model = usualModel, base_url: url = baseUrl, api_key_env: keyVariable } = settings;
  if (model === undefined) {
    throw new AppError("config_invalid", `[rerank] model: missing key; "${settings.provider}" has no default`);
  }
  const apiKey = keyVariable === undefined ? undefined : secret(keyVariable);
  const redact = createRedactor([...(apiKey === undefined ? [] : [apiKey]), ...secretValues]);
  const gateway: Gateway = { id: `rerank/${model}`, keyVariable, fetch, clock, redact };
  if (keyVariable !== undefined && apiKey === undefined) {
    throw unauthorised(gateway, `has no key: ${keyVariable} is not set`);
  }
  const limiter = new RateLimiter({ requestsPerMinute: settings.requests_per_minute, tokensPerMinute: 0 }, clock);
  const breaker = createBreaker();
  const timeoutMs = settings.timeout_s * 1000;

  return {
    id: gateway.id,
    async rerank(query, passages, { limit }, signal) {
      if (passages.length === 0) return [];
      const attempt = async (): Promise<number[]> => {
        await limiter.take(0, signal);
        const value = await requestJson(gateway, {
          url: `${url}/rerank`,
          headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
          body: {
            model,
            query: sendable(query),
            documents: passages.map(sendable),
            top_n: Math.min(limit, passages.length),
          },
          timeoutMs,
          signal,
        });
        return readOrder(gateway, value, passages.length).slice(0, limit);
      };
      if (breaker.state === CircuitState.HalfOpen) throw leftOut(gateway);
      try {
        return await breaker.execute(() =>
          retry(attempt, {
            clock,
            random,
            signal,
            attempts: ATTEMPTS,
            patienceMs: timeoutMs,
            onRetry: ({ retryAfterMs = 0 }) => limiter.pause(retryAfterMs),
          }),
        );
      } catch (error) {
        throw isBrokenCircuitError(error) ? leftOut(gateway) : error;
      }
    },
  };
}

function leftOut({ id }: Gateway): AppError {
  return new AppError("model_unreachable", `${id} kept failing and is left out for a while`, { retryable: true });
}

/** Some gateways refuse an empty text, all a broken character. */
function sendable(text: string): string {
  return text.toWellFormed().trim() || " ";
}

function readOrder(gateway: Gateway, value: unknown, count: number): number[] {
  const result = replySchema.safeParse(value);
  if (!result.success) {
    throw badReply(gateway, "answered without an order (results[].index)", { got: JSON.stringify(value) });
  }
  const scores = new Map<number, number>();
  for (const { index, relevance_score: relevance, score = relevance } of result.data) {
    if (index >= count || scores.has(index)) {
      throw badReply(
        gateway,
        `answered the place ${index} among ${count} passages ${index < count ? "twice" : ""}`.trim(),
      );
    }
    if (score === undefined) throw badReply(gateway, "answered without scores (results[].relevance_score)");
    scores.set(index, score);
  }
  if (scores.size === 0) throw badReply(gateway, "ordered none of the passages");
  // Sorted anew: not every server keeps its promise to do so.
  return [...scores].toSorted(([, left], [, right]) => right - left).map(([index]) => index);
}
