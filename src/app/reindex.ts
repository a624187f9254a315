import { errorMessage, isAppError } from "../core/errors.ts";
import type { Logger } from "../core/runtime.ts";
import type { DocumentFunctions, ReindexState } from "../http/document-functions.ts";
import type { IngestProgress, IngestReport } from "./assistant.ts";

export interface ReindexParts {
  /** Brings the whole index up to date. */
  run: (onProgress: (progress: IngestProgress) => void) => Promise<IngestReport>;
  logger: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
}

export interface Reindex extends Pick<DocumentFunctions, "reindex" | "reindexState" | "watchReindex"> {
  /** Resolves when nothing runs. */
  settled(): Promise<void>;
}

/** Between two tellings, in milliseconds: quick enough for a bar that moves. */
const TELL_MS = 200;

/** One run at a time, in the background, whose state can be asked for and watched. */
export function createReindex({ run, logger, now }: ReindexParts): Reindex {
  const listeners = new Set<(state: ReindexState) => void>();
  let state: ReindexState = { state: "idle" };
  let running: Promise<void> = Promise.resolve();
  let toldAt = 0;

  function change(next: ReindexState): void {
    state = next;
    const isEnd = next.state !== "running";
    if (!isEnd && now() - toldAt < TELL_MS) return;
    toldAt = now();
    for (const listener of listeners) listener(next);
    if (isEnd) listeners.clear();
  }

  async function runOnce(startedAt: number): Promise<void> {
    try {
      const { documents, chunks, seconds } = await run(({ filesDone, filesFound, ...rest }) => {
        const { chunksDone, chunksQueued, failed, currentFile = "" } = rest;
        const progress = { filesDone, filesFound, chunksDone, chunksQueued, failed };
        const named = currentFile === "" ? progress : { ...progress, currentFile };
        change({ state: "running", startedAt, progress: named });
      });
      const report = { ...documents, failed: documents.failed.length, chunks, seconds };
      change({ state: "done", startedAt, endedAt: now(), report });
    } catch (error) {
      logger.error("reindex.failed", { error });
      // What a bug says is for the log.
      const reason = isAppError(error) ? errorMessage(error) : "It ended with an error that is in the log.";
      change({ state: "failed", startedAt, endedAt: now(), reason });
    }
  }

  return {
    reindex() {
      if (state.state === "running") return state;
      state = { state: "running", startedAt: now() };
      running = runOnce(now());
      return state;
    },
    reindexState: () => state,
    watchReindex(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    settled: () => running,
  };
}
