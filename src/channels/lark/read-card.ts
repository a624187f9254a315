import type { MessagePart } from "../../core/message.ts";
import { isObject } from "./api-types.ts";

const MAX_DEPTH = 12;
const MAX_CHARS = 20_000;

/** The words of a card, in the order they stand in it; Lark delivers cards flattened, in several shapes. */
export function readCard(content: Record<string, unknown>): { text: string; parts: MessagePart[] } {
  const words: string[] = [];
  collect(content, { depth: 0, words });
  const text = words.join("\n").slice(0, MAX_CHARS).trim();
  return { text, parts: text === "" ? [] : [{ kind: "text", text }] };
}

function collect(value: unknown, { depth, words }: { depth: number; words: string[] }): void {
  if (depth > MAX_DEPTH) return;
  if (Array.isArray(value)) {
    if (value.every((item) => isObject(item) && typeof item["tag"] === "string") && depth > 1) {
      collectLine(value, { depth, words });
      return;
    }
    for (const item of value) collect(item, { depth: depth + 1, words });
    return;
  }
  if (!isObject(value)) return;
  // What a button is labelled with is no part of what was said.
  if (value["tag"] === "button") return;
  for (const name of ["title", "header", "text", "content", "body", "elements", "columns", "fields"]) {
    const inner = value[name];
    if (typeof inner === "string") pushWords(inner, words);
    else collect(inner, { depth: depth + 1, words });
  }
}

/** Flattened cards have one list of tags a line. */
function collectLine(tags: unknown[], { depth, words }: { depth: number; words: string[] }): void {
  const inner: string[] = [];
  for (const tag of tags) collect(tag, { depth: depth + 1, words: inner });
  pushWords(inner.join(""), words);
}

function pushWords(text: string, words: string[]): void {
  if (text.trim() !== "") words.push(text.trim());
}
