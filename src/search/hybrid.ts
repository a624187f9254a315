/** What is known of one row that either search found. */
export interface Candidate {
  row: number;
  /** Cosine of query and passage. */
  dense: number;
  /** BM25 of the query's words in the passage. */
  lexical: number;
}

export interface RankedCandidate extends Candidate {
  score: number;
}

/** What the best lexical match is worth in cosine: chosen on one half of three sets, see bench/retrieval.ts. */
const LEXICAL_WEIGHT = 0.05;

/**
 * Ranks candidates by cosine plus their BM25 as a share of the query's largest.
 * Scores, not ranks: a lead of one passage in either search is the best sign that it is right, and ranks forget it.
 */
export function rankCandidates(candidates: Candidate[]): RankedCandidate[] {
  let largest = 0;
  for (const { lexical } of candidates) largest = Math.max(largest, lexical);
  return candidates
    .map((candidate) => ({
      ...candidate,
      score: candidate.dense + (largest > 0 ? (LEXICAL_WEIGHT * candidate.lexical) / largest : 0),
    }))
    .toSorted((left, right) => right.score - left.score || left.row - right.row);
}
