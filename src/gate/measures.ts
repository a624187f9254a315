import { seededRandom } from "./random.ts";

/** A labelled line with the probability it was given. */
export interface Judged {
  probability: number;
  positive: boolean;
}

export interface Measures {
  precision: number;
  recall: number;
  f1: number;
  auc: number;
}

/** Where a figure lies with 95 % confidence. */
export interface Interval {
  low: number;
  high: number;
}

export interface CurvePoint {
  threshold: number;
  precision: number;
  recall: number;
}

/** Area under the ROC curve: how often a positive line is above a negative one (ties count half); 0.5 without both. */
export function areaUnderCurve(judged: readonly Judged[]): number {
  const sorted = judged.toSorted((a, b) => a.probability - b.probability);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (end < sorted.length && sorted[end]?.probability === sorted[start]?.probability) end++;
    for (let at = start; at < end; at++) {
      if (sorted[at]?.positive !== true) continue;
      positives++;
      rankSum += (start + end + 1) / 2;
    }
    start = end;
  }
  const negatives = sorted.length - positives;
  if (positives === 0 || negatives === 0) return 0.5;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Precision, recall and F1 when lines at or above a threshold are answered. Without any such line precision is 0. */
export function measuresAt(judged: readonly Judged[], threshold: number): Omit<Measures, "auc"> {
  return measuresOf(judged.map(({ probability, positive }) => ({ speaks: probability >= threshold, positive })));
}

/** The same for decisions that were made with more than one threshold. */
export function measuresOf(decided: readonly { speaks: boolean; positive: boolean }[]): Omit<Measures, "auc"> {
  let right = 0;
  let said = 0;
  let positives = 0;
  for (const { speaks, positive } of decided) {
    if (positive) positives++;
    if (speaks) said++;
    if (speaks && positive) right++;
  }
  return {
    precision: said === 0 ? 0 : right / said,
    recall: positives === 0 ? 0 : right / positives,
    f1: said + positives === 0 ? 0 : (2 * right) / (said + positives),
  };
}

/** Precision and recall at every threshold that changes them, from the strictest; thresholds lie between two lines. */
export function precisionRecallCurve(judged: readonly Judged[]): CurvePoint[] {
  const sorted = judged.toSorted((a, b) => b.probability - a.probability);
  const positives = sorted.filter(({ positive }) => positive).length;
  const points: CurvePoint[] = [];
  let right = 0;
  for (const [index, { probability, positive }] of sorted.entries()) {
    if (positive) right++;
    const next = sorted[index + 1]?.probability ?? 0;
    if (next === probability) continue;
    points.push({
      threshold: (probability + next) / 2,
      precision: right / (index + 1),
      recall: positives === 0 ? 0 : right / positives,
    });
  }
  return points;
}

/** The point of the curve with the best F1; the stricter of equals. */
export function bestPoint(judged: readonly Judged[]): CurvePoint & { f1: number } {
  let best = { threshold: 1, precision: 0, recall: 0, f1: 0 };
  for (const point of precisionRecallCurve(judged)) {
    const { precision, recall } = point;
    const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
    if (f1 > best.f1) best = { ...point, f1 };
  }
  return best;
}

/** The middle 95 % of a statistic over bootstrap draws of `count` items (percentile method; Efron, 1979). */
export function bootstrap(
  count: number,
  statistic: (drawn: number[]) => number,
  { draws, seed }: { draws: number; seed: number },
): { interval: Interval; values: number[] } {
  const random = seededRandom(seed);
  const values: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    values.push(statistic(Array.from({ length: count }, () => Math.floor(random() * count))));
  }
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return { interval: { low: at(0.025), high: at(0.975) }, values };
}

/** Intervals of the four measures for lines judged with one threshold or several. */
export function measureIntervals(
  lines: readonly (Judged & { speaks: boolean })[],
  options: { draws: number; seed: number },
): Record<keyof Measures, Interval> {
  const drawnLines = (drawn: number[]) => drawn.flatMap((index) => lines[index] ?? []);
  const intervalOf = (statistic: (drawn: (Judged & { speaks: boolean })[]) => number): Interval =>
    bootstrap(lines.length, (drawn) => statistic(drawnLines(drawn)), options).interval;
  return {
    precision: intervalOf((drawn) => measuresOf(drawn).precision),
    recall: intervalOf((drawn) => measuresOf(drawn).recall),
    f1: intervalOf((drawn) => measuresOf(drawn).f1),
    auc: intervalOf(areaUnderCurve),
  };
}
