import type { RetrievalEvidence } from "../core/retriever.ts";
import { logOdds, type LogisticModel } from "./logistic.ts";

/** Nearest passages without which nothing can be said of breadth. */
const ALL_NEAREST = 30;
/** In a smaller index the nearest thirty are much of all there is, whatever was asked. */
export const LEAST_PASSAGES = 10 * ALL_NEAREST;

type Surroundings = Pick<RetrievalEvidence, "nearest" | "passages">;

/** Whether a corpus is so large that its surroundings say something. */
export function isBroad({ nearest, passages = Number.POSITIVE_INFINITY }: Surroundings): boolean {
  return nearest.length >= ALL_NEAREST && passages >= LEAST_PASSAGES;
}

/**
 * The prior for "a whole body of documents is about this line": its thirtieth-nearest passage is still near, its words
 * are common in one passage, and it says enough to be a request. Set by rule from the geometry of the shipped model (E5 cosines
 * of chit-chat to any technical corpus lie near .865, of a question on its subject above .88); compared, not fitted, on
 * group lines against 19,000 passages (docs/decisions/0009-gate-study.md).
 */
export const BREADTH_PRIOR: LogisticModel = { bias: -0.4, weights: { breadth: 1, words: 0.5, longer: 0.5 } };

/** In a corpus where thirty passages are as near as the best one, a single passage that shares words says little. */
export const PASSAGE_DISCOUNT = 4;

/** Features of `BREADTH_PRIOR`; undefined when the corpus is too small for it. */
export function breadthFeatures(
  evidence: Surroundings & Pick<RetrievalEvidence, "bestLexical">,
  length: number,
): Record<string, number> | undefined {
  const { nearest, bestLexical } = evidence;
  if (!isBroad(evidence)) return undefined;
  return {
    breadth: (meanOf(nearest) - 0.882) / 0.008,
    words: (Math.log1p(bestLexical) - 3.5) / 0.6,
    longer: (Math.log1p(length) - 3.1) / 0.8,
  };
}

/** Log-odds of breadth; −∞ when the corpus is too small for it. */
export function breadthLogOdds(
  evidence: Surroundings & Pick<RetrievalEvidence, "bestLexical">,
  length: number,
): number {
  const features = breadthFeatures(evidence, length);
  return features === undefined ? Number.NEGATIVE_INFINITY : logOdds(BREADTH_PRIOR, features);
}

/** How crowded the line's surroundings are: 0 where the best passage stands out by .018 and more, 1 where by .012 or less. */
export function crowding(evidence: Surroundings): number {
  const { nearest } = evidence;
  if (!isBroad(evidence)) return 0;
  const lead = (nearest[0] ?? 0) - meanOf(nearest);
  return Math.min(1, Math.max(0, (0.018 - lead) / 0.006));
}

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** `log(e^a + e^b)` without overflow. */
export function logAddExp(a: number, b: number): number {
  const top = Math.max(a, b);
  return Number.isFinite(top) ? top + Math.log1p(Math.exp(-Math.abs(a - b))) : top;
}
