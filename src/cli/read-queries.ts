import { readFile } from "node:fs/promises";
import { errorMessage } from "../core/errors.ts";
import { cleanLine, interrupted, MAX_QUESTION_CHARS } from "./read-question.ts";
import type { ReadContext } from "./read-question.ts";
import { usageError } from "./report-error.ts";

/** One line of a file of queries. */
export interface Query {
  id?: string | number;
  text: string;
}

/**
 * Reads `{id, text}` a line; blank lines are passed over, further keys are ignored.
 * @throws AppError `usage` naming the first bad line
 */
export async function readQueries(file: string, { text, signal }: ReadContext): Promise<Query[]> {
  const reading = readFile(file, "utf8").catch((error: unknown) => {
    throw usageError(text.usage.queriesUnreadable(file, errorMessage(error)));
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
