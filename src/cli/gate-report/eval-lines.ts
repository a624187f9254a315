import type { EvalReport } from "../../app.ts";
import type { CommandContext } from "../context.ts";
import { padColumns } from "../display-width.ts";
import type { Messages } from "../messages/en.ts";
import type { LabelFile } from "../read-labels.ts";
import { curveRows } from "./curve-rows.ts";
import { listHeading, measureLines, wrongLines } from "./measure-lines.ts";

type Words = Messages["gate"];
type Verdict = Pick<EvalReport, "wrong" | "best" | "threshold"> & { against?: EvalReport["against"] | undefined };

/** How the gate did, for a person at a terminal. */
export function evalLines({ text, output }: CommandContext, report: EvalReport, labels: LabelFile): string[] {
  const words = text.gate;
  const { bold } = output.paint;
  return [
    bold(words.evaluated),
    words.measuredOn(labels.positives, labels.negatives),
    "",
    ...measureLines(report, report.intervals, words),
    "",
    ...verdictLines(report, labels, words),
    "",
    bold(words.curve),
    ...curveTable(report, words),
    "",
    bold(listHeading(words.wrong, report.wrong.length, words)),
    ...wrongLines(report.wrong, words),
  ];
}

/** What the figures mean, in sentences: counts, thresholds, and the comparison when there is one. */
export function verdictLines(report: Verdict, labels: LabelFile, words: Words): string[] {
  const missed = report.wrong.filter(({ positive }) => positive).length;
  const { best, against } = report;
  return [
    words.counts({
      answered: labels.positives - missed,
      positives: labels.positives,
      wronglyAnswered: report.wrong.length - missed,
      negatives: labels.negatives,
    }),
    words.threshold(report.threshold.toFixed(3)),
    words.best(best.threshold.toFixed(3), best.f1.toFixed(3)),
    ...(against === undefined ? [] : comparisonLines(against, words)),
  ];
}

/** How the other gate did, and whether this one is better beyond chance. */
export function comparisonLines(against: NonNullable<EvalReport["against"]>, words: Words): string[] {
  return [
    words.against({
      f1: against.f1.toFixed(3),
      difference: signed(against.difference),
      low: signed(against.interval.low),
      high: signed(against.interval.high),
      better: Math.round(against.better * 100),
    }),
    againstVerdict(against, words),
  ];
}

function againstVerdict({ interval }: NonNullable<EvalReport["against"]>, words: Words): string {
  if (interval.low > 0) return words.isBetter;
  return interval.high < 0 ? words.isWorse : words.isNoDifferent;
}

export function signed(value: number): string {
  const digits = Math.abs(value).toFixed(3);
  return Number(digits) === 0 ? digits : `${value > 0 ? "+" : "−"}${digits}`;
}

function curveTable({ curve }: EvalReport, words: Words): string[] {
  const names = [words.thresholdColumn, words.measures.precision, words.measures.recall];
  const head = names.map((name) => padColumns(name, COLUMN)).join("");
  const rows = curveRows(curve).map((point) =>
    [point.threshold, point.precision, point.recall].map((value) => value.toFixed(3).padEnd(COLUMN)).join(""),
  );
  return [head, ...rows].map((line) => `  ${line.trimEnd()}`);
}

const COLUMN = 12;
