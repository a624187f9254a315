import { DECLINE_REASONS } from "../core/outcome.ts";
import type { Label, LedgerRecord, LedgerStore } from "../core/store.ts";

/** `Label.source` of the owner's own opinion: it is of the decision, not of what was said, and stands above members'. */
export const OWNER_SOURCE = "console";

/** Silence for these is of the moment, not of the line. */
const MOMENTARY = ["quiet-hours", "over-budget", "already-answered"];
const GATE_REASONS = new Set<string>(DECLINE_REASONS.filter((reason) => !MOMENTARY.includes(reason)));

/** A chat line that members' opinions have labelled. */
export interface LedgerLine {
  text: string;
  /** Whether it should be answered. */
  positive: boolean;
  messageId: string;
}

export interface LedgerLabels {
  lines: LedgerLine[];
  /** Lines that some want answered and others do not; left out, for the owner to decide. */
  contradictory: { text: string; messageIds: string[]; positive: number; negative: number }[];
  /**
   * Opinions that teach nothing: their line's text is deleted already, they rate what was said and not that it was, or
   * silence that was right at that moment (`withheld`: over the budget, muted, a person was first) and not for the line.
   */
  skipped: { noText: number; asked: number; withheld: number };
}

/**
 * What the members' opinions teach the gate. An answer that was liked should have been given. One that was withdrawn or
 * disliked should not have been, where nobody had asked us; where we were asked, the answer was bad and to answer was not.
 * Silence that was rated is labelled as the member said. Where the owner has an opinion of a line, it alone counts.
 */
export async function readLedgerLabels(store: Pick<LedgerStore, "labels" | "findRecords">): Promise<LedgerLabels> {
  const byText = new Map<string, { text: string; votes: Vote[] }>();
  const skipped = { noText: 0, asked: 0, withheld: 0 };
  const records = new Map<string, LedgerRecord | undefined>();
  for (const label of await store.labels()) {
    const { messageId } = label;
    if (!records.has(messageId)) records.set(messageId, await leadRecord(store, messageId));
    const record = records.get(messageId);
    const text = (label.text ?? record?.text)?.replace(/\s+/gu, " ").trim() ?? "";
    if (text === "") skipped.noText++;
    else if (ratesTheAnswer(label, record)) skipped.asked++;
    else if (ratesTheMoment(label, record)) skipped.withheld++;
    else {
      const key = text.normalize("NFKC").toLowerCase();
      const known = byText.get(key) ?? { text, votes: [] };
      known.votes.push({ positive: label.positive, messageId, isOwners: label.source === OWNER_SOURCE });
      byText.set(key, known);
    }
  }
  const lines: LedgerLine[] = [];
  const contradictory: LedgerLabels["contradictory"] = [];
  for (const { text, votes: all } of byText.values()) {
    const owners = all.filter(({ isOwners }) => isOwners);
    const votes = owners.length > 0 ? owners : all;
    const positive = votes.filter((vote) => vote.positive).length;
    const negative = votes.length - positive;
    const messageIds = [...new Set(votes.map(({ messageId }) => messageId))];
    if (positive > 0 && negative > 0) contradictory.push({ text, messageIds, positive, negative });
    else lines.push({ text, positive: positive > 0, messageId: messageIds[0] ?? "" });
  }
  return { lines, contradictory, skipped };
}

/** The lines as `tune` takes them, numbered on after those of a label file. */
export function tuningLines(
  { lines }: Pick<LedgerLabels, "lines">,
  { after = 0 }: { after?: number } = {},
): { text: string; positive: boolean; line: number }[] {
  return lines.map(({ text, positive }, index) => ({ text, positive, line: after + index + 1 }));
}

interface Vote {
  positive: boolean;
  messageId: string;
  isOwners: boolean;
}

function ratesTheAnswer({ positive, source }: Label, record: LedgerRecord | undefined): boolean {
  return !positive && source !== OWNER_SOURCE && record?.outcome === "answered" && record.mentioned;
}

function ratesTheMoment({ positive }: Label, record: LedgerRecord | undefined): boolean {
  if (positive || record === undefined) return false;
  return record.outcome === "failed" || isWithheld(record);
}

/** Whether nothing was said for another reason than the line itself. */
export function isWithheld({ outcome, reason }: LedgerRecord): boolean {
  return outcome === "declined" && reason !== undefined && !GATE_REASONS.has(reason);
}

async function leadRecord(
  store: Pick<LedgerStore, "findRecords">,
  messageId: string,
): Promise<LedgerRecord | undefined> {
  const found = (await store.findRecords(messageId)).find(({ id }) => id === messageId);
  if (found?.leadId === undefined) return found;
  return (await store.findRecords(found.leadId)).find(({ id }) => id === found.leadId) ?? found;
}
