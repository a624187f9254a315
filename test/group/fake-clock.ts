import type { Clock } from "../../src/core/runtime.ts";

export interface FakeClock extends Clock {
  /** Lets time pass, one sleeper after the other; `settle` is awaited after each. */
  advance(ms: number, settle: () => Promise<void>): Promise<void>;
}

interface Sleeper {
  at: number;
  wake: () => void;
}

/** A clock that stands still until it is told to go on. */
export function createFakeClock(start = 1_790_000_000_000): FakeClock {
  let now = start;
  let sleepers: Sleeper[] = [];
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const onAbort = () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          reject(signal?.reason);
        };
        const sleeper = {
          at: now + ms,
          wake() {
            signal?.removeEventListener("abort", onAbort);
            resolve();
          },
        };
        sleepers.push(sleeper);
        signal?.addEventListener("abort", onAbort);
      }),
    async advance(ms, settle) {
      const until = now + ms;
      await settle();
      for (;;) {
        const [next] = sleepers.filter(({ at }) => at <= until).toSorted((left, right) => left.at - right.at);
        if (next === undefined) break;
        sleepers = sleepers.filter((sleeper) => sleeper !== next);
        now = Math.max(now, next.at);
        next.wake();
        await settle();
      }
      now = until;
      await settle();
    },
  };
}
