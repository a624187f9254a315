import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError } from "../core/errors.ts";
import type { EmbeddingKind, EmbeddingModel } from "../core/model.ts";
import { workerEntry } from "../core/runtime.ts";
import type { WorkerEntry } from "../core/runtime.ts";
import { EmbeddingThread } from "./embedding-thread.ts";
import type { EmbeddingTask } from "./embedding-thread.ts";

export interface EmbeddingPoolOptions {
  /** Threads, each with a model of its own (about 100 MB) and one core; they start when there is work for them. */
  workers: number;
  /**
   * Starts a further thread only when a call comes while others run: what answers one question at a time holds one model.
   * Default: as many as there are texts.
   */
  sparing?: boolean;
  /** The code of the threads; tests put a faulty one in. */
  worker?: WorkerEntry;
}

/** Most texts a thread holds at once: about a third of a second of work while the main thread is busy. */
const MAX_HELD = 8;

export interface EmbeddingPool extends EmbeddingModel {
  /** Starts all threads now (a sparing pool one), so that the model is loaded when the first text comes. */
  warmUp(): void;
  close(): Promise<void>;
}

/**
 * Embeds with the model in `folder` in single-threaded workers, one text at a time, which is both the fastest and the same every
 * time (see `loadLocalEmbedding`). Threads that wait for work do not keep the process alive.
 * @throws AppError `embedding_model_missing`, `embedding_model_damaged`; `embed` too, and `aborted`
 */
export async function createEmbeddingPool(folder: string, options: EmbeddingPoolOptions): Promise<EmbeddingPool> {
  const pool = new Pool(folder, options);
  // The folder tells the vector's length without half a second of loading: a run with nothing to embed starts no thread.
  const dimensions = (await configuredDimensions(folder)) ?? (await pool.loadedDimensions());
  pool.expect(dimensions);
  return {
    id: `local/${basename(folder)}`,
    dimensions,
    embed: (texts, kind, signal) => pool.embed(texts, kind, signal),
    warmUp: () => pool.warmUp(),
    close: () => pool.close(),
  };
}

class Pool {
  readonly #folder: string;
  readonly #workers: number;
  readonly #isSparing: boolean;
  readonly #entry: WorkerEntry;
  #threads: EmbeddingThread[] = [];
  #waiting: EmbeddingTask[] = [];
  #orders = 0;
  #calls = 0;
  #dimensions: number | undefined;
  #isClosed = false;

  constructor(folder: string, { workers, sparing = false, worker }: EmbeddingPoolOptions) {
    this.#folder = folder;
    this.#isSparing = sparing;
    this.#workers = Math.max(1, Math.floor(workers));
    this.#entry = worker ?? workerEntry("embedding-worker", import.meta.url);
  }

  expect(dimensions: number): void {
    this.#dimensions = dimensions;
  }

  warmUp(): void {
    if (this.#isClosed) return;
    const wanted = this.#isSparing ? 1 : this.#workers;
    while (this.#threads.length < wanted) this.#start();
  }

  async loadedDimensions(): Promise<number> {
    return await this.#start().dimensions;
  }

  async embed(texts: string[], kind: EmbeddingKind, signal: AbortSignal): Promise<Float32Array[]> {
    if (this.#isClosed) throw new Error("The embedding pool is closed.");
    if (signal.aborted) throw abortedFault(signal);
    const orders = new Set<number>();
    const onAbort = (): void => this.#cancel(orders, abortedFault(signal));
    signal.addEventListener("abort", onAbort, { once: true });
    const vectors = texts.map(
      (text) =>
        new Promise<Float32Array>((resolve, reject) => {
          const order = ++this.#orders;
          orders.add(order);
          this.#waiting.push({ order, text, kind, resolve, reject });
        }),
    );
    this.#calls++;
    try {
      this.#handOut();
      return await Promise.all(vectors);
    } catch (error) {
      // The other texts of this call are no use to anybody now.
      this.#cancel(orders, error instanceof Error ? error : new Error(String(error)));
      throw error;
    } finally {
      this.#calls--;
      signal.removeEventListener("abort", onAbort);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const error = new AppError("aborted", "The embedding model was closed while it worked.");
    this.#cancel(new Set(this.#allOrders()), error);
    await Promise.all(this.#threads.map((thread) => thread.close()));
    this.#threads = [];
  }

  *#allOrders(): Generator<number> {
    for (const { order } of this.#waiting) yield order;
    for (const thread of this.#threads) yield* thread.held.keys();
  }

  /** Gives waiting texts to the threads: many while there are many, one by one at the end, so that all finish together. */
  #handOut(): void {
    const alive = this.#threads.length;
    const wanted = Math.min(this.#workers, this.#isSparing ? this.#calls : this.#waiting.length);
    for (let count = alive; count < wanted; count++) this.#start();
    // A question goes first.
    this.#waiting = [
      ...this.#waiting.filter(({ kind }) => kind === "query"),
      ...this.#waiting.filter(({ kind }) => kind !== "query"),
    ];
    let next = 0;
    for (;;) {
      const thread = this.#threads.toSorted((left, right) => left.held.size - right.held.size)[0];
      const task = this.#waiting[next];
      if (thread === undefined || task === undefined) break;
      const share = Math.ceil((this.#waiting.length - next) / (2 * this.#threads.length));
      if (thread.held.size >= Math.min(MAX_HELD, Math.max(1, share))) break;
      thread.give(task);
      next++;
    }
    this.#waiting = this.#waiting.slice(next);
  }

  #cancel(orders: Set<number>, error: Error): void {
    for (const { order, reject } of this.#waiting) if (orders.has(order)) reject(error);
    this.#waiting = this.#waiting.filter(({ order }) => !orders.has(order));
    for (const thread of this.#threads) thread.cancel(orders, error);
  }

  #start(): EmbeddingThread {
    const thread = new EmbeddingThread(this.#entry, this.#folder, {
      isExpected: (dimensions) => this.#dimensions === undefined || this.#dimensions === dimensions,
      onIdle: () => this.#handOut(),
      onEnd: (error) => {
        this.#threads = this.#threads.filter((each) => each !== thread);
        // A thread that cannot work is not the last that fails: what waits must hear it, too.
        if (this.#threads.length === 0) this.#cancel(new Set(this.#allOrders()), error);
      },
    });
    this.#threads.push(thread);
    return thread;
  }
}

function abortedFault(signal: AbortSignal): AppError {
  return new AppError("aborted", "Embedding was stopped.", { cause: signal.reason });
}

/** `hidden_size` of the model's config.json, or undefined when it does not say. */
async function configuredDimensions(folder: string): Promise<number | undefined> {
  try {
    const config: { hidden_size?: unknown } = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
    return typeof config.hidden_size === "number" ? config.hidden_size : undefined;
  } catch {
    // Loading the model tells what is wrong with the folder.
    return undefined;
  }
}
