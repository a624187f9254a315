import { setImmediate as breath } from "node:timers/promises";
import type { Clock } from "../core/runtime.ts";

/** A clock that stands still until it is moved; what sleeps wakes in the order of its times. */
export interface ReplayClock extends Clock {
  /** Wakes everything due until `at`, in order, and stands at `at` then. */
  advance(at: number): Promise<void>;
  /** Runs `work` as something that time waits for, such as a call of a real model. */
  holding<Result>(work: () => Promise<Result>): Promise<Result>;
}

interface Sleeper {
  at: number;
  order: number;
  wake: () => void;
}

/** Idle time that is walked through step by step; longer pauses are leapt over, their sleepers wake late. */
const LONGEST_WALK_MS = 26 * 3_600_000;

export function createReplayClock(startsAt: number): ReplayClock {
  let now = startsAt;
  let order = 0;
  let held = 0;
  const sleepers = new Set<Sleeper>();
  let onFree: (() => void) | undefined;

  const isHeld = (): boolean => held > 0;

  /** Until nothing runs any more that needs no time. */
  async function rest(): Promise<void> {
    await breath();
    while (isHeld()) {
      await new Promise<void>((resolve) => (onFree = resolve));
      await breath();
    }
  }

  function nextSleeper(): Sleeper | undefined {
    let next: Sleeper | undefined;
    for (const sleeper of sleepers) {
      if (next === undefined || sleeper.at < next.at || (sleeper.at === next.at && sleeper.order < next.order)) {
        next = sleeper;
      }
    }
    return next;
  }

  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason);
          return;
        }
        const abort = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const wake = (): void => {
          signal?.removeEventListener("abort", abort);
          resolve();
        };
        const sleeper: Sleeper = { at: now + Math.max(0, ms), order: order++, wake };
        signal?.addEventListener("abort", abort, { once: true });
        sleepers.add(sleeper);
      }),
    async advance(at) {
      await rest();
      const walkUntil = now + LONGEST_WALK_MS;
      for (let next = nextSleeper(); next !== undefined && next.at <= at; next = nextSleeper()) {
        now = next.at > walkUntil ? at : Math.max(now, next.at);
        sleepers.delete(next);
        next.wake();
        await rest();
      }
      now = Math.max(now, at);
    },
    async holding(work) {
      held++;
      try {
        return await work();
      } finally {
        held--;
        if (held === 0) onFree?.();
      }
    },
  };
}
