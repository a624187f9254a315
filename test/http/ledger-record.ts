import type { LedgerRecord } from "../../src/core/store.ts";

/** A turn over HTTP that was declined. */
export function ledgerRecord(changes: Partial<LedgerRecord> = {}): LedgerRecord {
  return {
    id: "http/http/q1",
    messageId: "q1",
    at: 1_700_000_000_000,
    channel: "http",
    app: "http",
    conversation: { id: "http", kind: "direct" },
    senderId: "anonymous",
    mentioned: true,
    text: "请问？",
    outcome: "declined",
    reason: "unrelated",
    steps: [],
    ...changes,
  };
}
