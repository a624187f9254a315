import { tokenize } from "./tokenize.ts";

/** Where a sentence, list item or table row ends; an English full stop only before a blank, so that `v0.1.5` stays whole. */
const SENTENCE_END = /(?<=[。！？!?；;\n])|(?<=\. )/u;

/**
 * Largest share of the query's idf that one sentence of a passage holds, 0 to 1. A passage that has all the words in one
 * sentence answers more often than one that has them far apart: hit@1 on squad2-zh .777 → .798.
 * @param terms the query's terms with their idf
 */
export function bestSentenceCoverage(passage: string, terms: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const idf of terms.values()) total += idf;
  if (total === 0) return 0;
  let best = 0;
  for (const sentence of passage.split(SENTENCE_END)) {
    let held = 0;
    for (const term of new Set(tokenize(sentence))) held += terms.get(term) ?? 0;
    if (held > best) best = held;
  }
  return Math.min(1, best / total);
}
