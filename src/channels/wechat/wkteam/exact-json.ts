/** Stands before the digits of a number that JavaScript cannot hold; no text of a gateway begins with it. */
const MARK = "\u{F8FF}int:";

const STRING_OR_LONG = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;
const MARKED = new RegExp(`"${MARK}(-?\\d+)"`, "g");

/**
 * The JSON with its whole numbers of 16 digits and more as marked strings: message ids have up to 19, and would lose their
 * last ones.
 */
export function markLongNumbers(json: string): string {
  return json.replaceAll(STRING_OR_LONG, (token) => (token.startsWith('"') ? token : `"${MARK}${token}"`));
}

/** JSON of what was read from marked JSON, the long numbers as they were. */
export function writeExactJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(MARKED, "$1");
}

/** An id, whether the gateway writes it as a number or as a string; undefined when it is neither or empty. */
export function readId(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== "string" || value === "") return undefined;
  return value.startsWith(MARK) ? value.slice(MARK.length) : value;
}
