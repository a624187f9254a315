import { AppError, isAppError } from "../core/errors.ts";
import type { Clock, Random } from "../core/runtime.ts";

export interface RetryOptions {
  clock: Clock;
  random: Random;
  signal: AbortSignal;
  /** Told before each wait. */
  onRetry?: (error: AppError, facts: { attempt: number; waitMs: number }) => void;
  /** Attempts in all. Default 3. */
  attempts?: number;
  /** A timeout is final once the attempts have taken this long, in milliseconds. Default: never. */
  patienceMs?: number;
}

/** Ceiling of the first wait in milliseconds; it doubles with each attempt. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
/** A gateway that asks for more patience than this is given up: the next model is quicker. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * Repeats an attempt whose error is retryable, after a random wait under a doubling ceiling ("full jitter": Brooker,
 * Exponential Backoff And Jitter, AWS Architecture Blog 2015), or after at least what Retry-After asked for.
 * @throws the last error; AppError `aborted` when the caller gave up during a wait
 */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts = 3, patienceMs = Infinity, clock } = options;
  const startedAt = clock.now();
  for (let number = 1; ; number += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isAppError(error) || !error.retryable || number >= attempts) {
        throw error;
      }
      // Somebody waits: the time that the owner allowed is not spent three times over.
      if (error.code === "timeout" && clock.now() - startedAt >= patienceMs) {
        throw error;
      }
      const { retryAfterMs = 0 } = error;
      if (retryAfterMs > LONGEST_RETRY_AFTER_MS) {
        throw error;
      }
      const ceilingMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (number - 1));
      const waitMs = Math.round(retryAfterMs + options.random() * ceilingMs);
      options.onRetry?.(error, { attempt: number, waitMs });
      await pause(waitMs, options);
    }
  }
}

async function pause(waitMs: number, { clock, signal }: RetryOptions): Promise<void> {
  try {
    await clock.sleep(waitMs, signal);
  } catch (error) {
    throw signal.aborted ? new AppError("aborted", "the call was cancelled while it waited to try again") : error;
  }
}
