import type { ExplainedEntry, LedgerEntry } from "../../src/web/api/ledger.ts";

const SECOND_MS = 1000;

/** An entry as the service gives it. */
export function ledgerEntry(over: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    id: "lark:chat-1:m1",
    at: Date.now() - 60 * SECOND_MS,
    channel: "lark",
    group: "chat-1",
    senderId: "user-1",
    mentioned: false,
    text: "How long before moving out do I give notice?",
    outcome: "answered",
    scores: { question: 0.93, answerable: 0.88, threshold: 0.52 },
    steps: [
      { name: "detect-question", durationMs: 12, score: 0.93 },
      { name: "retrieve", durationMs: 40 },
      { name: "answer", durationMs: 1500, tokens: 90 },
    ],
    label: null,
    ...over,
  };
}

/** `count` entries, newest first, a minute apart. */
export function ledgerEntries(count: number): LedgerEntry[] {
  return Array.from({ length: count }, (_, index) =>
    ledgerEntry({
      id: `lark:chat-1:m${index}`,
      at: Date.now() - (index + 1) * 60 * SECOND_MS,
      text: `Question number ${index}?`,
      ...(index % 2 === 1 && { outcome: "declined", reason: "unanswerable" }),
    }),
  );
}

/** What the service says of an entry by itself. */
export function explained(entry: LedgerEntry): ExplainedEntry {
  return {
    ...entry,
    why: ["Answered. Nobody mentioned us: an unasked answer.", "- search · 40 ms"],
    explanation: [
      { feature: "nearest", words: "how near the nearest passage is", share: 2.1 },
      { feature: "missing", words: "words that the documents lack", share: -1.6 },
    ],
  };
}
