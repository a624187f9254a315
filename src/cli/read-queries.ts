import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { errorMessage } from "../core/errors.ts";
import { readPipe } from "./read-pipe.ts";
import { cleanLine, interrupted, MAX_QUESTION_CHARS } from "./read-question.ts";
import type { ReadContext } from "./read-question.ts";
import { usageError } from "./report-error.ts";

/** One line of a file of queries. */
export interface Query {
  id?: string | number;
  text: string;
}

/** A text this long is no file of queries; 64 MiB. */
const MAX_BYTES = 64 * 1024 * 1024;

export interface QueriesContext extends ReadContext {
  /** Absolute path of the current folder. */
  cwd: string;
  /** Read for the file `-`. */
  input: AsyncIterable<unknown>;
}

/**
 * Reads `{id, text}` a line of a file, or of stdin for `-`; blank lines are passed over, further keys are ignored. Ctrl-C ends the wait for a
 * pipe that nobody writes to.
 * @throws AppError `usage` naming the first bad line
 */
export async function readQueries(name: string, { text, signal, cwd, input }: QueriesContext): Promise<Query[]> {
  const file = name === "-" ? name : resolve(cwd, name);
  const reading = (name === "-" ? readAll(input) : readText(file, signal)).catch((error: unknown) => {
    throw signal.aborted ? error : usageError(text.usage.queriesUnreadable(file, errorMessage(error)));
  });
  const content = await Promise.race([reading, interrupted(signal)]);
  const queries: Query[] = [];
  for (const [index, line] of content
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "") continue;
    const query = decodeQuery(line);
    if (query === undefined) throw usageError(text.usage.queriesBadLine(file, index + 1));
    queries.push(query);
  }
  if (queries.length === 0) throw usageError(text.usage.queriesEmpty(file));
  return queries;
}

async function readText(file: string, signal: AbortSignal): Promise<string> {
  return (await stat(file)).isFIFO() ? readAll(readPipe(file, signal)) : readFile(file, { encoding: "utf8", signal });
}

async function readAll(input: AsyncIterable<unknown>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of input) {
    const chunk = part instanceof Uint8Array ? part : Buffer.from(String(part));
    parts.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error("it is too long");
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

function decodeQuery(line: string): Query | undefined {
  const value = parseJson(line);
  if (typeof value !== "object" || value === null || !("text" in value) || typeof value.text !== "string")
    return undefined;
  const text = cleanLine(value.text);
  if (text === "" || text.length > MAX_QUESTION_CHARS) return undefined;
  if (!("id" in value)) return { text };
  return typeof value.id === "string" || typeof value.id === "number" ? { id: value.id, text } : undefined;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
