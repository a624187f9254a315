import type { Clock } from "../core/runtime.ts";

const HOUR_MS = 3_600_000;

/** Counts calls in any 60 minutes, so that their number can be bounded. */
export interface HourlyCalls {
  /** Counts one call, unless `perHour` were made in the last 60 minutes; says whether it may go out. */
  take(perHour: number): boolean;
}

export function createHourlyCalls(clock: Pick<Clock, "now">): HourlyCalls {
  let calls: number[] = [];
  return {
    take(perHour) {
      const now = clock.now();
      // A call in the future means that the clock was put back; it would be in the way until then.
      calls = calls.filter((at) => at > now - HOUR_MS && at <= now);
      if (calls.length >= perHour) return false;
      calls.push(now);
      return true;
    },
  };
}
