import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { EvalReport } from "../app.ts";
import { errorMessage } from "../core/errors.ts";
import type { CommandContext } from "./context.ts";
import { ensureIndex } from "./ensure-index.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { evalReportPage } from "./gate-report-page.ts";
import { readLabels } from "./label-file.ts";
import { openLineProgress } from "./line-progress.ts";
import { measureLines, wrongLines } from "./measure-lines.ts";
import { usageError } from "./report-error.ts";

export interface EvalArguments {
  labels: string;
  against: string | undefined;
  group: string | undefined;
  /** Where the page goes. Default: `gate-report.html` in the work folder; with `--json` none. */
  report: string | undefined;
}

const SHOWN_LINES = 10;

/** `eval --labels FILE`: measures the present gate on labelled lines. */
export async function runEval(context: CommandContext, given: EvalArguments): Promise<ExitCode> {
  const { text, cwd, signal, options, output } = context;
  const lines = await readLabels(resolve(cwd, given.labels), text);
  const { assistant, config } = await context.open();
  await ensureIndex(context, assistant);
  const progress = await openLineProgress(context);
  try {
    const report = await assistant.evaluate(
      lines,
      {
        onProgress: progress.update,
        ...(given.against === undefined ? {} : { against: resolve(cwd, given.against) }),
        ...(given.group === undefined ? {} : { group: given.group }),
      },
      signal,
    );
    progress.stop();
    if (options.json) output.result(JSON.stringify(toEvalDocument(report)));
    else for (const line of showReport(context, report)) output.result(line);
    const workDir = options.workDir === undefined ? join(config.baseFolder, "workdir") : resolve(cwd, options.workDir);
    const page = given.report === undefined ? join(workDir, "gate-report.html") : resolve(cwd, given.report);
    if (!options.json || given.report !== undefined)
      await writePage(context, page, evalReportPage(report, text, context.locale));
    return EXIT.done;
  } finally {
    progress.stop();
  }
}

function toEvalDocument({ intervals, ...rest }: EvalReport) {
  const pairs = Object.entries(intervals).map(([name, { low, high }]) => [name, [low, high]]);
  return { ...rest, interval: Object.fromEntries(pairs) };
}

function showReport({ text, output }: CommandContext, report: EvalReport): string[] {
  const words = text.gate;
  const { best, against } = report;
  return [
    output.paint.bold(words.evaluated),
    ...measureLines(report, report.intervals, words),
    words.threshold(report.threshold.toFixed(3)),
    words.best(best.threshold.toFixed(3), best.f1.toFixed(3)),
    ...(against === undefined
      ? []
      : [
          words.against(
            against.f1.toFixed(3),
            `${against.difference >= 0 ? "+" : ""}${against.difference.toFixed(3)}`,
            against.interval.low.toFixed(3),
            against.interval.high.toFixed(3),
          ),
        ]),
    "",
    output.paint.bold(words.wrong),
    ...wrongLines(report.wrong.slice(0, SHOWN_LINES), words),
  ];
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
