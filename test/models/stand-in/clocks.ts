import type { Clock, Logger } from "../../../src/core/runtime.ts";

export interface JumpingClock extends Clock {
  /** Length of each sleep, in milliseconds. */
  sleeps: number[];
}

/** A clock whose sleeps are over at once, having moved the time on. */
export function createJumpingClock(startMs = 1_700_000_000_000): JumpingClock {
  let now = startMs;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      sleeps.push(ms);
      now += ms;
    },
  };
}

export interface ManualClock extends Clock {
  /** Moves the time on, ending each sleep that is over by then. */
  advance(ms: number): Promise<void>;
  /** Sleeps that are not over. */
  sleeping(): number;
}

/** A clock that stands still until it is told to move. */
export function createManualClock(startMs = 1_700_000_000_000): ManualClock {
  let now = startMs;
  const sleepers = new Set<{ until: number; wake: () => void }>();
  return {
    now: () => now,
    sleeping: () => sleepers.size,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = {
          until: now + ms,
          wake: () => {
            signal?.removeEventListener("abort", leave);
            resolve();
          },
        };
        sleepers.add(sleeper);
        const leave = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
        };
        signal?.addEventListener("abort", leave, { once: true });
      }),
    advance: async (ms) => {
      const target = now + ms;
      await settle();
      for (;;) {
        const due = [...sleepers].filter(({ until }) => until <= target).toSorted((a, b) => a.until - b.until)[0];
        if (due === undefined) {
          break;
        }
        now = Math.max(now, due.until);
        sleepers.delete(due);
        due.wake();
        await settle();
      }
      now = target;
    },
  };
}

/** Lets every promise that can go on do so. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 300; round += 1) {
    await Promise.resolve();
  }
}

export interface RecordingLogger extends Logger {
  lines: string[];
}

export function createRecordingLogger(): RecordingLogger {
  const lines: string[] = [];
  const write = (event: string, fields?: Record<string, unknown>): void => {
    lines.push(JSON.stringify({ event, ...fields }, errorsAsText));
  };
  return { lines, debug: write, info: write, warn: write, error: write };
}

/** An error has no fields of its own that JSON would show. */
function errorsAsText(_key: string, value: unknown): unknown {
  return value instanceof Error ? String(value) : value;
}
