import type { IngestProgress } from "../app.ts";
import type { CommandContext } from "./context.ts";
import type { Messages } from "./messages/en.ts";

/** A drawing of how far an ingest has come. */
export interface ProgressDisplay {
  update: (progress: IngestProgress) => void;
  /** Ends the drawing; may be called twice. */
  stop: () => void;
}

const BAR_WIDTH = 24;

/** A bar on stderr when that is a terminal, nothing otherwise. */
export async function openProgress({ options, output, text }: CommandContext): Promise<ProgressDisplay> {
  if (options.quiet || !output.drawsProgress) return { update: () => {}, stop: () => {} };
  const { default: cliProgress } = await import("cli-progress");
  const startedMs = performance.now();
  let latest: IngestProgress | undefined;
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    fps: 5,
    clearOnComplete: true,
    gracefulExit: false,
    format: (_options, { progress }) => {
      const filled = Math.round(progress * BAR_WIDTH);
      const line = latest === undefined ? "" : progressLine(latest, performance.now() - startedMs, text);
      return `${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)} ${line}`;
    },
  });
  bar.start(1, 0);
  return {
    update(progress) {
      latest = progress;
      bar.update(shareDone(progress));
    },
    stop() {
      if (bar.isActive) bar.stop();
    },
  };
}

/** Chunks there will be, judged by the files read so far. */
function expectedChunks({ filesDone, filesFound, chunksQueued }: IngestProgress): number {
  return filesDone === 0 ? chunksQueued : Math.max(chunksQueued, Math.round((chunksQueued * filesFound) / filesDone));
}

/** 0 to 1. */
export function shareDone(progress: IngestProgress): number {
  const expected = expectedChunks(progress);
  if (expected > 0 && progress.filesDone > 0) return Math.min(1, progress.chunksDone / expected);
  return progress.filesFound === 0 ? 0 : Math.min(1, progress.filesDone / progress.filesFound);
}

/** Files, chunks a second and time left, as one line. */
export function progressLine(progress: IngestProgress, elapsedMs: number, text: Messages): string {
  const perSecond = elapsedMs > 0 ? (progress.chunksDone * 1000) / elapsedMs : 0;
  const remaining = expectedChunks(progress) - progress.chunksDone;
  const left = perSecond > 0 && progress.filesDone > 0 ? duration(remaining / perSecond, text) : undefined;
  return text.ingest.progress(
    `${progress.filesDone}/${progress.filesFound}`,
    `${progress.chunksDone}/${expectedChunks(progress)}`,
    perSecond.toFixed(perSecond < 10 ? 1 : 0),
    left,
    progress.failed,
  );
}

function duration(seconds: number, text: Messages): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? text.ingest.seconds(whole) : text.ingest.minutes(Math.floor(whole / 60), whole % 60);
}
