import { createHash } from "node:crypto";
import { sameText } from "./labelled.ts";

/** Bytes kept of each line's SHA-256: enough to know a line again, and none of its text. */
const MARK_BYTES = 8;

/** Marks of the lines that a gate was tuned on, in base64; sorted, so that they do not tell the lines' order. */
export function markLines(texts: readonly string[]): string {
  const marks = [...new Set(texts.map(markOf))].toSorted();
  return Buffer.from(marks.join(""), "hex").toString("base64");
}

/** How many of `texts` are among the marked lines. */
export function countMarked(encoded: string, texts: readonly string[]): number {
  const bytes = Buffer.from(encoded, "base64");
  const marks = new Set<string>();
  for (let at = 0; at + MARK_BYTES <= bytes.length; at += MARK_BYTES) {
    marks.add(bytes.toString("hex", at, at + MARK_BYTES));
  }
  return texts.filter((text) => marks.has(markOf(text))).length;
}

function markOf(text: string): string {
  return createHash("sha256")
    .update(sameText(text))
    .digest("hex")
    .slice(0, 2 * MARK_BYTES);
}
