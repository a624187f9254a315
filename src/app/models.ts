import { join } from "node:path";
import type { ChatModel, EmbeddingModel } from "../core/model.ts";
import type { Reranker } from "../core/retriever.ts";
import type { ChatModelsOptions, ConfiguredGateway } from "../models/create-chat-model.ts";
import type { EmbeddingPool } from "../models/embedding-pool.ts";
import type { ReadyOptions } from "./assistant.ts";
import { once, systemClock } from "./runtime.ts";

/** A model, which may have threads of its own to be ended. */
export type LoadedEmbedding = EmbeddingModel & Partial<EmbeddingPool>;

/** The configured embedding model; with `workers` in threads of its own. @throws AppError `embedding_model_*`, `package_missing` */
export async function loadEmbedding(
  { config, workDir, fetch }: ReadyOptions,
  threads: { workers?: number; sparing?: boolean } = {},
): Promise<LoadedEmbedding> {
  const { createEmbedding } = await import("../models/create-embedding.ts");
  return createEmbedding(config.config.embedding, {
    secret: config.secret,
    secretValues: config.secretValues,
    fetch,
    clock: systemClock,
    random: Math.random,
    checkFile: join(workDir, "model-check.json"),
    ...threads,
  });
}

/** The configured reranker, made when it is first needed; undefined without one. */
export function rerankerOf({ config: loaded, fetch }: ReadyOptions): (() => Promise<Reranker>) | undefined {
  const { provider, ...settings } = loaded.config.rerank;
  if (provider === "off") return undefined;
  const { secret, secretValues } = loaded;
  return once(async () => {
    const { createHttpReranker } = await import("../models/http-reranker.ts");
    const runtime = { secret, secretValues, fetch, clock: systemClock, random: Math.random };
    return createHttpReranker({ provider, ...settings }, runtime);
  });
}

/** What gateways are made with. */
export function modelsOptions({ config, logger, fetch, observation }: ReadyOptions): Omit<ChatModelsOptions, "llm"> {
  const { secret, secretValues } = config;
  return {
    secret,
    secretValues,
    fetch,
    clock: systemClock,
    random: Math.random,
    logger,
    observe: (model) => observation.observeModel(model),
  };
}

/** The configured gateways; nothing is asked yet. */
export async function loadGateways(options: ReadyOptions): Promise<ConfiguredGateway[]> {
  const { llm } = options.config.config;
  if (llm.length === 0) return [];
  const [{ createGateways }, { UsageLedger }] = await Promise.all([
    import("../models/create-chat-model.ts"),
    import("../models/usage-ledger.ts"),
  ]);
  const { workDir, logger } = options;
  const ledger = new UsageLedger({ folder: join(workDir, "usage"), clock: systemClock, logger });
  return createGateways({ llm, ledger, ...modelsOptions(options) });
}

/** One model that asks the configured ones in turn; it lives as long as the assistant, for it remembers who failed. */
export async function joinModels(
  options: ReadyOptions,
  load: () => Promise<ConfiguredGateway[]>,
): Promise<ChatModel | undefined> {
  const runtime = modelsOptions(options);
  const own = options.models?.map((make) => options.observation.observeModel(make(runtime))) ?? [];
  const models = [...own, ...(await load()).map(({ model }) => model)];
  if (models.length === 0) return undefined;
  const { createFallbackModel } = await import("../models/fallback.ts");
  return createFallbackModel(models);
}
