import { locale } from "../state/locale.ts";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];
/** From here on the date says more than a count of days. */
const DATE_AFTER_MS = 7 * 86_400_000;

/** How long ago something was; the exact time is its title. `at` is in milliseconds since 1970. */
export function Moment({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {relativeTime(at, Date.now())}
    </time>
  );
}

export function exactTime(at: number): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium", timeStyle: "medium" }).format(at);
}

function relativeTime(at: number, now: number): string {
  if (Math.abs(now - at) >= DATE_AFTER_MS) {
    return new Intl.DateTimeFormat(locale.value, { dateStyle: "medium" }).format(at);
  }
  const format = new Intl.RelativeTimeFormat(locale.value, { numeric: "auto", style: "short" });
  const [unit, lengthMs] = UNITS.find(([, length]) => Math.abs(now - at) >= length) ?? ["second", 1000];
  return format.format(Math.trunc((at - now) / lengthMs), unit);
}
