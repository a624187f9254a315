import type { TuneReport } from "../../app.ts";
import type { CommandContext } from "../context.ts";
import { printable } from "../output.ts";
import type { LabelFile } from "../read-labels.ts";
import { listHeading, measureLines, unsureLines, wrongLines } from "./measure-lines.ts";

/** Columns of a full bar of the learning curve. */
const BAR_COLUMNS = 30;

/** What tuning came to, for a person at a terminal. */
export function tuneLines({ text, output }: CommandContext, report: TuneReport, labels: LabelFile): string[] {
  const words = text.gate;
  const { bold, yellow } = output.paint;
  const { maxWrong, crossValidated, prior, warnings } = report;
  return [
    words.tunedOn(labels.positives, labels.negatives),
    "",
    bold(words.crossValidated),
    ...measureLines(crossValidated, report.intervals, words),
    `  ${words.priorMeasures(prior.f1.toFixed(3), prior.auc.toFixed(3))}`,
    // A bounded threshold is not chosen for F1.
    ...(maxWrong !== undefined || crossValidated.f1 > prior.f1 ? [] : [`  ${words.noGain}`]),
    "",
    bold(words.threshold(report.threshold.toFixed(3))),
    ...(maxWrong === undefined
      ? []
      : [
          `  ${words.maxWrong({
            target: percent(maxWrong.target),
            recall: percent(maxWrong.recall),
            wrong: maxWrong.wrong,
            bound: percent(maxWrong.upperBound),
          })}`,
        ]),
    "",
    bold(words.learningCurve),
    ...learningLines(report.learningCurve, words.tooFewForCurve),
    "",
    bold(listHeading(words.unsure, report.unsure.length, words)),
    ...unsureLines(report.unsure, words),
    "",
    bold(listHeading(words.wrong, report.wrong.length, words)),
    ...wrongLines(report.wrong, words),
    "",
    ...warnings.map((warning) => yellow(`${text.warningPrefix}${printable(words.warning(warning))}`)),
    ...(warnings.length === 0 ? [] : [""]),
    words.written(report.path),
  ];
}

function learningLines(curve: TuneReport["learningCurve"], none: string): string[] {
  if (curve.length === 0) return [`  ${none}`];
  return curve.map(({ labels, f1 }) => {
    const bar = "█".repeat(Math.round(f1 * BAR_COLUMNS)).padEnd(BAR_COLUMNS, "·");
    return `  ${String(labels).padStart(6)}  F1 ${f1.toFixed(3)}  ${bar}`;
  });
}

/** Two digits that count, for shares from 0.01 % to 100 %. */
function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 ? value.toFixed(1) : Number(value.toPrecision(2))} %`;
}
