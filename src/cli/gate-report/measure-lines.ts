import type { EvalReport, TuneReport } from "../../app.ts";
import { clipLine } from "../clip-line.ts";
import { displayWidth, padColumns } from "../display-width.ts";
import type { Messages } from "../messages/en.ts";

type Words = Messages["gate"];

export const MEASURES = ["precision", "recall", "f1", "auc"] as const;
/** Lines listed for a person; JSON has them all. */
const SHOWN_LINES = 10;

/** Precision, recall, F1 and AUC with their intervals, a line each. */
export function measureLines(
  measures: TuneReport["crossValidated"],
  intervals: TuneReport["intervals"],
  words: Words,
): string[] {
  const width = Math.max(...MEASURES.map((name) => displayWidth(words.measures[name])));
  return MEASURES.map((name) => {
    const { low, high } = intervals[name];
    const label = padColumns(words.measures[name], width);
    return `  ${label}  ${measures[name].toFixed(3)}  [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  });
}

/** A heading that says how many of the lines follow. */
export function listHeading(title: string, count: number, words: Words): string {
  return count > SHOWN_LINES ? words.firstOf(title, SHOWN_LINES, count) : words.countOf(title, count);
}

/** Lines that were judged wrongly, a line each, the worst first. */
export function wrongLines(wrong: EvalReport["wrong"], words: Words): string[] {
  if (wrong.length === 0) return [`  ${words.none}`];
  return columns(
    wrong
      .slice(0, SHOWN_LINES)
      .map(({ line, positive, probability, text }) => [
        probability.toFixed(2),
        words.atLine(line),
        positive ? words.shouldSpeak : words.shouldBeSilent,
        clipLine(text),
      ]),
  );
}

/** Lines that a label would help most with, a line each. */
export function unsureLines(unsure: TuneReport["unsure"], words: Words): string[] {
  return columns(
    unsure
      .slice(0, SHOWN_LINES)
      .map(({ line, probability, text }) => [probability.toFixed(2), words.atLine(line), clipLine(text)]),
  );
}

/** Rows with every cell but the last one padded to the widest of its column. */
function columns(rows: string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? "")))) ?? [];
  return rows.map((row) => {
    const cells = row.map((cell, column) => (column === row.length - 1 ? cell : padColumns(cell, widths[column] ?? 0)));
    return `  ${cells.join("  ")}`.trimEnd();
  });
}
