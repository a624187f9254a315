import { z } from "zod";
import type { EmbeddingModel } from "../core/model.ts";
import type { Clock, Fetch, Random } from "../core/runtime.ts";
import { badReply, unauthorised } from "./gateway-errors.ts";
import type { Gateway } from "./gateway.ts";
import { requestJson } from "./http.ts";
import { RateLimiter } from "./limits.ts";
import { createRedactor } from "../core/redact.ts";
import { retry } from "./retry.ts";
import { cutToTokens, estimateTokens } from "./token-estimate.ts";

export interface OpenAiEmbeddingOptions {
  /** `openai` or `aimhub`; part of the id. */
  provider?: string;
  /** `/embeddings` is appended. */
  baseUrl: string;
  model: string;
  /** The key itself; absent for servers that need none. */
  apiKey?: string | undefined;
  /** Name of the variable that holds the key, for messages. */
  apiKeyEnv?: string | undefined;
  /** Length of the vectors; asked of the gateway once when absent. */
  dimensions?: number | undefined;
  /** Longest wait for one batch, in milliseconds. */
  timeoutMs: number;
  /** 0 = no limit. */
  requestsPerMinute: number;
  /** Texts of one call. Default 64, what most gateways take. */
  batch?: number;
  /** Longest text in tokens by our estimate; a longer one loses its end. Default: no limit. */
  maxInputTokens?: number;
  /** The same in characters. Default: no limit. */
  maxInputChars?: number;
  /** Stands before each question, as some models were trained (`query: `, an instruction). */
  queryPrefix?: string;
  /** Stands before each passage. */
  passagePrefix?: string;
  /** More secrets that must stand in no message. */
  secretValues?: readonly string[];
  fetch: Fetch;
  clock: Clock;
  random: Random;
}

const BATCH = 64;

const replySchema = z.object({
  data: z.array(z.object({ index: z.number().int().optional().catch(undefined), embedding: z.array(z.number()) })),
});

/**
 * An embedding model behind an OpenAI-compatible `/embeddings`. Vectors are brought to unit length. The id names the
 * model and what is done to passages, not the address: one model at another host gives the same vectors, so an index
 * moves with it.
 * @throws AppError `model_*`, `timeout` when the dimensions have to be asked
 */
export async function createOpenAiEmbedding(options: OpenAiEmbeddingOptions): Promise<EmbeddingModel> {
  const { fetch, clock, random, apiKey, apiKeyEnv } = options;
  const {
    provider = "openai",
    batch = BATCH,
    maxInputTokens = Infinity,
    maxInputChars = Infinity,
    queryPrefix = "",
    passagePrefix = "",
  } = options;
  const redact = createRedactor([...(apiKey === undefined ? [] : [apiKey]), ...(options.secretValues ?? [])]);
  const gateway: Gateway = { id: `embedding/${options.model}`, keyVariable: apiKeyEnv, fetch, clock, redact };
  if (apiKeyEnv !== undefined && apiKey === undefined) {
    throw unauthorised(gateway, `has no key: ${apiKeyEnv} is not set`);
  }
  const limiter = new RateLimiter({ requestsPerMinute: options.requestsPerMinute, tokensPerMinute: 0 }, clock);

  async function embedBatch(texts: string[], signal: AbortSignal): Promise<Float32Array[]> {
    const attempt = async (): Promise<Float32Array[]> => {
      await limiter.take(
        texts.reduce((sum, text) => sum + estimateTokens(text), 0),
        signal,
      );
      const value = await requestJson(gateway, {
        url: `${options.baseUrl}/embeddings`,
        headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
        body: { model: options.model, input: texts },
        timeoutMs: options.timeoutMs,
        signal,
      });
      return readVectors(gateway, value, texts.length);
    };
    return retry(attempt, {
      clock,
      random,
      signal,
      onRetry: ({ retryAfterMs = 0 }) => limiter.pause(retryAfterMs),
    });
  }

  /** Fit to be sent: an empty input is refused by some gateways, and a lone surrogate by all. */
  function prepare(text: string, prefix: string): string {
    const whole = `${prefix}${text.toWellFormed().trim() || " "}`;
    return cutToTokens(whole.slice(0, maxInputChars), maxInputTokens).toWellFormed();
  }

  async function embed(texts: string[], signal: AbortSignal, dimensions?: number): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += batch) {
      vectors.push(...(await embedBatch(texts.slice(start, start + batch), signal)));
    }
    const wrong = dimensions === undefined ? undefined : vectors.find((vector) => vector.length !== dimensions);
    if (wrong !== undefined) {
      throw badReply(gateway, `sent a vector of ${wrong.length} numbers where ${dimensions} belong; check dimensions`);
    }
    return vectors;
  }

  const dimensions = options.dimensions ?? (await askDimensions());

  async function askDimensions(): Promise<number> {
    const [vector] = await embed(["dimensions"], new AbortController().signal);
    if (vector === undefined || vector.length === 0) {
      throw badReply(gateway, "sent no vector");
    }
    return vector.length;
  }

  const changes = [
    ...(passagePrefix === "" ? [] : [`passage_prefix=${JSON.stringify(passagePrefix)}`]),
    ...(maxInputTokens === Infinity ? [] : [`max_input_tokens=${maxInputTokens}`]),
  ];
  return {
    id: [`${provider}/${options.model}`, ...changes].join(" "),
    dimensions,
    embed: (texts, kind, signal) =>
      embed(
        texts.map((text) => prepare(text, kind === "query" ? queryPrefix : passagePrefix)),
        signal,
        dimensions,
      ),
  };
}

function readVectors(gateway: Gateway, value: unknown, expected: number): Float32Array[] {
  const result = replySchema.safeParse(value);
  if (!result.success) {
    throw badReply(gateway, "answered without vectors (data[].embedding)", { got: JSON.stringify(value) });
  }
  const { data } = result.data;
  if (data.length !== expected) {
    throw badReply(gateway, `answered ${data.length} vectors to ${expected} texts`);
  }
  // The order is the index's where it is given, not the array's.
  const vectors: (Float32Array | undefined)[] = Array.from({ length: expected });
  data.forEach((entry, position) => {
    vectors[entry.index ?? position] = toUnitLength(gateway, entry.embedding);
  });
  return vectors.map((vector) => {
    if (vector === undefined) {
      throw badReply(gateway, "answered the same index twice");
    }
    return vector;
  });
}

function toUnitLength(gateway: Gateway, numbers: number[]): Float32Array {
  const length = Math.hypot(...numbers);
  if (!Number.isFinite(length) || length === 0) {
    throw badReply(gateway, "sent a vector without a direction");
  }
  return Float32Array.from(numbers, (number) => number / length);
}
