import type { CommandContext } from "./context.ts";

/** A bar over the lines of a file, on stderr when that is a terminal. */
export interface LineProgress {
  update: (done: number, of: number) => void;
  /** Ends the drawing; may be called twice. */
  stop: () => void;
}

export async function openLineProgress({ options, output }: CommandContext): Promise<LineProgress> {
  if (options.quiet || !output.drawsProgress) return { update: () => {}, stop: () => {} };
  const { default: cliProgress } = await import("cli-progress");
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    fps: 5,
    clearOnComplete: true,
    gracefulExit: false,
    format: "{bar} {value}/{total}",
  });
  return {
    update(done, of) {
      if (!bar.isActive) bar.start(of, done);
      bar.update(done);
    },
    stop() {
      if (bar.isActive) bar.stop();
    },
  };
}
