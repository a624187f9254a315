import { resolve } from "node:path";
import type { TuneReport } from "../app.ts";
import type { CommandContext } from "./context.ts";
import { ensureIndex } from "./ensure-index.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { readLabels } from "./label-file.ts";
import { openLineProgress } from "./line-progress.ts";
import { measureLines, wrongLines } from "./measure-lines.ts";
import { printable } from "./output.ts";

export interface TuneArguments {
  labels: string;
  maxWrong: number | undefined;
  group: string | undefined;
  seed: number | undefined;
}

/** Lines listed in the report for a person; JSON has them all. */
const SHOWN_LINES = 10;

/** `tune --labels FILE`: fits the gate to labelled lines and says how well it does. */
export async function runTune(context: CommandContext, given: TuneArguments): Promise<ExitCode> {
  const { text, cwd, signal, options, output } = context;
  const lines = await readLabels(resolve(cwd, given.labels), text);
  const { assistant } = await context.open();
  await ensureIndex(context, assistant);
  const progress = await openLineProgress(context);
  try {
    const report = await assistant.tune(
      lines,
      {
        onProgress: progress.update,
        ...(given.maxWrong === undefined ? {} : { maxWrong: given.maxWrong }),
        ...(given.group === undefined ? {} : { group: given.group }),
        ...(given.seed === undefined ? {} : { seed: given.seed }),
      },
      signal,
    );
    progress.stop();
    if (options.json) output.result(JSON.stringify(toTuneDocument(report)));
    else for (const line of showTuning(context, report)) output.result(line);
    return EXIT.done;
  } finally {
    progress.stop();
  }
}

function toTuneDocument({ version, threshold, crossValidated, intervals, ...rest }: TuneReport) {
  const pairs = Object.entries(intervals).map(([name, { low, high }]) => [name, [low, high]]);
  return { version, threshold, crossValidated, interval: Object.fromEntries(pairs), ...rest };
}

function showTuning({ text, output }: CommandContext, report: TuneReport): string[] {
  const words = text.gate;
  const { maxWrong } = report;
  return [
    output.paint.bold(words.crossValidated),
    ...measureLines(report.crossValidated, report.intervals, words),
    words.priorF1(report.prior.f1.toFixed(3)),
    words.threshold(report.threshold.toFixed(3)),
    ...(maxWrong === undefined
      ? []
      : [words.maxWrong(maxWrong.target, maxWrong.recall.toFixed(3), maxWrong.wrong, maxWrong.upperBound.toFixed(4))]),
    "",
    output.paint.bold(words.learningCurve),
    ...report.learningCurve.map(({ labels, f1 }) => `  ${String(labels).padStart(6)}  F1 ${f1.toFixed(3)}`),
    "",
    output.paint.bold(words.unsure),
    ...report.unsure
      .slice(0, SHOWN_LINES)
      .map(({ line, probability, text: said }) => `  ${probability.toFixed(2)}  ${line}: ${printable(said)}`),
    "",
    output.paint.bold(words.wrong),
    ...wrongLines(report.wrong.slice(0, SHOWN_LINES), words),
    ...report.warnings.map((warning) => output.paint.yellow(`${text.warningPrefix}${printable(warning)}`)),
    "",
    words.written(report.path),
  ];
}
