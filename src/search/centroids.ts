import { setImmediate as nextTurn } from "node:timers/promises";
import { dot } from "./exact.ts";

/** Mean directions of the documents, for telling whether a query is near the subject of any of them. */
export interface Centroids {
  /** Largest cosine of a unit vector and any accepted document's centroid; 0 when there is none. */
  nearest(query: Float32Array, accept?: (document: number) => boolean): number;
}

/** Components summed before other work gets its turn: some 10 ms. */
const SLICE_COMPONENTS = 4 << 20;

/** Rows `[firstChunk, firstChunk + chunkCount)` of `vectors` (row-major) are one document. */
export async function documentCentroids(
  vectors: Float32Array,
  dimensions: number,
  documents: { firstChunk: number; chunkCount: number }[],
): Promise<Centroids> {
  const means = new Float32Array(documents.length * dimensions);
  let summed = 0;
  for (const [document, { firstChunk, chunkCount }] of documents.entries()) {
    summed += chunkCount * dimensions;
    if (summed > SLICE_COMPONENTS) {
      summed = 0;
      await nextTurn();
    }
    const mean = means.subarray(document * dimensions, (document + 1) * dimensions);
    for (let row = firstChunk; row < firstChunk + chunkCount; row++) {
      const start = row * dimensions;
      for (let axis = 0; axis < dimensions; axis++) mean[axis] = (mean[axis] ?? 0) + (vectors[start + axis] ?? 0);
    }
    const length = Math.sqrt(dot(mean, 0, mean));
    for (let axis = 0; axis < dimensions; axis++) mean[axis] = length > 0 ? (mean[axis] ?? 0) / length : 0;
  }
  return {
    nearest(query, accept) {
      let best = Number.NEGATIVE_INFINITY;
      for (const [document, { chunkCount }] of documents.entries()) {
        if (chunkCount === 0 || (accept !== undefined && !accept(document))) continue;
        best = Math.max(best, dot(means, document * dimensions, query));
      }
      return Number.isFinite(best) ? best : 0;
    },
  };
}
