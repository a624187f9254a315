import type { Chunk } from "./document.ts";

/** One passage found for a query. */
export interface Hit {
  /** From 1. */
  rank: number;
  /** The fused score; it ranks and never decides silence. */
  score: number;
  /** Cosine of query and passage, −1 to 1. */
  dense: number;
  /** BM25 of the query's words in the passage, from 0. */
  lexical: number;
  chunk: Chunk;
  source: string;
  title: string;
  mediaType: string;
}

/** What the gate needs to know of a query against the whole index. */
export interface RetrievalEvidence {
  /** Passages in the index; absent when unknown, which counts as many. */
  passages?: number;
  /** Unit-length vector of the query. */
  queryVector: Float32Array;
  /** Cosines of the nearest chunks, largest first, at most 30. */
  nearest: number[];
  /** Cosine to the nearest source centroid (mean vector of one document's chunks). */
  centroid: number;
  /** Largest BM25 score of any chunk, from 0. */
  bestLexical: number;
  /** Share of the query's distinct words that occur in the index, weighed by idf; 0 to 1, 0 for a query without words. */
  knownTerms: number;
  /** Share of the query's idf mass that the best single chunk holds; 0 to 1. */
  bestCoverage: number;
}

export interface Retrieval {
  hits: Hit[];
  evidence: RetrievalEvidence;
}

export interface RetrieveOptions {
  /** Number of hits wanted. Default 10. */
  limit?: number;
  /** Keeps only chunks of these sources (exact path, or a folder ending in `/`). */
  sources?: string[];
  /** A precomputed query vector, so that a query is embedded once. */
  queryVector?: Float32Array;
}

/** Finds passages for a query. Every implementation passes `test/conformance/retriever.ts`. */
export interface Retriever {
  retrieve(query: string, options: RetrieveOptions, signal: AbortSignal): Promise<Retrieval>;
  /** Chunks before and after a chunk in its document, in order, the chunk itself included. */
  neighbours(chunk: Chunk, before: number, after: number): Chunk[];
}

/** Puts passages in the order in which they answer a query. */
export interface Reranker {
  /** Safe to log. */
  id: string;
  /**
   * Positions in `passages`, best first, at most `limit` of them and none twice.
   * @throws AppError `model_*`, `timeout`, `aborted`
   */
  rerank(query: string, passages: string[], options: { limit: number }, signal: AbortSignal): Promise<number[]>;
}
