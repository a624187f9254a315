import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";

/** How long a command may take to put its affairs in order after the first Ctrl-C, in milliseconds. */
const GRACE_MS = 10_000;

/** Turns the first SIGINT or SIGTERM into an abort; the second one, or the end of the grace, ends the process. */
export interface Interrupt {
  signal: AbortSignal;
  /** Set once a signal has come, unless it is the wished end. */
  exitCode(): ExitCode | undefined;
  /** From now on a signal is the wished end of the command, which has so many milliseconds for it. */
  expectEnd(graceMs: number): void;
}

export function listenForInterrupt(onFirst: () => void): Interrupt {
  const controller = new AbortController();
  let exitCode: ExitCode | undefined;
  let graceMs = GRACE_MS;
  let isWished = false;

  const listen = (signal: NodeJS.Signals, code: ExitCode) =>
    process.on(signal, () => {
      if (exitCode !== undefined) process.exit(exitCode);
      exitCode = code;
      if (!isWished) onFirst();
      controller.abort(new DOMException("The command was interrupted.", "AbortError"));
      setTimeout(() => process.exit(code), graceMs).unref();
    });
  listen("SIGINT", EXIT.interrupted);
  listen("SIGTERM", EXIT.terminated);

  return {
    signal: controller.signal,
    exitCode: () => (isWished ? undefined : exitCode),
    expectEnd(ms) {
      isWished = true;
      graceMs = ms;
    },
  };
}
