import { tuningLines, type LedgerLabels } from "../app.ts";
import type { Locale } from "../core/runtime.ts";
import { clipLine } from "./clip-line.ts";
import type { CommandContext } from "./context.ts";
import { groupWords } from "./messages/group-words.ts";
import { printable } from "./output.ts";
import type { LabelFile } from "./read-labels.ts";
import { usageError } from "./report-error.ts";

/**
 * A label file with the lines of the ledger behind its own; they are numbered on.
 * @throws AppError `usage` when there are fewer than `least` lines in all, or one label only
 */
export function withLedger(
  file: LabelFile | undefined,
  ledger: LedgerLabels | undefined,
  { context, least }: { context: CommandContext; least: number },
): LabelFile {
  const own = file ?? { lines: [], positives: 0, negatives: 0, skipped: 0 };
  if (ledger === undefined) return own;
  const lines = [...own.lines, ...tuningLines(ledger, { after: own.lines.at(-1)?.line ?? 0 })];
  const positives = lines.filter(({ positive }) => positive).length;
  const negatives = lines.length - positives;
  const words = context.text.gate;
  const name = groupWords(context.locale).ledgerName;
  if (lines.length < least) throw usageError(words.fewLabels(name, lines.length, least));
  if (positives === 0) throw usageError(words.oneLabel(name, lines.length, "negative", "positive"));
  if (negatives === 0) throw usageError(words.oneLabel(name, lines.length, "positive", "negative"));
  return { ...own, lines, positives, negatives };
}

/** What the owner should know of the opinions: how many, and which contradict each other. */
export function ledgerNotes({ lines, contradictory, skipped }: LedgerLabels, locale: Locale): string[] {
  const words = groupWords(locale);
  const contradictions = contradictory.map(({ positive, negative, text }) =>
    words.contradiction(positive, negative, clipLine(printable(text))),
  );
  return [
    words.fromLedgerCount(lines.length),
    ...(contradictory.length === 0 ? [] : [words.contradictory(contradictory.length), ...contradictions]),
    ...(skipped.noText === 0 ? [] : [words.skippedNoText(skipped.noText)]),
    ...(skipped.asked === 0 ? [] : [words.skippedAsked(skipped.asked)]),
    ...(skipped.withheld === 0 ? [] : [words.skippedWithheld(skipped.withheld)]),
  ];
}
