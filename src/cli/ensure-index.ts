import { setTimeout as sleep } from "node:timers/promises";
import type { Assistant } from "../app.ts";
import { isAppError } from "../core/errors.ts";
import type { CommandContext } from "./context.ts";
import { showReport, summaryLine } from "./ingest-report.ts";
import { openProgress } from "./progress.ts";

export interface EnsureIndexOptions {
  /** How long to wait for another process that builds the index, in milliseconds. Default 10 minutes. */
  waitMs?: number;
  /** How often to look whether it has ended, in milliseconds. Default 200. */
  pollMs?: number;
}

/** A look at whether the index is there costs nothing; to try and build it loads the model. */
const LOOKS_A_TRY = 15;

/**
 * Indexes the configured corpus when there is no index yet; says so on stderr. While another process does, it waits for it.
 * @throws AppError `index_locked` when the other one takes too long, and what `ingest` throws
 */
export async function ensureIndex(
  context: CommandContext,
  assistant: Assistant,
  { waitMs = 600_000, pollMs = 200 }: EnsureIndexOptions = {},
): Promise<void> {
  if (await assistant.hasIndex()) return;
  const { options, output, text, signal } = context;
  if (!options.quiet) output.note(text.ingest.indexing);
  const deadline = performance.now() + waitMs;
  for (let isTold = options.quiet; ; isTold = true) {
    try {
      await buildFirst(context, assistant);
      return;
    } catch (error) {
      if (!isAppError(error, "index_locked") || performance.now() >= deadline) throw error;
      if (!isTold) output.note(text.ingest.waiting(error.message));
    }
    for (let look = 0; look < LOOKS_A_TRY && performance.now() < deadline; look++) {
      await sleep(pollMs, undefined, { signal });
      if (await assistant.hasIndex()) return;
    }
  }
}

async function buildFirst(context: CommandContext, assistant: Assistant): Promise<void> {
  const { options, output, text, signal } = context;
  const progress = await openProgress(context);
  try {
    const report = await assistant.ingest({ onProgress: progress.update }, signal);
    progress.stop();
    showReport(context, report);
    if (!options.quiet) output.note(summaryLine(report, text));
  } finally {
    progress.stop();
  }
}
