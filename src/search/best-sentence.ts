import { tokenize } from "./tokenize.ts";

/** Where a sentence, list item or table row ends; an English full stop only before a blank, so that `v0.1.5` stays whole. */
const SENTENCE_END = /(?<=[。！？!?；;\n])|(?<=\. )/u;
/** Sums of the same idfs in another order may differ by so much. */
const ROUNDING = 1e-6;

export interface BestSentenceOptions {
  /** What the whole passage holds, 0 to 1: no sentence can hold more, so the first one that holds it all ends the search. Default 1. */
  most?: number;
}

/**
 * Largest share of the query's idf that one sentence of a passage holds, 0 to 1. A passage that has all the words in one
 * sentence answers more often than one that has them far apart: hit@1 on squad2-zh .777 → .798.
 * @param terms the query's terms with their idf
 */
export function bestSentenceCoverage(
  passage: string,
  terms: ReadonlyMap<string, number>,
  { most = 1 }: BestSentenceOptions = {},
): number {
  let total = 0;
  for (const idf of terms.values()) total += idf;
  if (total === 0) return 0;
  const enough = (most - ROUNDING) * total;
  let best = 0;
  for (const sentence of passage.split(SENTENCE_END)) {
    const seen = new Set<string>();
    let held = 0;
    for (const term of tokenize(sentence)) {
      const idf = terms.get(term);
      if (idf === undefined || seen.has(term)) continue;
      seen.add(term);
      held += idf;
    }
    if (held > best) best = held;
    if (best >= enough) break;
  }
  return Math.min(1, best / total);
}
