/**
 * Lark writes times as text or number in seconds, milliseconds or microseconds, depending on the event; told apart by
 * size. Milliseconds since 1970; `fallbackMs` where there is none.
 */
export function readLarkTime(value: string | number | null | undefined, fallbackMs: number): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number) || number <= 0) return fallbackMs;
  if (number < 1e11) return number * 1000;
  if (number < 1e14) return number;
  return Math.floor(number < 1e17 ? number / 1e3 : number / 1e6);
}
