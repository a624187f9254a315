import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/runtime.ts";

/** At most `max` sends in any `windowMs`. */
export interface SendWindow {
  max: number;
  windowMs: number;
}

export interface SendLimit {
  /**
   * Runs `send` when the windows of `key` have room for it, in the order the callers came; keys do not wait for each
   * other. One that is aborted while it waits leaves the queue and uses nothing up.
   * @throws AppError `aborted`; whatever `send` throws
   */
  run<T>(key: string, send: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Lets no send of `key` begin for `ms`: the platform asked for it. */
  pause(key: string, ms: number): void;
}

interface Lane {
  waiting: (() => void)[];
  running: number;
  /** When sends ended, oldest first. */
  ended: number[];
  pausedUntil: number;
  /** Ends the sleep of the lane; undefined while nobody sleeps. */
  wake: (() => void) | undefined;
}

/**
 * Keeps us under a platform's limits before it has to say so. Strict sliding windows: a send counts from its start until
 * `windowMs` after its reply, because the platform counts arrivals, which lie somewhere between.
 */
export function createSendLimit({ windows, clock }: { windows: readonly SendWindow[]; clock: Clock }): SendLimit {
  const lanes = new Map<string, Lane>();
  const longestMs = Math.max(0, ...windows.map(({ windowMs }) => windowMs));
  let sweptAt = clock.now();

  const laneOf = (key: string): Lane => {
    sweep();
    const lane = lanes.get(key) ?? { waiting: [], running: 0, ended: [], pausedUntil: -Infinity, wake: undefined };
    lanes.set(key, lane);
    return lane;
  };
  /** Forgets lanes that limit nothing any more: there may be one for every member who ever wrote. */
  const sweep = (): void => {
    const now = clock.now();
    if (now - sweptAt < longestMs) return;
    sweptAt = now;
    for (const [key, { waiting, running, ended, pausedUntil }] of lanes) {
      const isQuiet = (ended.at(-1) ?? -Infinity) + longestMs <= now && pausedUntil <= now;
      if (waiting.length === 0 && running === 0 && isQuiet) lanes.delete(key);
    }
  };

  return {
    run: async (key, send, signal) => {
      const lane = laneOf(key);
      await waitForTurn(lane, { windows, clock, signal });
      try {
        return await send();
      } finally {
        lane.running -= 1;
        lane.ended = [...lane.ended.filter((at) => at > clock.now() - longestMs), clock.now()];
        serve(lane, windows, clock);
      }
    },
    pause: (key, ms) => {
      const lane = laneOf(key);
      lane.pausedUntil = Math.max(lane.pausedUntil, clock.now() + ms);
    },
  };
}

function waitForTurn(
  lane: Lane,
  { windows, clock, signal }: { windows: readonly SendWindow[]; clock: Clock; signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      lane.waiting = lane.waiting.filter((waiter) => waiter !== begin);
      if (lane.waiting.length === 0) lane.wake?.();
      reject(new AppError("aborted", "the send was cancelled while it waited for its turn"));
    };
    const begin = (): void => {
      signal.removeEventListener("abort", leave);
      resolve();
    };
    if (signal.aborted) {
      leave();
      return;
    }
    signal.addEventListener("abort", leave, { once: true });
    lane.waiting.push(begin);
    serve(lane, windows, clock);
  });
}

/** Lets everybody begin for whom there is room, and comes back when there is more. */
function serve(lane: Lane, windows: readonly SendWindow[], clock: Clock): void {
  while (lane.wake === undefined && lane.waiting.length > 0) {
    const waitMs = timeToRoom(lane, windows, clock.now());
    if (waitMs > 0) {
      // With nothing but running sends in the way, the end of one of them calls again.
      if (waitMs < Infinity) sleepAndServe(lane, { windows, clock, waitMs });
      return;
    }
    lane.running += 1;
    lane.waiting.shift()?.();
  }
}

function sleepAndServe(
  lane: Lane,
  { windows, clock, waitMs }: { windows: readonly SendWindow[]; clock: Clock; waitMs: number },
): void {
  const sleeping = new AbortController();
  lane.wake = () => sleeping.abort(new Error("nobody waits any more"));
  const goOn = (): void => {
    lane.wake = undefined;
    serve(lane, windows, clock);
  };
  clock.sleep(waitMs, sleeping.signal).then(goOn, goOn);
}

/** In milliseconds; infinite while only the end of a running send can make room. */
function timeToRoom({ running, ended, pausedUntil }: Lane, windows: readonly SendWindow[], now: number): number {
  let waitMs = Math.max(0, pausedUntil - now);
  for (const { max, windowMs } of windows) {
    const recent = ended.filter((at) => at > now - windowMs);
    const surplus = recent.length + running - max;
    if (surplus < 0) continue;
    const leaving = recent[surplus];
    waitMs = Math.max(waitMs, leaving === undefined ? Infinity : leaving + windowMs - now);
  }
  return waitMs;
}
