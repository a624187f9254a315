/** When a group is left in peace. */
export interface QuietHours {
  /** When the quiet that holds at `now` ends; undefined when there is none. `Infinity` for quiet without an end. */
  endAt(now: number): number | undefined;
}

export interface QuietHoursOptions {
  /** `HH:MM-HH:MM`; an end before the start lies on the next day, an end at the start is an empty span. */
  spans: readonly string[];
  /** IANA name of the zone whose clocks count. */
  timezone: string;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** Longest night that is looked through; whoever is quiet longer never speaks. */
const LONGEST_MINUTES = 2 * DAY_MINUTES;

/** Quiet hours by the clocks on the wall: where a clock is put back or forward, what the wall shows counts. */
export function createQuietHours({ spans, timezone }: QuietHoursOptions): QuietHours {
  const ranges = spans.flatMap(rangesOf);
  const wall = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, hour: "2-digit", minute: "2-digit" });
  // Every line of a night asks the same; the minutes until morning are walked through once.
  let night = { from: 0, until: 0 };

  function isQuiet(at: number): boolean {
    const minute = minuteOfDay(wall.format(at));
    return ranges.some(([start, end]) => minute >= start && minute < end);
  }

  return {
    endAt(now) {
      if (ranges.length === 0) return undefined;
      if (now >= night.from && now < night.until) return night.until;
      if (!isQuiet(now)) return undefined;
      const start = Math.floor(now / MINUTE_MS) * MINUTE_MS;
      let until = start + MINUTE_MS;
      while (isQuiet(until)) {
        if (until - start > LONGEST_MINUTES * MINUTE_MS) return Number.POSITIVE_INFINITY;
        until += MINUTE_MS;
      }
      night = { from: now, until };
      return until;
    },
  };
}

/** A span as ranges of minutes within one day. */
function rangesOf(span: string): [start: number, end: number][] {
  const [from = "", to = ""] = span.split("-");
  const start = minuteOfDay(from);
  const end = minuteOfDay(to);
  if (start === end) return [];
  if (start < end) return [[start, end]];
  return [
    [start, DAY_MINUTES],
    [0, end],
  ];
}

function minuteOfDay(time: string): number {
  const [hours = "0", minutes = "0"] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}
