import { RateLimiterMemory, RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";

/** Requests that one caller may send in a minute, which begins with the first of them. */
export interface RateLimiter {
  perMinute: number;
  /** Counts a request; when there were too many, the milliseconds until one is allowed again. */
  take(caller: string): Promise<number | undefined>;
  /** The milliseconds until a caller who has used up the minute may come again; undefined for others. Counts nothing. */
  waitOf(caller: string): Promise<number | undefined>;
  close(): void;
}

const WINDOW_S = 60;

/** Counts in the memory of this process. */
export function createMemoryLimiter(perMinute: number): RateLimiter {
  return limiterOver(memoryStore(perMinute), perMinute);
}

export function memoryStore(perMinute: number): RateLimiterMemory {
  return new RateLimiterMemory({ points: perMinute, duration: WINDOW_S });
}

/** Limits by a store that has `perMinute` points for a minute. */
export function limiterOver(store: RateLimiterAbstract, perMinute: number, close = (): void => undefined): RateLimiter {
  return {
    perMinute,
    async take(caller) {
      try {
        await store.consume(caller);
        return undefined;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return Math.max(1, refused.msBeforeNext);
      }
    },
    async waitOf(caller) {
      const known = await store.get(caller);
      if (known === null || known.consumedPoints < perMinute || known.msBeforeNext <= 0) return undefined;
      return known.msBeforeNext;
    },
    close,
  };
}
