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

const MEASURES = { precision: 0.9, recall: 0.8, f1: 0.85, auc: 0.95 };
const INTERVAL = { low: 0.5, high: 1 };

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
    gate: async () => ({
      kind: "tuned",
      version: "a1b2c3d4",
      threshold: 0.4,
      question: 0.3,
      tunedAt: 1_700_000_000_000,
      labels: { positive: 1, negative: 1, contradictory: 0, skipped: 2 },
      lines: [
        { id: "q1", text: "如何退公寓？", positive: true, probability: 0.9, speaks: true },
        { id: "q2", text: "好的", positive: false, probability: 0, speaks: false },
      ],
      curve: [{ threshold: 0.45, precision: 1, recall: 1, f1: 1 }],
      measures: { precision: 1, recall: 1, f1: 1, auc: 1 },
      toLabel: [{ id: "q3", text: "门禁？", probability: 0.41, outcome: "answered", at: 1_700_000_000_000 }],
    }),
    tuneGate: async () => ({
      threshold: 0.5,
      crossValidated: MEASURES,
      intervals: { precision: INTERVAL, recall: INTERVAL, f1: INTERVAL, auc: INTERVAL },
      prior: MEASURES,
      labels: { positive: 6, negative: 9 },
      warnings: ["Lines 1 and 2 are the same."],
    }),
    ledgerFacets: async () => ({
      groups: [{ channel: "hr", group: "oc", count: 3 }],
      outcomes: { answered: 2, declined: 1 },
      reasons: { unrelated: 1 },
    }),
  };
}
