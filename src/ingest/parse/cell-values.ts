/** How a spreadsheet shows a number, as far as it changes the meaning of the text. */
export type NumberKind = "number" | "date" | "time" | "elapsed" | "percent" | { zeroPadded: number };

const DAY_MS = 86_400_000;
/** Days from Excel's 1900 epoch to 1970-01-01, with its leap-day error. */
const UNIX_EPOCH_SERIAL = 25_569;
const DAYS_FROM_1900_TO_1904 = 1462;
/** 9999-12-31. */
const LAST_SERIAL = 2_958_465;

/** Kind of a built-in format. Source: ECMA-376 part 1, 18.8.30; 27–36 and 50–58 are the East Asian dates. */
function builtInKind(formatId: number): NumberKind {
  if (formatId === 9 || formatId === 10) return "percent";
  if ((formatId >= 18 && formatId <= 21) || formatId === 45 || formatId === 47) return "time";
  if (formatId === 46) return "elapsed";
  const isDate = (formatId >= 14 && formatId <= 22) || (formatId >= 27 && formatId <= 36);
  return isDate || (formatId >= 50 && formatId <= 58) ? "date" : "number";
}

/** Kind of a format by its id and, for custom formats, its code (`yyyy"年"m"月"`, `0.0%`, `000000`). */
export function numberKind(formatId: number, code: string | undefined): NumberKind {
  if (code === undefined) return builtInKind(formatId);
  const firstSection = code.split(";")[0] ?? "";
  if (/\[(h+|m+|s+)\]/i.test(firstSection)) return "elapsed";
  const bare = firstSection.replace(/"[^"]*"|\\.|_.|\*.|\[[^\]]*\]/g, "");
  if (/general|@/i.test(bare)) return "number";
  if (/[yd]|mmm/i.test(bare)) return "date";
  if (/[hs]/i.test(bare)) return "time";
  if (/m/i.test(bare)) return "date";
  if (bare.includes("%")) return "percent";
  return /^0{2,}$/.test(bare) ? { zeroPadded: bare.length } : "number";
}

/** A number as its cell shows it: ISO dates and times, percentages, no binary noise (0.1 + 0.2 is 0.3). */
export function formatNumber(value: number, kind: NumberKind, uses1904Dates = false): string {
  if (!Number.isFinite(value)) return "";
  if (typeof kind === "object") return Number.isInteger(value) ? padded(value, kind.zeroPadded) : shortest(value);
  if (kind === "percent") return `${shortest(value * 100)}%`;
  if (kind === "number" || value < 0 || value > LAST_SERIAL) return shortest(value);
  if (kind === "elapsed") return formatElapsed(value);
  return formatDate(uses1904Dates && value >= 1 ? value + DAYS_FROM_1900_TO_1904 : value, kind);
}

function shortest(value: number): string {
  return String(Number(value.toPrecision(15)));
}

function padded(value: number, digits: number): string {
  return `${value < 0 ? "-" : ""}${shortest(Math.abs(value)).padStart(digits, "0")}`;
}

function formatDate(serial: number, kind: "date" | "time"): string {
  // Excel believes in 1900-02-29, so that serials below 60 are one day early.
  const days = serial >= 1 && serial < 60 ? serial + 1 : serial;
  const iso = new Date(Math.round(((days - UNIX_EPOCH_SERIAL) * DAY_MS) / 1000) * 1000).toISOString();
  const date = iso.slice(0, 10);
  const time = iso.slice(11, 19).replace(/:00$/, "");
  if (serial < 1) return time;
  if (kind === "time") return Number.isInteger(serial) ? date : `${date} ${time}`;
  return time === "00:00" ? date : `${date} ${time}`;
}

function formatElapsed(days: number): string {
  const seconds = Math.round(days * 86_400);
  const minutesAndSeconds = `${padded(Math.floor(seconds / 60) % 60, 2)}:${padded(seconds % 60, 2)}`;
  return `${Math.floor(seconds / 3600)}:${minutesAndSeconds.replace(/:00$/, "")}`;
}
