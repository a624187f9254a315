export interface VectorHit {
  row: number;
  /** Cosine, −1 to 1. */
  similarity: number;
}

/** Finds the rows nearest to a unit vector. Every implementation passes `test/conformance/vector-index.ts`. */
export interface VectorIndex {
  /** Number of rows. */
  size: number;
  /** The `k` nearest accepted rows, nearest first, equal ones by row; fewer when fewer are accepted. `accept` must not throw. */
  search(query: Float32Array, k: number, accept?: (row: number) => boolean): VectorHit[];
  /** Cosine of one row and a unit vector. */
  similarity(row: number, query: Float32Array): number;
}
