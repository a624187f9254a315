const HOUR_MS = 3_600_000;

export interface HourOfPosts {
  /** Milliseconds since 1970. */
  from: number;
  count: number;
}

/** Posts of each whole hour of the clock, the one that runs now last. */
export function postsByHour(posts: readonly number[], { now, hours }: { now: number; hours: number }): HourOfPosts[] {
  const running = new Date(now).setMinutes(0, 0, 0);
  const first = running - (hours - 1) * HOUR_MS;
  const counts = Array.from({ length: hours }, (_, index) => ({ from: first + index * HOUR_MS, count: 0 }));
  for (const post of posts) {
    const hour = counts[Math.floor((post - first) / HOUR_MS)];
    if (hour !== undefined) hour.count += 1;
  }
  return counts;
}
