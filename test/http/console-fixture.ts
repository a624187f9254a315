import type { ConsoleFunctions, LedgerEntry } from "../../src/http/console-functions.ts";
import { ledgerRecord } from "./ledger-record.ts";

/** A record that a member and the owner have an opinion of, and that was answered. */
export function ledgerEntry(): LedgerEntry {
  return {
    record: ledgerRecord({
      id: "hr/hr/om%2F1",
      messageId: "om/1",
      channel: "hr",
      app: "hr",
      conversation: { id: "oc", kind: "group" },
      outcome: "answered",
      leadId: "hr/hr/om_0",
      scores: { question: 0.9, answerable: 0.8, threshold: 0.35 },
      model: "extractive",
      usage: { prompt: 1, completion: 2 },
    }),
    label: { right: true, source: "vote" },
    answer: {
      markdown: "提前三天预约 [1]。",
      citations: [{ n: 1, source: "a.md", title: "A", headings: [], page: 2, quote: "提前三天预约", chunkId: "c" }],
    },
  };
}

/** What the admin's routes ask for, with one thing of each. */
export function fakeConsole(): ConsoleFunctions {
  return {
    ledger: async () => [{ record: ledgerRecord() }, ledgerEntry()],
    ledgerEntry: async (id) =>
      id === "unknown"
        ? undefined
        : {
            ...ledgerEntry(),
            why: ["Answered."],
            explanation: [{ feature: "nearest", words: "a near passage", share: 1.5 }],
          },
    labelEntry: async (id) => id !== "unknown",
    ledgerFacets: async () => ({
      groups: [{ channel: "hr", group: "oc", count: 3 }],
      outcomes: { answered: 2, declined: 1 },
      reasons: { unrelated: 1 },
    }),
  };
}
