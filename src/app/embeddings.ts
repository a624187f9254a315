import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import type { EmbeddingModel } from "../core/model.ts";
import type { ReadyOptions } from "./assistant.ts";
import { loadEmbedding, type LoadedEmbedding } from "./models.ts";
import { once } from "./runtime.ts";

/** Lines in one call from which on threads are started for them. */
const MANY_LINES = 32;
/** Threads of a service where the configuration does not say; each has some 115 MB once it is needed. */
const MAX_SERVICE_THREADS = 4;

/** The embedding model as the assistant uses it. */
export interface Embeddings {
  /** The model of questions and sentences. @throws AppError `embedding_model_*`, `package_missing` */
  load(): Promise<LoadedEmbedding>;
  /** Many lines are shared among threads, or sent to a gateway in one request; a few are not worth starting threads. */
  embedLines(lines: string[], signal: AbortSignal): Promise<Float32Array[]>;
  /** The threads that run already and are as many as an ingest would start; else nothing, and it starts its own. */
  forIngest(): Promise<{ embedding?: LoadedEmbedding }>;
  /** Spent on vectors of lines so far, in milliseconds. */
  linesMs(): number;
  /**
   * From now on a local model runs in threads alone, for a process that answers several at once: in the main thread it would hold up
   * everything else for milliseconds a text. Begins to load it.
   */
  useThreads(): Promise<void>;
  close(): Promise<void>;
}

/** Nothing is loaded yet. */
export function createEmbeddings(options: ReadyOptions): Embeddings {
  const cores = availableParallelism();
  const serviceThreads = options.config.config.embedding.threads ?? Math.min(MAX_SERVICE_THREADS, cores);
  let pool: LoadedEmbedding | undefined;
  let isService = false;
  let linesMs = 0;
  const lazySingle = once(async () => remembering(await loadEmbedding(options)));
  const lazyPool = once(async () => {
    const threads = isService ? { workers: serviceThreads, sparing: true } : { workers: cores };
    pool = await remembering(await loadEmbedding(options, threads));
    return pool;
  });
  const load = (): Promise<LoadedEmbedding> => (isService ? lazyPool() : lazySingle());

  return {
    load,
    async embedLines(lines, signal) {
      const isMany = lines.length >= MANY_LINES && options.config.config.embedding.provider === "local";
      // Threads that run already also take what is left at the end.
      const model = await (isMany || pool !== undefined ? lazyPool() : load());
      const startedAt = performance.now();
      try {
        return await model.embed(lines, "query", signal);
      } finally {
        linesMs += performance.now() - startedAt;
      }
    },
    async forIngest() {
      return isService && serviceThreads >= cores ? { embedding: await lazyPool() } : {};
    },
    linesMs: () => linesMs,
    async useThreads() {
      isService = true;
      (await lazyPool()).warmUp?.();
    },
    async close() {
      await pool?.close?.();
    },
  };
}

async function remembering<Model extends EmbeddingModel>(model: Model): Promise<Model> {
  const { rememberQueries } = await import("../models/remember-queries.ts");
  return rememberQueries(model);
}
