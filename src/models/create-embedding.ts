import type { EmbeddingModel } from "../core/model.ts";
import type { Clock, Fetch, Random } from "../core/runtime.ts";
import type { EmbeddingPool } from "./embedding-pool.ts";

/** The `[embedding]` section; keys are spelt as in the config. */
export interface EmbeddingSettings {
  provider: "local" | "openai" | "aimhub" | "transformers";
  /** Folder of a local model, or the name at the gateway. */
  model: string;
  base_url: string;
  api_key_env?: string | undefined;
  dimensions?: number | undefined;
  timeout_s: number;
  requests_per_minute: number;
  batch?: number | undefined;
  max_input_tokens?: number | undefined;
  query_prefix?: string | undefined;
  passage_prefix?: string | undefined;
}

export interface EmbeddingDependencies {
  secret: (variable: string) => string | undefined;
  /** More secrets that must stand in no message. */
  secretValues?: readonly string[];
  fetch: Fetch;
  clock: Clock;
  random: Random;
  /** Where it is noted that a local model's checksums were right. */
  checkFile: string;
  /** Threads for many passages; without it the model runs in the calling thread, which is quicker for one question. */
  workers?: number;
  /** Whether the threads start one by one, as calls come while others run. */
  sparing?: boolean;
}

/**
 * Makes the embedding model of the configuration; packages are loaded only for the provider in use.
 * @throws AppError `embedding_model_*`, `package_missing`, `model_*`, `timeout`
 */
export async function createEmbedding(
  settings: EmbeddingSettings,
  dependencies: EmbeddingDependencies,
): Promise<EmbeddingModel & Partial<EmbeddingPool>> {
  switch (settings.provider) {
    case "local":
      return createLocal(settings.model, dependencies);
    case "transformers": {
      const { loadTransformersEmbedding } = await import("./transformers-embedding.ts");
      return loadTransformersEmbedding(settings.model);
    }
    case "aimhub":
    case "openai": {
      const { createOpenAiEmbedding } = await import("./openai-embedding.ts");
      const { secret, secretValues = [], fetch, clock, random } = dependencies;
      return createOpenAiEmbedding({
        provider: settings.provider,
        ...boundsOf(settings),
        queryPrefix: settings.query_prefix ?? "",
        passagePrefix: settings.passage_prefix ?? "",
        secretValues,
        baseUrl: settings.base_url,
        model: settings.model,
        apiKey: settings.api_key_env === undefined ? undefined : secret(settings.api_key_env),
        apiKeyEnv: settings.api_key_env,
        dimensions: settings.dimensions,
        timeoutMs: settings.timeout_s * 1000,
        requestsPerMinute: settings.requests_per_minute,
        fetch,
        clock,
        random,
      });
    }
  }
}

/**
 * Aimhub hands `Embedding-V1` on to Baidu, which takes 16 texts of 384 tokens and 1,000 characters
 * (cloud.baidu.com/doc/WENXINWORKSHOP/s/alj562vvu).
 */
const AIMHUB_BOUNDS = { batch: 16, maxInputTokens: 384, maxInputChars: 1000 };

function boundsOf({ provider, batch, max_input_tokens: maxInputTokens }: EmbeddingSettings) {
  return {
    ...(provider === "aimhub" ? AIMHUB_BOUNDS : {}),
    ...(batch !== undefined && { batch }),
    ...(maxInputTokens !== undefined && { maxInputTokens }),
  };
}

async function createLocal(
  folder: string,
  { checkFile, workers, sparing = false }: EmbeddingDependencies,
): Promise<EmbeddingModel & Partial<EmbeddingPool>> {
  const { verifyModel } = await import("./model-checksum.ts");
  await verifyModel(folder, checkFile);
  if (workers === undefined) {
    const { loadLocalEmbedding } = await import("./local-embedding.ts");
    return loadLocalEmbedding(folder);
  }
  const { createEmbeddingPool } = await import("./embedding-pool.ts");
  return createEmbeddingPool(folder, { workers, sparing });
}
