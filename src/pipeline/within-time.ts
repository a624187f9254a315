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
 * Runs a call with a time limit; a call that does not heed its signal does not hold up the caller.
 * @throws AppError `timeout`
 */
export async function withinTime<T>(
  { clock, timeoutMs, what }: TimeLimit,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const over = new AbortController();
  const timer = clock.sleep(timeoutMs, over.signal).then((): never => {
    late.abort();
    throw new AppError("timeout", `${what} did not come within ${timeoutMs / 1000} s`);
  });
  try {
    return await Promise.race([run(AbortSignal.any([signal, late.signal])), timer]);
  } finally {
    over.abort();
    // The sleep that was called off rejects; nobody waits for it any more.
    timer.catch(() => undefined);
  }
}
