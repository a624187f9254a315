import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { ReplayResult } from "../app.ts";
import { errorMessage } from "../core/errors.ts";
import type { CommandContext } from "./context.ts";
import { ensureIndex } from "./ensure-index.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { openLineProgress } from "./line-progress.ts";
import { readReplay } from "./read-replay.ts";
import { replayLines } from "./replay-report/replay-lines.ts";
import { replayPage } from "./replay-report/replay-page.ts";
import { usageError } from "./report-error.ts";

export interface ReplayArguments {
  file: string;
  /** A second configuration. */
  policy: string | undefined;
  /** Where the HTML report goes; undefined: none. */
  report: string | undefined;
  withModel: boolean;
}

/** `replay FILE.jsonl`: an exported chat through the present policy. */
export async function runReplay(context: CommandContext, given: ReplayArguments): Promise<ExitCode> {
  const { cwd, signal, options, output, text, locale } = context;
  const { decodeReplayLine } = await import("../app.ts");
  const lines = await readReplay(resolve(cwd, given.file), context, decodeReplayLine);
  const other = given.policy === undefined ? undefined : await context.loadConfig(resolve(cwd, given.policy));
  const { assistant } = await context.open();
  await ensureIndex(context, assistant);
  const progress = await openLineProgress(context);
  try {
    const result = await assistant.replay(
      lines,
      { withModel: given.withModel, onProgress: progress.update, ...(other !== undefined && { other }) },
      signal,
    );
    progress.stop();
    if (options.json) output.result(JSON.stringify(toReplayDocument(result)));
    else for (const line of replayLines(context, result, lines)) output.result(line);
    if (given.report !== undefined) {
      const page = { result, lines, file: given.file, madeAt: new Date(), locale, text };
      await writePage(context, resolve(cwd, given.report), replayPage(page));
    }
    return EXIT.done;
  } finally {
    progress.stop();
  }
}

function toReplayDocument({ report, engineMs, other }: ReplayResult) {
  const { from, to, decisions: _decisions, said, ...figures } = report;
  return {
    ...figures,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    linesPerSecond: perSecond(report.messages, engineMs),
    said: said.map(({ at, ...post }) => ({ at: new Date(at).toISOString(), ...post })),
    ...(other === undefined
      ? {}
      : {
          other: {
            answered: other.report.answered,
            declined: other.report.declined,
            posts: other.report.posts,
            postsPerHour: other.report.postsPerHour,
            share: other.report.share,
            overBudget: other.report.overBudget,
          },
          differences: other.differences,
        }),
  };
}

function perSecond(lines: number, ms: number): number {
  return ms <= 0 ? 0 : Math.round((lines * 1000) / ms);
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
