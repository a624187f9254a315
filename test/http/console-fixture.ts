import type { ConsoleFunctions, GroupView, LedgerEntry } from "../../src/http/console-functions.ts";
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

export function groupView(changes: Partial<GroupView> = {}): GroupView {
  return {
    id: "hr/hr/oc",
    channel: "hr",
    kind: "lark",
    group: "oc",
    listens: true,
    unasked: true,
    posts: { lastHour: 1, lastDay: 2 },
    budget: { perHour: 12, perDay: 60, minGapS: 30, maxShare: 0.2 },
    timeline: [1_699_999_000_000, 1_700_000_000_000],
    messages: { all: 9, answered: 2, declined: 5 },
    lastMessageAt: 1_700_000_000_000,
    quietHours: ["22:00-08:00"],
    hasOwnQuietHours: false,
    timezone: "Asia/Shanghai",
    isQuiet: false,
    ...changes,
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
    groups: async () => [groupView()],
    mute: async (id, minutes) =>
      id === "hr/hr/oc" ? groupView(minutes === undefined ? {} : { mutedUntil: 1_700_000_600_000 }) : undefined,
    changeQuietHours: async (id, spans) =>
      id === "hr/hr/oc"
        ? groupView(spans === undefined ? {} : { quietHours: spans, hasOwnQuietHours: true })
        : undefined,
    health: async () => ({
      version: "1.2.3",
      startedAt: 1_700_000_000_000,
      node: "20.19.0",
      memoryBytes: 200_000_000,
      eventLoopMs: { p50: 0.1, p99: 12.5 },
      index: { documents: 5, chunks: 300, failed: 1, builtAt: 1_700_000_000_000 },
      store: { ready: true },
      channels: [{ name: "hr", kind: "lark", ready: false }],
      queueDepth: 2,
      usage: [{ day: "2026-11-24", models: [{ model: "qwen-max", calls: 3, prompt: 1200, completion: 80 }] }],
      answerer: "extractive",
    }),
    checks: async ({ language }) => [
      { check: "index", name: language === "zh" ? "索引" : "index", status: "ok", detail: "5", remedy: "" },
    ],
    ledgerFacets: async () => ({
      groups: [{ channel: "hr", group: "oc", count: 3 }],
      outcomes: { answered: 2, declined: 1 },
      reasons: { unrelated: 1 },
    }),
  };
}
