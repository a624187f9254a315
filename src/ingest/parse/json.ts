import type { Block, Parser } from "../../core/document.ts";
import { finishDocument } from "./finish-document.ts";
import { readText } from "./read-text.ts";

/** JSON and JSON Lines: a record becomes a paragraph of `key: value` lines; nested keys are joined by dots. */
export const jsonParser: Parser = {
  name: "json",
  async parse(input) {
    const { text, warnings } = readText(input);
    const whole = tryParse(text);
    if (whole.isJson) {
      const blocks = blocksOf(whole.value);
      return finishDocument({ mediaType: "application/json", blocks, warnings }, input.name);
    }
    return finishDocument(readLines(text, warnings, whole.fault), input.name);
  },
};

/** Lines that are not JSON are kept as they are and named, at most this many. */
const MAX_NAMED_LINES = 5;

/** Deeper values are left out: no real record nests so, and a hostile one must not exhaust the stack. */
const MAX_DEPTH = 40;

type Attempt = { isJson: true; value: unknown } | { isJson: false; fault: string };

function tryParse(text: string): Attempt {
  try {
    return { isJson: true, value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return { isJson: false, fault: placeOf(error.message) };
    // A hostile file nests deeper than the stack of the parser.
    if (error instanceof RangeError) return { isJson: false, fault: "nested too deeply" };
    throw error;
  }
}

/** The parser's message quotes the document; only the place is kept. */
function placeOf(message: string): string {
  return /position \d+(?: \(line \d+ column \d+\))?/.exec(message)?.[0] ?? "unexpected end";
}

function readLines(text: string, warnings: string[], fault: string) {
  const lines = text.split("\n").map((line, index) => ({ number: index + 1, text: line }));
  const filled = lines.filter((line) => line.text.trim() !== "");
  const records = filled.map((line) => ({ ...line, attempt: tryParse(line.text) }));
  const broken = records.filter((record) => !record.attempt.isJson);
  const areLines = records.length > 1 && broken.length * 2 < records.length;
  if (!areLines) {
    const blocks = text.split(/\n{2,}/).map((part): Block => ({ kind: "paragraph", text: part }));
    const warning = `The file is not valid JSON (${fault}); it was read as plain text.`;
    return { mediaType: "text/plain", blocks, warnings: [...warnings, warning] };
  }
  const named = broken
    .slice(0, MAX_NAMED_LINES)
    .map(({ number }) => `Line ${number} is not valid JSON; it was kept as text.`);
  const more = broken.length - named.length;
  const blocks = records.map(({ attempt, text: line }): Block => ({
    kind: "paragraph",
    text: attempt.isJson ? recordText(attempt.value) : line,
  }));
  return {
    mediaType: "application/x-ndjson",
    blocks,
    warnings: [...warnings, ...named, ...(more > 0 ? [`${more} more lines are not valid JSON.`] : [])],
  };
}

function blocksOf(value: unknown): Block[] {
  if (Array.isArray(value)) return value.map((record): Block => ({ kind: "paragraph", text: recordText(record) }));
  if (!isRecord(value)) return [{ kind: "paragraph", text: recordText(value) }];
  const blocks: Block[] = [];
  let plain: string[] = [];
  const flush = () => {
    if (plain.length > 0) blocks.push({ kind: "paragraph", text: plain.join("\n") });
    plain = [];
  };
  for (const [key, item] of Object.entries(value)) {
    const isTable = Array.isArray(item) && item.length > 1 && item.every(isRecord);
    if (isTable) {
      flush();
      blocks.push({ kind: "heading", level: 1, text: key });
      for (const record of item) blocks.push({ kind: "paragraph", text: recordText(record) });
    } else if (isRecord(item) && Object.keys(item).length > 1) {
      flush();
      blocks.push({ kind: "paragraph", text: linesOf(item, key, 1).join("\n") });
    } else for (const line of linesOf(item, key, 1)) plain.push(line);
  }
  flush();
  return blocks;
}

function recordText(value: unknown): string {
  return linesOf(value, "", 0).join("\n");
}

function linesOf(value: unknown, path: string, depth: number): string[] {
  const prefix = path === "" ? "" : `${path}: `;
  if (depth < MAX_DEPTH && isRecord(value)) {
    return Object.entries(value).flatMap(([key, item]) =>
      linesOf(item, path === "" ? key : `${path}.${key}`, depth + 1),
    );
  }
  if (depth < MAX_DEPTH && Array.isArray(value)) {
    if (value.every((item) => typeof item !== "object" || item === null)) {
      return value.length === 0 ? [] : [prefix + value.map(scalarText).join(", ")];
    }
    return value.flatMap((item, index) => linesOf(item, `${path}[${index + 1}]`, depth + 1));
  }
  const text = scalarText(value);
  return text === "" ? [] : [prefix + text];
}

function scalarText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "…";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
