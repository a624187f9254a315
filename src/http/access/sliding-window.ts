export interface SlidingWindow {
  /** Counts a request; when there were too many, the milliseconds until one is allowed again, and nothing is counted. */
  take(caller: string, now: number): number | undefined;
}

const WINDOW_MS = 60_000;

/** At most `perMinute` requests of one caller in any 60 seconds. */
export function createSlidingWindow(perMinute: number): SlidingWindow {
  /** Times of each caller's requests, oldest first. */
  const callers = new Map<string, number[]>();
  let forgotAt = Number.NEGATIVE_INFINITY;
  return {
    take(caller, now) {
      const since = now - WINDOW_MS;
      // Once in a window, so that a flood of callers costs no more than its requests.
      if (now - forgotAt >= WINDOW_MS) {
        forgetSilent(since);
        forgotAt = now;
      }
      const known = callers.get(caller) ?? [];
      const firstInside = known.findIndex((at) => at > since);
      const times = firstInside < 0 ? [] : firstInside === 0 ? known : known.slice(firstInside);
      const oldest = times[0];
      if (oldest !== undefined && times.length >= perMinute) return oldest + WINDOW_MS - now;
      times.push(now);
      callers.set(caller, times);
      return undefined;
    },
  };

  function forgetSilent(since: number): void {
    for (const [caller, times] of callers) if ((times.at(-1) ?? 0) <= since) callers.delete(caller);
  }
}
