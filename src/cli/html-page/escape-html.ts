import { printable } from "../output.ts";

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text of anybody as HTML or SVG text, or within a quoted attribute; control characters, which neither allows, are dropped. */
export function escapeHtml(text: string): string {
  return printable(text.toWellFormed())
    .replace(/[\uFFFE\uFFFF]/gu, "")
    .replace(/[&<>"']/gu, (character) => ENTITIES[character] ?? character);
}
