import type { EmbeddingJournal } from "./embedding-journal.ts";
import { keyText } from "./fingerprint.ts";

export interface EmbeddingQueueOptions {
  /** One vector a text, in order. */
  embed: (texts: string[], signal: AbortSignal) => Promise<Float32Array[]>;
  journal: EmbeddingJournal;
  dimensions: number;
  /** Texts a call. */
  batchSize: number;
  /** Calls at once; two or more, so that the model has work while a batch is written down. */
  concurrentBatches: number;
  /** Called after each batch with the number of texts embedded so far. */
  onEmbedded: (embedded: number) => void;
}

/** Feeds texts to the embedding model and writes the vectors down as they come. */
export interface EmbeddingQueue {
  readonly queued: number;
  readonly embedded: number;
  /** Takes a text unless its key is queued already; resolves once there is room for more. */
  add(key: Uint8Array, text: string): Promise<void>;
  has(key: string): boolean;
  /** Resolves when every vector is in the journal; rejects with the first fault. */
  finish(): Promise<void>;
  /** Resolves when no call is under way any more; starts none. */
  stop(): Promise<void>;
}

/** Reading pauses at this many waiting texts: enough for minutes of embedding, about a megabyte of memory. */
const MAX_WAITING = 2_000;

export function createEmbeddingQueue(options: EmbeddingQueueOptions, signal: AbortSignal): EmbeddingQueue {
  const { embed, journal, dimensions, batchSize, concurrentBatches } = options;
  const known = new Set<string>();
  let waiting: { key: Uint8Array; text: string }[] = [];
  let running = 0;
  let embedded = 0;
  let trouble: { error: unknown } | undefined;
  let wake: (() => void)[] = [];

  function pump(): void {
    while (trouble === undefined && running < concurrentBatches && waiting.length > 0) {
      const batch = waiting.slice(0, batchSize);
      waiting = waiting.slice(batchSize);
      running++;
      void run(batch);
    }
    const woken = wake;
    wake = [];
    for (const resolve of woken) resolve();
  }

  async function run(batch: { key: Uint8Array; text: string }[]): Promise<void> {
    try {
      signal.throwIfAborted();
      const vectors = await embed(
        batch.map(({ text }) => text),
        signal,
      );
      await journal.append(batch.map(({ key }, index) => ({ key, vector: checked(vectors[index], dimensions) })));
      embedded += batch.length;
      options.onEmbedded(embedded);
    } catch (error) {
      trouble ??= { error };
    } finally {
      running--;
      pump();
    }
  }

  async function until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => wake.push(resolve));
  }

  function rethrow(): void {
    if (trouble !== undefined) throw trouble.error;
  }

  return {
    get queued() {
      return known.size;
    },
    get embedded() {
      return embedded;
    },
    has: (key) => known.has(key),
    async add(key, text) {
      const name = keyText(key);
      if (!known.has(name)) {
        known.add(name);
        waiting.push({ key, text });
        pump();
      }
      await until(() => trouble !== undefined || waiting.length < MAX_WAITING);
      rethrow();
    },
    async finish() {
      await until(() => running === 0 && (trouble !== undefined || waiting.length === 0));
      rethrow();
    },
    async stop() {
      waiting = [];
      await until(() => running === 0);
    },
  };
}

function checked(vector: Float32Array | undefined, dimensions: number): Float32Array {
  if (vector?.length === dimensions) return vector;
  throw new Error(`The embedding model gave ${vector?.length ?? "no"} numbers for a text instead of ${dimensions}.`);
}
