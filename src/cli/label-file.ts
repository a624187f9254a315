import { readFile } from "node:fs/promises";
import { errorMessage } from "../core/errors.ts";
import type { LabelledLine } from "../app.ts";
import type { Messages } from "./messages/en.ts";
import { usageError } from "./report-error.ts";

const LABELS: Record<string, boolean> = { positive: true, negative: false };

/**
 * Reads `positive|negative TAB line`, one a line; further tabs belong to the text, blank lines are passed over.
 * @throws AppError `usage` naming the file and the first bad line
 */
export async function readLabels(file: string, text: Messages): Promise<LabelledLine[]> {
  const lines: LabelledLine[] = [];
  for (const [index, row] of splitLines(await readText(file, text)).entries()) {
    if (row.trim() === "") continue;
    const tab = row.indexOf("\t");
    const positive = LABELS[row.slice(0, Math.max(0, tab)).trim().toLowerCase()];
    const line = row.slice(tab + 1).trim();
    if (tab < 0 || positive === undefined || line === "") throw usageError(text.gate.badLabel(file, index + 1));
    lines.push({ text: line, positive, line: index + 1 });
  }
  if (lines.length === 0) throw usageError(text.gate.noLabels(file));
  return lines;
}

/**
 * Reads a text file in UTF-8 or, where it is not that, GB18030.
 * @throws AppError `usage`
 */
export async function readText(file: string, text: Messages): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw usageError(text.gate.unreadable(file, errorMessage(error)));
  });
  return decode(bytes);
}

/** Bytes as text: UTF-8 with or without its mark, else GB18030, which takes any bytes. */
export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

/** Lines without their ends; what follows the last line end is a line only when it holds something. */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r?\n/u);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
