import type { ErrorCode } from "../core/errors.ts";
import type { EmbeddingKind } from "../core/model.ts";

/** What a thread of the embedding pool is started with. */
export interface EmbeddingWorkerData {
  folder: string;
}

/** From the pool to a thread. `order` numbers are unique in a pool. */
export type EmbeddingOrder =
  | { kind: "embed"; order: number; text: string; embedding: EmbeddingKind }
  | { kind: "cancel"; orders: number[] }
  | { kind: "close" };

/** From a thread to the pool. A fault without an order means that the model could not be loaded; one without a code is a bug. */
export type EmbeddingAnswer =
  | { kind: "ready"; id: string; dimensions: number }
  | { kind: "vector"; order: number; vector: Float32Array }
  | { kind: "fault"; order: number | undefined; code: ErrorCode | undefined; message: string };
