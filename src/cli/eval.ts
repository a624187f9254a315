import { constants } from "node:fs";
import { access, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { EvalReport } from "../app.ts";
import { errorMessage } from "../core/errors.ts";
import type { CommandContext } from "./context.ts";
import { ensureIndex } from "./ensure-index.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { evalLines } from "./gate-report/eval-lines.ts";
import { intervalPairs, pairOf } from "./gate-report/interval-pairs.ts";
import { reportPage } from "./gate-report/report-page.ts";
import { openLineProgress } from "./line-progress.ts";
import { readLabels } from "./read-labels.ts";
import type { LabelFile } from "./read-labels.ts";
import { usageError } from "./report-error.ts";

export interface EvalArguments {
  labels: string;
  against: string | undefined;
  group: string | undefined;
  /** Where the page goes. Default: `gate-report.html` in the work folder; with `--json` none. */
  report: string | undefined;
}

/** `eval --labels FILE`: measures the present gate on labelled lines. */
export async function runEval(context: CommandContext, given: EvalArguments): Promise<ExitCode> {
  const { text, cwd, signal, options, output } = context;
  const labels = await readLabels(resolve(cwd, given.labels), context);
  const against = given.against === undefined ? undefined : resolve(cwd, given.against);
  if (against !== undefined) await checkReadable(against, context);
  if (labels.skipped > 0 && !options.quiet) output.note(text.gate.skipped(labels.skipped));
  const { assistant, config } = await context.open();
  await ensureIndex(context, assistant);
  const progress = await openLineProgress(context);
  try {
    const report = await assistant.evaluate(
      labels.lines,
      {
        onProgress: progress.update,
        ...(against === undefined ? {} : { against }),
        ...(given.group === undefined ? {} : { group: given.group }),
      },
      signal,
    );
    progress.stop();
    if (report.tunedOn > 0 && !options.quiet) {
      output.note(
        `${output.paintNote.yellow(text.warningPrefix)}${text.gate.flatters(report.tunedOn, labels.lines.length)}`,
      );
    }
    if (options.json) output.result(JSON.stringify(toEvalDocument(report, labels)));
    else for (const line of evalLines(context, report, labels)) output.result(line);
    const workDir = options.workDir === undefined ? join(config.baseFolder, "workdir") : resolve(cwd, options.workDir);
    const file = given.report === undefined ? join(workDir, "gate-report.html") : resolve(cwd, given.report);
    if (!options.json || given.report !== undefined) {
      const page = { report, labels, labelPath: given.labels, madeAt: new Date(), text, locale: context.locale };
      await writePage(context, file, reportPage(page));
    }
    return EXIT.done;
  } finally {
    progress.stop();
  }
}

function toEvalDocument(
  { precision, recall, f1, auc, threshold, intervals, best, curve, tunedOn, wrong, against }: EvalReport,
  { positives, negatives, skipped }: LabelFile,
) {
  return {
    precision,
    recall,
    f1,
    auc,
    threshold,
    interval: intervalPairs(intervals),
    best,
    curve,
    tunedOn,
    wrong,
    ...(against === undefined ? {} : { against: { ...against, interval: pairOf(against.interval) } }),
    labels: { positive: positives, negative: negatives, skipped },
  };
}

async function checkReadable(file: string, { text }: CommandContext): Promise<void> {
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw usageError(text.gate.unreadable(file, errorMessage(error)));
  });
  if ((await stat(file)).isDirectory()) throw usageError(text.gate.isFolder(file));
}

async function writePage({ output, options, text }: CommandContext, path: string, page: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, page);
  } catch (error) {
    throw usageError(text.gate.reportNotWritten(path, errorMessage(error)));
  }
  if (!options.quiet) output.note(text.gate.reportWritten(path));
}
