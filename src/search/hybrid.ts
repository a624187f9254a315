/** What is known of one row that either search found. */
export interface Candidate {
  row: number;
  /** Cosine of query and passage. */
  dense: number;
  /** The cosine as it ranks: balanced between languages. Default `dense`. */
  closeness?: number;
  /** BM25 of the query's words in the passage. */
  lexical: number;
}

export interface RankedCandidate extends Candidate {
  score: number;
}

export interface RankOptions {
  /** Share of the query's idf that belongs to words the index knows, 0 to 1. */
  knownTerms: number;
  /** Whether the question is in another language than most documents. Default false. */
  isForeign?: boolean;
  /** Share of the query's idf in a whole row, 0 to 1: no sentence of it holds more. Default 1. */
  coverage?: (row: number) => number;
  /** Largest share of the query's idf in one sentence of a row, 0 to 1; asked for the foremost rows only. */
  sentenceCoverage: (row: number) => number;
  /** Rows whose score and order are wanted; the others come after them, and their sentences may not have been read. Default all. */
  limit?: number;
}

/*
 * Both weights are in cosine. Each is the average of two fits by softmax regression, one on each half of the development
 * questions of squad2-zh, rgb-zh and multihop-en, each set weighing the same, each fit scored on the half it had not seen;
 * between .03 and .06 the figures stay flat. With the averages no half is unseen (bench/retrieval.ts prints both).
 */

/** What the best lexical match is worth. */
const LEXICAL_WEIGHT = 0.045;
/**
 * Least share of the query's idf in known words at which words count fully. One question in a hundred of these sets lies
 * below.
 */
const TRUSTED_SHARE = 0.5;
/** What a sentence with all words of the query is worth. */
const SENTENCE_WEIGHT = 0.045;
/** Rows whose sentences are looked at: a right passage is rarely further down, and each costs about 40 µs. */
const SENTENCE_ROWS = 30;

/** How far words count for a question in another language than the documents, 0 to 1: there a single shared word is chance ("move out", "timed out"). */
export function foreignTrust(knownTerms: number): number {
  return Math.min(1, knownTerms / TRUSTED_SHARE) ** 3;
}

/**
 * Ranks candidates by cosine, plus their BM25 as a share of the query's largest, weighed down where the index lacks
 * most of its words, plus the share of the query in their best sentence. A query in another language, or of words the
 * documents never use, is thus left to the vectors; a rare identifier outweighs them.
 * Scores, not ranks: a passage far ahead in either search is the best sign that it is right, and ranks forget that.
 */
export function rankCandidates(candidates: Candidate[], options: RankOptions): RankedCandidate[] {
  const { knownTerms, isForeign = false, sentenceCoverage, coverage = () => 1, limit = candidates.length } = options;
  const largest = candidates.reduce((most, { lexical }) => Math.max(most, lexical), 0);
  const trust = isForeign ? foreignTrust(knownTerms) : Math.min(1, knownTerms / TRUSTED_SHARE);
  const sentenceTrust = isForeign ? trust : 1;
  const weight = largest > 0 ? (LEXICAL_WEIGHT * trust) / largest : 0;
  const first = candidates
    .map((candidate) => ({
      ...candidate,
      score: (candidate.closeness ?? candidate.dense) + weight * candidate.lexical,
    }))
    .toSorted(byScore);
  // Coverage only adds, so the rows behind stay behind without it.
  const foremost = first
    .slice(0, SENTENCE_ROWS)
    .map((candidate) => ({ candidate, most: candidate.score + sentenceTrust * gainOf(candidate, coverage) }))
    .toSorted((left, right) => right.most - left.most);
  const ranked: RankedCandidate[] = [];
  for (const { candidate, most } of foremost) {
    // Reading sentences is most of the work: a row that cannot come among the wanted ones keeps what it has.
    const isHopeless = ranked.length >= limit && most < (ranked[limit - 1]?.score ?? 0);
    const gain = isHopeless ? 0 : sentenceTrust * gainOf(candidate, sentenceCoverage);
    ranked.push({ ...candidate, score: candidate.score + gain });
    ranked.sort(byScore);
  }
  return [...ranked, ...first.slice(SENTENCE_ROWS)];
}

function gainOf({ row, lexical }: Candidate, coverage: (row: number) => number): number {
  return lexical > 0 ? SENTENCE_WEIGHT * coverage(row) : 0;
}

function byScore(left: RankedCandidate, right: RankedCandidate): number {
  return right.score - left.score || left.row - right.row;
}
