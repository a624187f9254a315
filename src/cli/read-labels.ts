import type { LabelledLine } from "../app.ts";
import { openFileLines } from "./open-lines.ts";
import type { ReadContext } from "./read-question.ts";
import { cleanLine } from "./read-question.ts";
import { usageError } from "./report-error.ts";

const LABELS: Record<string, boolean> = { positive: true, negative: false };
/** Characters of a wrong label that are shown. */
const SHOWN_CHARS = 30;

/** What a label file holds; both labels are among the lines. */
export interface LabelFile {
  lines: LabelledLine[];
  positives: number;
  negatives: number;
  /** Blank lines that were passed over. */
  skipped: number;
}

/**
 * Reads `positive|negative TAB line`, one a line; further tabs belong to the text, blank lines are counted and passed over.
 * @throws AppError `usage` naming the file and the first bad line, or that there are fewer than `least` lines or one label only
 */
export async function readLabels(
  file: string,
  context: ReadContext,
  { least = 1 }: { least?: number } = {},
): Promise<LabelFile> {
  const words = context.text.gate;
  const lines: LabelledLine[] = [];
  let number = 0;
  let skipped = 0;
  for await (const rows of await openFileLines(file, context)) {
    for (const row of rows) {
      number++;
      if (cleanLine(row) === "") skipped++;
      else lines.push(parseRow(row, { file, number, context }));
    }
  }
  const positives = lines.filter(({ positive }) => positive).length;
  const negatives = lines.length - positives;
  if (lines.length === 0) throw usageError(words.noLabels(file));
  if (positives === 0) throw usageError(words.oneLabel(file, lines.length, "negative", "positive"));
  if (negatives === 0) throw usageError(words.oneLabel(file, lines.length, "positive", "negative"));
  if (lines.length < least) throw usageError(words.fewLabels(file, lines.length, least));
  return { lines, positives, negatives, skipped };
}

function parseRow(
  row: string,
  { file, number, context }: { file: string; number: number; context: ReadContext },
): LabelledLine {
  const words = context.text.gate;
  const tab = row.indexOf("\t");
  if (tab < 0) throw usageError(words.noTab(file, number));
  const label = cleanLine(row.slice(0, tab));
  const positive = LABELS[label.toLowerCase()];
  if (positive === undefined)
    throw usageError(words.badLabel(file, number, label.slice(0, SHOWN_CHARS).toWellFormed()));
  const said = cleanLine(row.slice(tab + 1));
  if (said === "") throw usageError(words.noText(file, number));
  return { text: said, positive, line: number };
}
