import { resolve } from "node:path";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { showReport, summaryLine, toIngestDocument } from "./ingest-report.ts";
import { openProgress } from "./progress.ts";
import { usageError } from "./report-error.ts";

/** `ingest [PATH…]`: brings the index up to date. Files that cannot be read are listed and fail nothing. */
export async function runIngest(context: CommandContext, paths: string[]): Promise<ExitCode> {
  const { options, output, text, signal, cwd } = context;
  // An unset variable in a script must not index the current folder.
  if (paths.some((path) => path.trim() === "")) throw usageError(text.usage.emptyPath);
  const { assistant } = await context.open();
  const progress = await openProgress(context);
  const chosen = paths.length === 0 ? {} : { paths: paths.map((path) => resolve(cwd, path)) };
  const report = await assistant
    .ingest({ ...chosen, onProgress: progress.update }, signal)
    .finally(() => progress.stop());
  signal.throwIfAborted();
  showReport(context, report);
  output.result(options.json ? JSON.stringify(toIngestDocument(report, text)) : summaryLine(report, text));
  return EXIT.done;
}
