import type { EvalReport, LabelledLine, TuneReport } from "../../src/app.ts";
import type { LabelFile } from "../../src/cli/read-labels.ts";

const interval = { low: 0.5, high: 0.9 };
const intervals = { precision: interval, recall: interval, f1: interval, auc: interval };
export const measures = { precision: 0.8, recall: 0.7, f1: 0.75, auc: 0.9 };

/** What a person may have written; the direction of writing is turned and a control character is in it. */
export const HOSTILE = `<script>alert("1")</script> & '\u202Ex\u001B[2J`;

const wrong = [
  { text: HOSTILE, line: 3, positive: false, probability: 0.8 },
  { text: "押金多少", line: 12, positive: true, probability: 0.1 },
];

export const evalReport: EvalReport = {
  ...measures,
  threshold: 0.4,
  intervals,
  best: { threshold: 0.5, ...measures },
  curve: [
    { threshold: 0.9, precision: 1, recall: 0.2 },
    { threshold: 0.4, precision: 0.8, recall: 0.7 },
    { threshold: 0.1, precision: 0.6, recall: 1 },
  ],
  tunedOn: 0,
  wrong,
};

export const comparison: NonNullable<EvalReport["against"]> = {
  precision: 0.7,
  recall: 0.7,
  f1: 0.7,
  auc: 0.8,
  threshold: 0.3,
  curve: [
    { threshold: 0.9, precision: 0.9, recall: 0.2 },
    { threshold: 0.3, precision: 0.7, recall: 0.7 },
  ],
  difference: 0.05,
  interval: { low: 0.01, high: 0.09 },
  better: 0.975,
};

export const tuneReport: TuneReport = {
  version: 1,
  path: "workdir/gate.json",
  threshold: 0.4,
  crossValidated: measures,
  intervals,
  prior: { ...measures, f1: 0.7 },
  learningCurve: [{ labels: 10, f1: 0.7, ideal: 0.75, prior: 0.68 }],
  unsure: Array.from({ length: 12 }, (_, index) => ({ text: `怎么办 ${index}`, line: index + 1, probability: 0.4 })),
  wrong,
  warnings: ["Lines 4 (positive), 9 (negative) are the same with contradicting labels: 收到"],
};

/** Six lines to answer, six to leave alone, as a file. */
export const LABELS = Array.from(
  { length: 6 },
  (_, index) => `positive\t退宿 ${index}\nnegative\t收到 ${index}\n`,
).join("");

const lines: LabelledLine[] = LABELS.trim()
  .split("\n")
  .map((row, index) => ({
    text: row.split("\t")[1] ?? "",
    positive: row.startsWith("positive"),
    line: index + 1,
  }));

export const labelFile: LabelFile = { lines, positives: 6, negatives: 6, skipped: 0 };
