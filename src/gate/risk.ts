import type { Judged } from "./measures.ts";

/** Chance that the true share lies above the bound all the same. */
const RISK = 0.05;

/**
 * The exact upper bound, with 95 % confidence, of a share of which `count` cases were seen in `of` (one-sided; Clopper &
 * Pearson, Biometrika 26, 1934): the largest p at which so few cases still have a chance of 5 %. 1 when nothing was seen.
 */
export function upperBound(count: number, of: number, risk: number = RISK): number {
  if (of <= 0 || count >= of) return 1;
  let low = count / of;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (binomialAtMost(count, of, middle) > risk) low = middle;
    else high = middle;
  }
  return high;
}

/** P(at most `count` of `of` cases) where each has the chance `p`. */
export function binomialAtMost(count: number, of: number, p: number): number {
  if (p <= 0) return 1;
  if (p >= 1) return count >= of ? 1 : 0;
  let logTerm = of * Math.log1p(-p);
  const terms = [logTerm];
  for (let k = 1; k <= count; k++) {
    logTerm += Math.log((of - k + 1) / k) + Math.log(p) - Math.log1p(-p);
    terms.push(logTerm);
  }
  const top = Math.max(...terms);
  return Math.min(1, Math.exp(top) * terms.reduce((sum, term) => sum + Math.exp(term - top), 0));
}

export interface BoundedThreshold {
  threshold: number;
  /** Negative lines that the threshold would have answered. */
  wrong: number;
  negatives: number;
  /** Upper bound of their share with 95 % confidence; above the target when there are too few lines to show it. */
  upperBound: number;
  /** Share of positive lines answered. */
  recall: number;
}

/**
 * The threshold with the highest recall of which 95 % confidence can be had that at most `target` of the negative lines are
 * answered. Thresholds are tried from the strictest on and the first that fails ends the search, so that the confidence
 * holds for the one chosen (fixed-sequence testing; Angelopoulos et al., "Learn then Test", 2021). Where not even silence
 * to every negative line shows it, the threshold stands above all of them.
 */
export function boundedThreshold(judged: readonly Judged[], target: number): BoundedThreshold {
  const negatives = judged.filter(({ positive }) => !positive).map(({ probability }) => probability);
  const falling = negatives.toSorted((a, b) => b - a);
  let wrong = 0;
  while (wrong + 1 <= falling.length && upperBound(wrong + 1, falling.length) <= target) wrong++;
  // Ties: no more than `wrong` negatives may stand at or above the threshold.
  const limit = falling[wrong] ?? 0;
  const above = judged.filter(({ probability }) => probability > limit).map(({ probability }) => probability);
  const least = above.length === 0 ? 1 : Math.min(...above);
  const threshold = above.length === 0 ? Math.min(1, (1 + limit) / 2 + 1e-9) : (least + limit) / 2;
  const answered = falling.filter((probability) => probability >= threshold).length;
  const positives = judged.filter(({ positive }) => positive);
  return {
    threshold,
    wrong: answered,
    negatives: falling.length,
    upperBound: upperBound(answered, falling.length),
    recall:
      positives.length === 0
        ? 0
        : positives.filter(({ probability }) => probability >= threshold).length / positives.length,
  };
}
