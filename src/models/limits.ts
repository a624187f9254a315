import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/runtime.ts";

export interface RateLimits {
  /** Calls in any 60 seconds; 0 = no limit. */
  requestsPerMinute: number;
  /** Tokens in any 60 seconds; 0 = no limit. */
  tokensPerMinute: number;
  /** Least time between the starts of two calls, in milliseconds. Default 0. */
  minGapMs?: number;
}

const WINDOW_MS = 60_000;

/**
 * Keeps us under a gateway's limits before it has to say so. A strict sliding window: in no 60 seconds are there more
 * calls than allowed, not even around a full minute. Callers are served in the order they came; one that is aborted
 * leaves the queue and uses nothing up. A call above the token limit by itself waits for an empty window.
 */
export class RateLimiter {
  #limits: RateLimits;
  readonly #clock: Clock;
  #calls: number[] = [];
  #used: { at: number; tokens: number }[] = [];
  #tail: Promise<unknown> = Promise.resolve();
  #pausedUntil = -Infinity;

  constructor(limits: RateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Resolves when a call of about `tokens` tokens may go out.
   * @throws AppError `aborted`
   */
  async take(tokens: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      throw cancelled();
    }
    const { requestsPerMinute, tokensPerMinute, minGapMs = 0 } = this.#limits;
    const isPaused = this.#pausedUntil > this.#clock.now();
    if (requestsPerMinute === 0 && tokensPerMinute === 0 && minGapMs === 0 && !isPaused) {
      return;
    }
    const turn = this.#tail.then(() => this.#waitForRoom(tokens, signal));
    // The next in line waits for this turn, however it ends; the failure itself is the caller's.
    this.#tail = turn.catch(() => undefined);
    await untilAborted(turn, signal);
  }

  /** Takes over each limit that is stricter than its own. */
  tighten({ requestsPerMinute, tokensPerMinute, minGapMs = 0 }: RateLimits): void {
    this.#limits = {
      minGapMs: Math.max(this.#limits.minGapMs ?? 0, minGapMs),
      requestsPerMinute: stricter(this.#limits.requestsPerMinute, requestsPerMinute),
      tokensPerMinute: stricter(this.#limits.tokensPerMinute, tokensPerMinute),
    };
  }

  /** Lets no call out for `ms`: the gateway asked one of them to wait, and counts them together. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + ms);
  }

  /** Adds tokens that a call has used beyond its estimate (its reply). */
  addTokens(tokens: number): void {
    if (this.#limits.tokensPerMinute > 0 && tokens > 0) {
      this.#used.push({ at: this.#clock.now(), tokens });
    }
  }

  async #waitForRoom(tokens: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      if (signal.aborted) {
        throw cancelled();
      }
      const waitMs = this.#timeToRoom(tokens);
      if (waitMs <= 0) {
        this.#used.push({ at: this.#clock.now(), tokens });
        this.#calls.push(this.#clock.now());
        return;
      }
      await this.#clock.sleep(waitMs, signal);
    }
  }

  #timeToRoom(tokens: number): number {
    const now = this.#clock.now();
    this.#calls = this.#calls.filter((at) => at > now - WINDOW_MS);
    this.#used = this.#used.filter(({ at }) => at > now - WINDOW_MS);
    const { requestsPerMinute, tokensPerMinute, minGapMs = 0 } = this.#limits;
    let freeAt = Math.max(now, this.#pausedUntil);
    if (minGapMs > 0) {
      freeAt = Math.max(freeAt, (this.#calls.at(-1) ?? -Infinity) + minGapMs);
    }
    if (requestsPerMinute > 0 && this.#calls.length >= requestsPerMinute) {
      freeAt = Math.max(freeAt, (this.#calls[this.#calls.length - requestsPerMinute] ?? now) + WINDOW_MS);
    }
    if (tokensPerMinute > 0) {
      let total = this.#used.reduce((sum, entry) => sum + entry.tokens, 0);
      for (const entry of this.#used) {
        if (total + tokens <= tokensPerMinute) {
          break;
        }
        total -= entry.tokens;
        freeAt = Math.max(freeAt, entry.at + WINDOW_MS);
      }
    }
    return freeAt - now;
  }
}

function stricter(left: number, right: number): number {
  return left === 0 || right === 0 ? Math.max(left, right) : Math.min(left, right);
}

/** Settles like `work`, or rejects at once when the caller gives up. */
async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const listening = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(cancelled()), { once: true, signal: listening.signal });
  });
  try {
    await Promise.race([work, aborted]);
  } catch (error) {
    throw signal.aborted ? cancelled() : error;
  } finally {
    listening.abort();
  }
}

function cancelled(): AppError {
  return new AppError("aborted", "the call was cancelled while it waited for its turn");
}
