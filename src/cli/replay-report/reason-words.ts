import type { Messages } from "../messages/en.ts";
import type { GroupWords } from "../messages/group-words.ts";

/** How a line ended, in words: `answered`, a reason to decline, or a word of the ledger. */
export function endingText(ended: string, words: GroupWords, { gate }: Messages): string {
  if (ended === "answered") return words.answered;
  const reason = Object.entries(gate.reasons).find(([name]) => name === ended)?.[1];
  return words.reasons[ended] ?? reason ?? ended;
}

/** Reasons with their counts, the most frequent first. */
export function byCount(declined: Record<string, number>): [reason: string, count: number][] {
  return Object.entries(declined).toSorted(([, left], [, right]) => right - left);
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

export function shownTime(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace("T", " ");
}

/** How many differences change whether anything is said. */
export function countSpoken(differences: readonly { before: string; after: string }[]): number {
  return differences.filter(({ before, after }) => before === "answered" || after === "answered").length;
}
