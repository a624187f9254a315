import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";

/** How long a command may take to put its affairs in order after the first Ctrl-C, in milliseconds. */
const GRACE_MS = 10_000;

/** Turns the first SIGINT or SIGTERM into an abort; the second one, or the end of the grace, ends the process. */
export interface Interrupt {
  signal: AbortSignal;
  /** Set once a signal has come. */
  exitCode(): ExitCode | undefined;
}

export function listenForInterrupt(onFirst: () => void): Interrupt {
  const controller = new AbortController();
  let exitCode: ExitCode | undefined;

  const listen = (signal: NodeJS.Signals, code: ExitCode) =>
    process.on(signal, () => {
      if (exitCode !== undefined) process.exit(exitCode);
      exitCode = code;
      onFirst();
      controller.abort(new DOMException("The command was interrupted.", "AbortError"));
      setTimeout(() => process.exit(code), GRACE_MS).unref();
    });
  listen("SIGINT", EXIT.interrupted);
  listen("SIGTERM", EXIT.terminated);

  return { signal: controller.signal, exitCode: () => exitCode };
}
