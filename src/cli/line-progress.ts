import type { CommandContext } from "./context.ts";

/** A bar over the lines of a file, on stderr when that is a terminal. */
export interface LineProgress {
  update: (done: number, of: number) => void;
  /** Ends the drawing; may be called twice. */
  stop: () => void;
}

export async function openLineProgress({ options, output, text }: CommandContext): Promise<LineProgress> {
  if (options.quiet || !output.drawsProgress) return { update: () => {}, stop: () => {} };
  const { default: cliProgress } = await import("cli-progress");
  const startedMs = performance.now();
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    fps: 5,
    barsize: 24,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    clearOnComplete: true,
    gracefulExit: false,
    format: "{bar} {said}",
  });
  const said = (done: number, of: number): string =>
    text.gate.progress(done, of, secondsLeft(performance.now() - startedMs, done, of));
  return {
    update(done, of) {
      if (!bar.isActive && done < of) bar.start(of, done, { said: said(done, of) });
      if (bar.isActive) bar.update(done, { said: said(done, of) });
      if (done < of) return;
      // What follows the last line computes without a pause in which a bar could move.
      if (bar.isActive) bar.stop();
      output.note(text.gate.computing(of));
    },
    stop() {
      if (bar.isActive) bar.stop();
    },
  };
}

/** Whole seconds, judged by those so far; undefined while nothing is known. */
export function secondsLeft(elapsedMs: number, done: number, of: number): number | undefined {
  return done === 0 ? undefined : Math.ceil(((elapsedMs / done) * (of - done)) / 1000);
}
