import { printable } from "./output.ts";

/** Text of people on one line of a terminal, at most `maxChars` long. */
export function clipLine(text: string, maxChars = 160): string {
  const line = printable(text).replace(/\s+/gu, " ").trim();
  // Half a surrogate pair at the cut would print as a replacement character.
  return line.length > maxChars ? `${line.slice(0, maxChars).replace(/[\uD800-\uDBFF]$/u, "")}…` : line;
}
