import { locale } from "../state/locale.ts";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** A number in the digits and groups of the present language. */
export function numberText(value: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(locale.value, options).format(value);
}

/** A share from 0 to 1 as a whole percentage. */
export function percentText(share: number): string {
  return numberText(share, { style: "percent" });
}

/** A count of bytes in a unit that leaves few digits. */
export function bytesText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)));
  return numberText(bytes / 1024 ** power, {
    style: "unit",
    unit: UNITS[power] ?? "byte",
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: power < 2 ? 0 : 1,
  });
}

const DURATIONS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** A length of time in its greatest whole unit. `ms` in milliseconds. */
export function durationText(ms: number): string {
  const [unit, lengthMs] = DURATIONS.find(([, length]) => ms >= length) ?? DURATIONS[3];
  return numberText(Math.max(0, Math.floor(ms / lengthMs)), { style: "unit", unit, unitDisplay: "long" });
}
