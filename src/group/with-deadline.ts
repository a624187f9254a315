import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/runtime.ts";

export interface Deadline {
  clock: Pick<Clock, "sleep">;
  /** Milliseconds. */
  timeoutMs: number;
  /** What did not come in time, for the message. */
  what: string;
}

/**
 * Runs a call that ends when the signal is aborted or the time is up, also when the call heeds neither. Nothing of it stays
 * behind at the signal: `AbortSignal.any` on a signal that lives as long as the process keeps some 1 kB a call in Node 20.
 * @throws AppError `timeout`, or the signal's reason
 */
export async function withDeadline<T>(
  { clock, timeoutMs, what }: Deadline,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const over = new AbortController();
  const onAbort = (): void => inner.abort(signal.reason);
  const ended = new Promise<never>((_, reject) => {
    inner.signal.addEventListener("abort", () => reject(inner.signal.reason), { once: true });
  });
  ended.catch(() => undefined);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  clock.sleep(timeoutMs, over.signal).then(
    () =>
      inner.abort(new AppError("timeout", `${what} did not come within ${timeoutMs / 1000} s`, { retryable: true })),
    () => undefined,
  );
  try {
    return await Promise.race([run(inner.signal), ended]);
  } finally {
    over.abort();
    signal.removeEventListener("abort", onAbort);
  }
}
