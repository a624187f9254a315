import { RequestFault } from "./problem.ts";

export interface TurnQueueOptions {
  /** Turns that work at once; what only waits for another machine does not count. */
  atOnce: number;
  /** Turns that wait to begin; whoever comes beyond them is told to come again. */
  maxWaiting: number;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
}

/** Runs what waits for another machine; another turn may work meanwhile, and this one goes on before any that has not begun. */
export type Aside = <T>(wait: () => Promise<T>) => Promise<T>;

/** Turns begin in the order they came. */
export interface TurnQueue {
  /** @throws RequestFault 503 with `Retry-After` when too many wait already */
  assertRoom(): void;
  /**
   * @param work gets what it waited to begin, in milliseconds
   * @throws RequestFault as `assertRoom`; the signal's reason when it is aborted before the turn begins
   */
  run<T>(work: (aside: Aside, waitedMs: number) => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Weight of the newest turn in the mean of their times. */
const NEWEST_SHARE = 0.1;
const LONGEST_RETRY_S = 60;

/**
 * All at once, turns would share the processor so evenly that each of them is late. A few at a time each take what one alone
 * takes, and the rest wait their fair time.
 */
export function createTurnQueue({ atOnce, maxWaiting, now }: TurnQueueOptions): TurnQueue {
  let working = 0;
  /** In order; those that have begun come first. */
  const returning: (() => void)[] = [];
  const waiting: (() => void)[] = [];
  let meanMs: number | undefined;

  function leave(): void {
    working -= 1;
    const next = returning.shift() ?? waiting.shift();
    if (next === undefined) return;
    working += 1;
    next();
  }

  async function enter(line: (() => void)[], signal?: AbortSignal): Promise<void> {
    if (working < atOnce) {
      working += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        line.splice(line.indexOf(begin), 1);
        reject(signal?.reason);
      };
      const begin = (): void => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      line.push(begin);
    });
  }

  function assertRoom(): void {
    if (waiting.length < maxWaiting) return;
    const seconds = Math.ceil((waiting.length * (meanMs ?? 0)) / atOnce / 1000);
    throw new RequestFault({
      status: 503,
      title: "Service Unavailable",
      detail: "Too many questions wait for an answer: ask again later.",
      code: "busy",
      retryAfterS: Math.min(LONGEST_RETRY_S, Math.max(1, seconds)),
    });
  }

  return {
    assertRoom,
    async run(work, signal) {
      signal.throwIfAborted();
      if (working >= atOnce) assertRoom();
      const cameAt = now();
      await enter(waiting, signal);
      const beganAt = now();
      let asideMs = 0;
      try {
        return await work(async (wait) => {
          const leftAt = now();
          leave();
          try {
            return await wait();
          } finally {
            await enter(returning);
            asideMs += now() - leftAt;
          }
        }, beganAt - cameAt);
      } finally {
        const tookMs = now() - beganAt - asideMs;
        meanMs = meanMs === undefined ? tookMs : meanMs + NEWEST_SHARE * (tookMs - meanMs);
        leave();
      }
    },
  };
}
