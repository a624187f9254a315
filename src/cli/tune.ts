import { resolve } from "node:path";
import type { TuneReport } from "../app.ts";
import type { CommandContext } from "./context.ts";
import { ensureIndex } from "./ensure-index.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { intervalPairs } from "./gate-report/interval-pairs.ts";
import { tuneLines } from "./gate-report/tune-lines.ts";
import { openLineProgress } from "./line-progress.ts";
import { readLabels } from "./read-labels.ts";
import type { LabelFile } from "./read-labels.ts";

export interface TuneArguments {
  labels: string;
  maxWrong: number | undefined;
  group: string | undefined;
  seed: number | undefined;
}

/** Fewer lines teach nothing that could be checked. */
const LEAST_LINES = 10;

/** `tune --labels FILE`: fits the gate to labelled lines and says how well it does. */
export async function runTune(context: CommandContext, given: TuneArguments): Promise<ExitCode> {
  const { text, cwd, signal, options, output } = context;
  const labels = await readLabels(resolve(cwd, given.labels), context, { least: LEAST_LINES });
  if (labels.skipped > 0 && !options.quiet) output.note(text.gate.skipped(labels.skipped));
  const { assistant } = await context.open();
  await ensureIndex(context, assistant);
  const progress = await openLineProgress(context);
  try {
    const report = await assistant.tune(
      labels.lines,
      {
        onProgress: progress.update,
        ...(given.maxWrong === undefined ? {} : { maxWrong: given.maxWrong }),
        ...(given.group === undefined ? {} : { group: given.group }),
        ...(given.seed === undefined ? {} : { seed: given.seed }),
      },
      signal,
    );
    progress.stop();
    if (options.json) output.result(JSON.stringify(toTuneDocument(report, labels, context)));
    else for (const line of tuneLines(context, report, labels)) output.result(line);
    return EXIT.done;
  } finally {
    progress.stop();
  }
}

function toTuneDocument(
  { version, threshold, crossValidated, intervals, warnings, ...rest }: TuneReport,
  { positives, negatives, skipped }: LabelFile,
  { text }: CommandContext,
) {
  return {
    version,
    threshold,
    crossValidated,
    interval: intervalPairs(intervals),
    ...rest,
    warnings: warnings.map((warning) => text.gate.warning(warning)),
    labels: { positive: positives, negative: negatives, skipped },
  };
}
