import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/runtime.ts";

export interface TimeLimit {
  clock: Pick<Clock, "sleep">;
  /** Milliseconds. */
  timeoutMs: number;
  /** What did not come in time, for the message. */
  what: string;
}

/**
 * Runs a call with a time limit; a call that does not heed its signal does not hold up the caller. Nothing of it stays behind at the
 * signal: `AbortSignal.any` on one that lives as long as the process keeps some 1 kB a call in Node 20.
 * @throws AppError `timeout`
 */
export async function withinTime<T>(
  { clock, timeoutMs, what }: TimeLimit,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const over = new AbortController();
  const onAbort = (): void => inner.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  const timer = clock.sleep(timeoutMs, over.signal).then((): never => {
    inner.abort();
    throw new AppError("timeout", `${what} did not come within ${timeoutMs / 1000} s`);
  });
  try {
    return await Promise.race([run(inner.signal), timer]);
  } finally {
    over.abort();
    signal.removeEventListener("abort", onAbort);
    // The sleep that was called off rejects; nobody waits for it any more.
    timer.catch(() => undefined);
  }
}
