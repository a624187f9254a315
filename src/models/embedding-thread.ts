import { Worker } from "node:worker_threads";
import { AppError } from "../core/errors.ts";
import type { EmbeddingKind } from "../core/model.ts";
import type { WorkerEntry } from "../core/runtime.ts";
import type { EmbeddingAnswer, EmbeddingOrder } from "./embedding-protocol.ts";

/** One text to be embedded. `order` is unique in a pool. */
export interface EmbeddingTask {
  order: number;
  text: string;
  kind: EmbeddingKind;
  resolve: (vector: Float32Array) => void;
  reject: (error: Error) => void;
}

interface ThreadEvents {
  isExpected: (dimensions: number) => boolean;
  onIdle: () => void;
  onEnd: (error: Error) => void;
}

/** One worker thread of the pool with the texts that it holds. */
export class EmbeddingThread {
  readonly held = new Map<number, EmbeddingTask>();
  readonly dimensions: Promise<number>;
  readonly #worker: Worker;
  readonly #folder: string;
  readonly #events: ThreadEvents;
  readonly #exited: Promise<void>;
  #isOver = false;
  #isClosing = false;
  #settle: { resolve: (dimensions: number) => void; reject: (error: Error) => void } | undefined;

  constructor(entry: WorkerEntry, folder: string, events: ThreadEvents) {
    this.#folder = folder;
    this.#events = events;
    this.dimensions = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Only the first thread is asked; a fault reaches everybody through the texts.
    this.dimensions.catch(() => undefined);
    this.#worker = new Worker(entry.source, { ...entry.options, workerData: { folder } });
    this.#worker.on("message", (answer: EmbeddingAnswer) => this.#take(answer));
    this.#worker.on("error", (cause) => this.#end(crash(folder, cause)));
    this.#exited = new Promise((resolve) => {
      this.#worker.on("exit", () => {
        this.#end(crash(folder, undefined));
        resolve();
      });
    });
  }

  give(task: EmbeddingTask): void {
    this.held.set(task.order, task);
    this.#worker.ref();
    this.#send({ kind: "embed", order: task.order, text: task.text, embedding: task.kind });
  }

  cancel(orders: Set<number>, error: Error): void {
    const mine = [...this.held.values()].filter(({ order }) => orders.has(order));
    if (mine.length === 0) return;
    this.#send({ kind: "cancel", orders: mine.map(({ order }) => order) });
    for (const { order, reject } of mine) {
      this.held.delete(order);
      reject(error);
    }
    this.#rest();
  }

  /** Lets the text that is being embedded end: to stop a thread inside the native library may crash the process. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#worker.ref();
    this.#send({ kind: "close" });
    await this.#exited;
  }

  #send(order: EmbeddingOrder): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- the rule is about windows
    this.#worker.postMessage(order);
  }

  #take(answer: EmbeddingAnswer): void {
    if (answer.kind === "ready") {
      if (this.#events.isExpected(answer.dimensions)) this.#settle?.resolve(answer.dimensions);
      else this.#end(wrongDimensions(this.#folder, answer.dimensions));
      this.#rest();
      return;
    }
    if (answer.kind === "fault" && answer.order === undefined) {
      this.#end(toError(answer));
      return;
    }
    const task = this.held.get(answer.order ?? -1);
    if (task !== undefined) {
      this.held.delete(task.order);
      if (answer.kind === "vector") task.resolve(answer.vector);
      else task.reject(toError(answer));
    }
    this.#rest();
    this.#events.onIdle();
  }

  /** A thread without work keeps no process alive, except one that somebody waits for to end. */
  #rest(): void {
    if (this.held.size === 0 && !this.#isClosing) this.#worker.unref();
  }

  #end(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#settle?.reject(error);
    for (const { reject } of this.held.values()) reject(error);
    this.held.clear();
    this.#events.onEnd(error);
    void this.#worker.terminate();
  }
}

function toError({ code, message }: Extract<EmbeddingAnswer, { kind: "fault" }>): Error {
  return code === undefined ? new Error(message) : new AppError(code, message);
}

function crash(folder: string, cause: Error | undefined): AppError {
  return new AppError(
    "embedding_model_damaged",
    `A thread of the embedding model in ${folder} ended without an answer: run the command again, with more free memory if it happens often.`,
    { retryable: true, cause },
  );
}

function wrongDimensions(folder: string, found: number): AppError {
  return new AppError(
    "embedding_model_damaged",
    `The embedding model in ${folder} gives ${found} numbers a text, but its config.json says otherwise: restore its files.`,
  );
}
