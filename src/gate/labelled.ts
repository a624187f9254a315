import { AppError } from "../core/errors.ts";
import type { Hit, RetrievalEvidence } from "../core/retriever.ts";
import { seededRandom, shuffled } from "./random.ts";

/** A chat line that a person labelled. */
export interface LabelledText {
  text: string;
  /** Whether it should be answered. */
  positive: boolean;
  /** Where it stands in the label file, from 1. */
  line: number;
}

/** The same with what the documents have on it. */
export interface LabelledEvidence extends LabelledText {
  evidence: RetrievalEvidence;
  hits: Hit[];
}

/** Fewer labels teach nothing that could be checked. */
const LEAST_LINES = 10;
/** Time and the gate file's size grow with the square and the number of the lines. */
export const MAX_LINES = 2000;
/** Conflicts named one by one. */
const MAX_CONFLICTS = 20;

/** @throws AppError `usage` when the lines cannot teach a gate */
export function checkLabels(lines: readonly Pick<LabelledText, "positive">[]): void {
  if (lines.length < LEAST_LINES) {
    throw new AppError(
      "usage",
      `There are ${lines.length} labelled lines; at least ${LEAST_LINES} are needed, some to answer and some to leave alone.`,
    );
  }
  checkBothLabels(lines);
}

/** @throws AppError `usage` when all lines have the same label, or there is none */
export function checkBothLabels(lines: readonly Pick<LabelledText, "positive">[]): void {
  const positives = lines.filter(({ positive }) => positive).length;
  if (positives > 0 && positives < lines.length) return;
  throw new AppError(
    "usage",
    lines.length === 0
      ? "There are no labelled lines."
      : `All ${lines.length} lines are labelled ${positives > 0 ? "positive" : "negative"}; label lines of the other kind too.`,
  );
}

/** Two lines that differ in case, width or white space only are the same. */
export function sameText(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
}

/** A sentence for each text that has both labels. */
export function conflictWarnings(lines: readonly LabelledText[]): string[] {
  const byText = new Map<string, LabelledText[]>();
  for (const line of lines) {
    const key = sameText(line.text);
    const same = byText.get(key) ?? [];
    same.push(line);
    byText.set(key, same);
  }
  const conflicts = [...byText.values()].filter(
    (same) => same.some(({ positive }) => positive) && same.some(({ positive }) => !positive),
  );
  const warnings = conflicts.slice(0, MAX_CONFLICTS).map((same) => {
    const shown = same.slice(0, MAX_CONFLICTS);
    const numbers = shown.map(({ line, positive }) => `${line} (${positive ? "positive" : "negative"})`).join(", ");
    return `Lines ${numbers} are the same with contradicting labels: ${(same[0]?.text ?? "").slice(0, 60)}`;
  });
  if (conflicts.length > MAX_CONFLICTS)
    warnings.push(`${conflicts.length - MAX_CONFLICTS} more texts have both labels.`);
  return warnings;
}

/** At most `MAX_LINES` lines in the same mixture of labels; says so when lines were left out. */
export function sampleLines<Line extends LabelledText>(
  lines: Line[],
  seed: number,
): { lines: Line[]; warnings: string[] } {
  if (lines.length <= MAX_LINES) return { lines, warnings: [] };
  const random = seededRandom(seed);
  const positives = lines.filter(({ positive }) => positive);
  const negatives = lines.filter(({ positive }) => !positive);
  // The mixture tells how often to speak, so it is kept.
  const wanted = Math.max(1, Math.min(MAX_LINES - 1, Math.round((MAX_LINES * positives.length) / lines.length)));
  const chosen = [
    ...shuffled(positives, random).slice(0, wanted),
    ...shuffled(negatives, random).slice(0, MAX_LINES - wanted),
  ];
  return {
    lines: chosen.toSorted((a, b) => a.line - b.line),
    warnings: [`Of ${lines.length} labelled lines ${MAX_LINES} were drawn; more would take long and teach little.`],
  };
}
