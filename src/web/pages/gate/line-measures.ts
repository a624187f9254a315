import type { LabelledLine } from "../../api/gate.ts";

export interface LineMeasures {
  /** NaN where nothing is answered. */
  precision: number;
  /** NaN where nothing should be answered. */
  recall: number;
  f1: number;
  answered: number;
  /** Answered although they should be left alone. */
  wrong: number;
  /** Left alone although they should be answered. */
  missed: number;
}

export interface CurvePoint {
  /** The least probability that is answered. */
  threshold: number;
  precision: number;
  recall: number;
}

/** Whether a threshold would answer a line. What the present one reaches and is silent all the same is held back for another reason. */
export function wouldSpeak({ probability, speaks }: LabelledLine, threshold: number, present: number): boolean {
  const isHeldBack = !speaks && probability >= present;
  return !isHeldBack && probability >= threshold;
}

export function measureLines(lines: readonly LabelledLine[], threshold: number, present: number): LineMeasures {
  let [answered, right, positives] = [0, 0, 0];
  for (const line of lines) {
    const speaks = wouldSpeak(line, threshold, present);
    if (speaks) answered++;
    if (line.positive) positives++;
    if (speaks && line.positive) right++;
  }
  return {
    precision: right / answered,
    recall: right / positives,
    f1: (2 * right) / (answered + positives),
    answered,
    wrong: answered - right,
    missed: positives - right,
  };
}

/** Precision and recall at every threshold that changes them, by rising recall. */
export function curveOf(lines: readonly LabelledLine[], present: number): CurvePoint[] {
  const positives = lines.filter(({ positive }) => positive).length;
  const sorted = lines.filter((line) => wouldSpeak(line, 0, present)).toSorted((a, b) => b.probability - a.probability);
  const points: CurvePoint[] = [];
  let right = 0;
  for (const [index, { probability, positive }] of sorted.entries()) {
    if (positive) right++;
    if (sorted[index + 1]?.probability === probability) continue;
    points.push({ threshold: probability, precision: right / (index + 1), recall: right / positives });
  }
  return points;
}

/** Lines that another threshold would put on the other side, the nearest to the present one first. */
export function changedLines(
  lines: readonly LabelledLine[],
  threshold: number,
  present: number,
): { toAnswered: LabelledLine[]; toSilent: LabelledLine[] } {
  const nearest = (a: LabelledLine, b: LabelledLine): number =>
    Math.abs(a.probability - present) - Math.abs(b.probability - present);
  const changed = lines.filter((line) => wouldSpeak(line, threshold, present) !== wouldSpeak(line, present, present));
  return {
    toAnswered: changed.filter((line) => wouldSpeak(line, threshold, present)).toSorted(nearest),
    toSilent: changed.filter((line) => !wouldSpeak(line, threshold, present)).toSorted(nearest),
  };
}
