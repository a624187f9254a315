import { passageText } from "../core/document.ts";
import type { Chunk } from "../core/document.ts";
import type { Hit, RetrieveOptions, Retrieval, RetrievalEvidence, Retriever } from "../core/retriever.ts";
import { bestSentenceCoverage } from "./best-sentence.ts";
import type { LexicalIndex, LexicalScan } from "./bm25.ts";
import type { Centroids } from "./centroids.ts";
import { rankCandidates } from "./hybrid.ts";
import type { Candidate, RankedCandidate } from "./hybrid.ts";
import type { LanguageBalance, QueryBalance } from "./language-balance.ts";
import type { IndexedChunk, IndexReader } from "./index-files.ts";
import type { VectorHit, VectorIndex } from "./vector-index.ts";

/** What a searcher needs of an index: its chunks by row, and which rows a document has. */
export type SearchRows = Pick<IndexReader, "chunkCount" | "documents" | "chunk" | "documentOf" | "rowOf">;

export interface SearcherParts {
  lexical: LexicalIndex;
  vectors: VectorIndex;
  rows: SearchRows;
  centroids: Centroids;
  /** Without it passages of all languages are ranked by plain cosine. */
  languages?: LanguageBalance;
  /** Unit-length vector of a query. */
  embed(query: string, signal: AbortSignal): Promise<Float32Array>;
}

const DEFAULT_LIMIT = 10;
/** Rows each search hands to the fusion: a right passage that is below in both is not found by any weighing. */
const POOL_ROWS = 100;
/** Length of `RetrievalEvidence.nearest`. */
const NEAREST = 30;
/** Coverage is summed in single precision and in another order than that of a sentence. */
const COVERAGE_ROUNDING = 1e-5;
/** Longer queries are cut: the embedding reads 512 tokens, and a pasted log must not hold the thread. UTF-16 units. */
const MAX_QUERY_CHARS = 4_000;

/**
 * A retriever over one generation of the index. Equal scores are ordered by row, so that a query always gives the same hits.
 * With `sources`, the evidence too is of those sources only: an answer can come from nowhere else.
 */
export function createSearcher(parts: SearcherParts): Retriever {
  const { lexical, vectors, rows, centroids, languages } = parts;
  const { documents } = rows;

  async function retrieve(text: string, options: RetrieveOptions, signal: AbortSignal): Promise<Retrieval> {
    const { limit = DEFAULT_LIMIT, sources } = options;
    signal.throwIfAborted();
    const query = text.slice(0, MAX_QUERY_CHARS).toWellFormed();
    const embedding = options.queryVector ?? parts.embed(query, signal);
    // The words are looked up while the model computes in its own thread.
    const scan = lexical.scan(query);
    const queryVector = await embedding;
    signal.throwIfAborted();
    const filter = sources === undefined ? undefined : sourceFilter(rows, sources);
    const pool = Math.max(POOL_ROWS, limit);
    const near = vectors.search(queryVector, pool, filter?.row);
    const worded = scan.best(pool, filter?.row);
    const chunks = new Map<number, IndexedChunk>();
    const chunkOf = (row: number): IndexedChunk => {
      const chunk = chunks.get(row) ?? rows.chunk(row);
      chunks.set(row, chunk);
      return chunk;
    };
    const candidates = gather(near, worded, (row) => vectors.similarity(row, queryVector), scan);
    const balance = languages?.forQuery(query, queryVector, scan.knownTerms);
    if (balance !== undefined) balanceCandidates(candidates, balance, { pool, accept: filter?.row, scan, queryVector });
    const ranked = rankCandidates(candidates, {
      knownTerms: scan.knownTerms,
      isForeign: balance?.isForeign ?? false,
      coverage: (row) => scan.coverage(row) + COVERAGE_ROUNDING,
      sentenceCoverage: (row) =>
        bestSentenceCoverage(sentencesOf(chunkOf(row)), scan.terms, { most: scan.coverage(row) }),
      limit,
    });
    return {
      hits: ranked.slice(0, limit).map((candidate, index) => toHit(candidate, index + 1, chunkOf(candidate.row))),
      evidence: {
        passages: rows.chunkCount,
        ...evidenceOf(scan, near, worded),
        queryVector,
        centroid: centroids.nearest(queryVector, filter?.document),
      },
    };
  }

  return {
    retrieve,
    neighbours(chunk, before, after) {
      const row = rows.rowOf(chunk);
      if (row === undefined) return [chunk];
      const { firstChunk, chunkCount } = rows.documentOf(row);
      const first = Math.max(firstChunk, row - before);
      const last = Math.min(firstChunk + chunkCount - 1, row + after);
      const found: Chunk[] = [];
      for (let each = first; each <= last; each++) {
        const { source: _source, title: _title, mediaType: _mediaType, ...neighbour } = rows.chunk(each);
        found.push(neighbour);
      }
      return found;
    },
  };

  /** Adds the rows that only a balanced search finds, and gives every candidate its balanced cosine. */
  function balanceCandidates(candidates: Candidate[], balance: QueryBalance, search: BalancedSearch): void {
    const { pool, accept = () => true, scan, queryVector } = search;
    const { neglected } = balance;
    const seen = new Set(candidates.map(({ row }) => row));
    const searches = [
      ...(balance.vector === queryVector ? [] : [accept]),
      ...(neglected === undefined ? [] : [(row: number): boolean => neglected(row) && accept(row)]),
    ];
    for (const { row } of searches.flatMap((each) => vectors.search(balance.vector, pool, each))) {
      if (seen.has(row)) continue;
      seen.add(row);
      candidates.push({ row, dense: vectors.similarity(row, queryVector), lexical: scan.score(row) });
    }
    for (const candidate of candidates) {
      const { row, dense } = candidate;
      const cosine = balance.vector === queryVector ? dense : vectors.similarity(row, balance.vector);
      candidate.closeness = cosine + balance.bonus(row);
    }
  }

  function sourceFilter(
    { chunkCount }: SearchRows,
    wanted: string[],
  ): { row: (row: number) => boolean; document: (document: number) => boolean } {
    const exact = new Set(wanted);
    const folders = wanted.filter((each) => each.endsWith("/"));
    const accepted = documents.map(
      ({ source }) => exact.has(source) || folders.some((folder) => source.startsWith(folder)),
    );
    const mask = new Uint8Array(chunkCount);
    for (const [index, { firstChunk, chunkCount: count }] of documents.entries()) {
      if (accepted[index] === true) mask.fill(1, firstChunk, firstChunk + count);
    }
    return { row: (row) => mask[row] === 1, document: (document) => accepted[document] === true };
  }
}

interface BalancedSearch {
  pool: number;
  accept: ((row: number) => boolean) | undefined;
  scan: LexicalScan;
  queryVector: Float32Array;
}

/** A chunk with its title and headings as a line of their own. */
function sentencesOf({ title, headings, text }: IndexedChunk): string {
  return passageText(title, { headings, text });
}

function toHit(candidate: RankedCandidate, rank: number, indexed: IndexedChunk): Hit {
  const { source, title, mediaType, ...chunk } = indexed;
  const { score, dense, lexical } = candidate;
  return { rank, score, dense, lexical, chunk, source, title, mediaType };
}

function gather(
  near: VectorHit[],
  worded: { row: number }[],
  similarity: (row: number) => number,
  scan: LexicalScan,
): Candidate[] {
  const candidates = near.map(({ row, similarity: dense }) => ({ row, dense, lexical: scan.score(row) }));
  const seen = new Set(near.map(({ row }) => row));
  for (const { row } of worded) {
    if (!seen.has(row)) candidates.push({ row, dense: similarity(row), lexical: scan.score(row) });
  }
  return candidates;
}

function evidenceOf(
  scan: LexicalScan,
  near: VectorHit[],
  worded: { row: number; score: number }[],
): Omit<RetrievalEvidence, "queryVector" | "centroid"> {
  return {
    nearest: near.slice(0, NEAREST).map(({ similarity }) => similarity),
    bestLexical: worded[0]?.score ?? 0,
    knownTerms: scan.knownTerms,
    bestCoverage: worded.reduce((best, { row }) => Math.max(best, scan.coverage(row)), 0),
  };
}
