import type { Assistant } from "../app.ts";
import type { CommandContext } from "./context.ts";
import { foundNothing, summaryLine, unreadLines } from "./ingest-report.ts";
import { openProgress } from "./progress.ts";

/** Indexes the configured corpus when there is no index yet; says so on stderr. */
export async function ensureIndex(context: CommandContext, assistant: Assistant): Promise<void> {
  if (await assistant.hasIndex()) return;
  const { options, output, text, signal } = context;
  if (!options.quiet) output.note(text.ingest.indexing);
  const progress = await openProgress(context);
  try {
    const report = await assistant.ingest({ onProgress: progress.update }, signal);
    progress.stop();
    if (options.quiet) return;
    for (const line of unreadLines(report, text)) output.note(line);
    if (foundNothing(report)) output.note(`${output.paintNote.yellow(text.warningPrefix)}${text.ingest.nothing}`);
    output.note(summaryLine(report, text));
  } finally {
    progress.stop();
  }
}
