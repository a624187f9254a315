import type { Label, LedgerRecord, LedgerStore } from "../core/store.ts";

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
  /** Opinions that teach nothing: their line's text is deleted already, or they rate what was said and not that it was. */
  skipped: { noText: number; asked: number };
}

/**
 * What the members' opinions teach the gate. An answer that was liked should have been given. One that was withdrawn or
 * disliked should not have been, where nobody had asked us; where we were asked, the answer was bad and to answer was not.
 * Silence that was rated is labelled as the member said.
 */
export async function readLedgerLabels(store: Pick<LedgerStore, "labels" | "findRecords">): Promise<LedgerLabels> {
  const byText = new Map<string, { text: string; votes: { positive: boolean; messageId: string }[] }>();
  const skipped = { noText: 0, asked: 0 };
  const records = new Map<string, LedgerRecord | undefined>();
  for (const label of await store.labels()) {
    const { messageId } = label;
    if (!records.has(messageId)) records.set(messageId, await leadRecord(store, messageId));
    const record = records.get(messageId);
    const text = (label.text ?? record?.text)?.replace(/\s+/gu, " ").trim() ?? "";
    if (text === "") skipped.noText++;
    else if (ratesTheAnswer(label, record)) skipped.asked++;
    else {
      const key = text.normalize("NFKC").toLowerCase();
      const known = byText.get(key) ?? { text, votes: [] };
      known.votes.push({ positive: label.positive, messageId });
      byText.set(key, known);
    }
  }
  const lines: LedgerLine[] = [];
  const contradictory: LedgerLabels["contradictory"] = [];
  for (const { text, votes } of byText.values()) {
    const positive = votes.filter((vote) => vote.positive).length;
    const negative = votes.length - positive;
    const messageIds = [...new Set(votes.map(({ messageId }) => messageId))];
    if (positive > 0 && negative > 0) contradictory.push({ text, messageIds, positive, negative });
    else lines.push({ text, positive: positive > 0, messageId: messageIds[0] ?? "" });
  }
  return { lines, contradictory, skipped };
}

function ratesTheAnswer({ positive }: Label, record: LedgerRecord | undefined): boolean {
  return !positive && record?.outcome === "answered" && record.mentioned;
}

async function leadRecord(
  store: Pick<LedgerStore, "findRecords">,
  messageId: string,
): Promise<LedgerRecord | undefined> {
  const found = (await store.findRecords(messageId)).find(({ id }) => id === messageId);
  if (found?.leadId === undefined) return found;
  return (await store.findRecords(found.leadId)).find(({ id }) => id === found.leadId) ?? found;
}
