import type { TuneReport } from "../../app.ts";

type Intervals = TuneReport["intervals"];

/** An interval as JSON shows it. */
export function pairOf({ low, high }: Intervals["f1"]): [low: number, high: number] {
  return [low, high];
}

/** The intervals of all measures as JSON shows them. */
export function intervalPairs({ precision, recall, f1, auc }: Intervals) {
  return { precision: pairOf(precision), recall: pairOf(recall), f1: pairOf(f1), auc: pairOf(auc) };
}
