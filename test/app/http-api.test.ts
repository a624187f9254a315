import { expect, test } from "vitest";
import type { AskOptions } from "../../src/app/assistant.ts";
import { httpFunctions } from "../../src/app/http-api.ts";
import { createLedgerWriter } from "../../src/app/ledger-writer.ts";
import { placeSettings } from "../../src/app/place-policies.ts";
import { systemClock } from "../../src/app/runtime.ts";
import { loadConfig } from "../../src/config/load.ts";
import { createTurnQueue } from "../../src/http/turn-queue.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { answeredTurn, declinedTurn } from "../http/api-fixture.ts";
import { ledgerRecord } from "../http/ledger-record.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";

async function openFunctions() {
  const { config } = await loadConfig({ cwd: import.meta.dirname, env: {} });
  const store = createMemoryStore();
  const writer = createLedgerWriter(store, createRecordingLogger(), { clock: systemClock });
  const asked: AskOptions[] = [];
  const functions = httpFunctions({
    store,
    writer,
    settingsOf: placeSettings(config, "en"),
    gateVersion: async () => "prior",
    search: async () => [],
    score: async () => [],
    embed: async () => [],
    turns: createTurnQueue({ atOnce: 1, maxWaiting: 1, now: () => 0 }),
    ask: async (_question, options) => {
      asked.push(options);
      return { ...answeredTurn(), notes: [] };
    },
  });
  const ledger = async () => {
    await writer.settled();
    return store.ledger({ limit: 9 });
  };
  return { functions, store, ledger, asked };
}

const turn = { id: "q1", at: 1000, question: "如何？", callerId: "key-1", via: "query" as const };

test("turns become records of the ledger, whatever their end", async () => {
  const { functions, ledger } = await openFunctions();
  await functions.record({ ...turn, ended: answeredTurn() });
  await functions.record({ ...turn, id: "q2", at: 2000, group: "oc", ended: declinedTurn() });
  await functions.record({ ...turn, id: "q3", at: 3000, ended: undefined });
  expect(await ledger()).toMatchObject([
    { id: "http/http/q3", outcome: "failed", code: "aborted" },
    { id: "http/http/q2", outcome: "declined", reason: "unrelated", conversation: { id: "oc", kind: "group" } },
    {
      messageId: "q1",
      channel: "http",
      mentioned: true,
      senderId: "key-1",
      text: "如何？",
      outcome: "answered",
      model: "extractive",
      usage: { prompt: 11, completion: 7 },
      steps: [{ name: "retrieve", durationMs: 2 }],
      gateVersion: "prior",
    },
  ]);
});

test("a vote is a label of the turn, one a caller; where silence is rated it is turned round", async () => {
  const { functions, store } = await openFunctions();
  await functions.record({ ...turn, ended: answeredTurn() });
  await functions.record({ ...turn, id: "q2", ended: declinedTurn() });
  await store.record([ledgerRecord({ id: "lark/hr/m1", messageId: "m1", channel: "hr", outcome: "answered" })]);
  const vote = async (id: string, opinion: "up" | "down" | "none"): Promise<boolean> =>
    functions.vote({ id, vote: opinion, callerId: "key-1" });
  expect(await vote("q1", "up")).toBe(true);
  expect(await vote("q1", "down")).toBe(true);
  expect(await vote("q2", "down")).toBe(true);
  expect(await vote("lark/hr/m1", "up")).toBe(true);
  expect(await vote("unknown", "up")).toBe(false);
  const labels = async () => (await store.labels()).map(({ messageId, positive }) => [messageId, positive]);
  expect(await labels()).toEqual([
    ["http/http/q1", false],
    ["http/http/q2", true],
    ["lark/hr/m1", true],
  ]);
  await vote("q1", "none");
  expect((await labels()).length).toBe(2);
});

test("top_k, language and group reach the assistant", async () => {
  const { functions, asked } = await openFunctions();
  const signal = new AbortController().signal;
  await functions.ask("a?", { history: [], topK: 3, language: "en", group: "oc" }, signal);
  const group = { id: "oc", gate: expect.objectContaining({ question: 0.5 }) };
  expect(asked).toEqual([{ history: [], hits: 3, language: "en", group, aside: expect.any(Function) }]);
});

test("turns wait for each other, are told how long, and beyond the bound to come again", async () => {
  const { functions } = await openFunctions();
  const signal = new AbortController().signal;
  const [first, second, third] = await Promise.allSettled(
    ["a?", "b?", "c?"].map((question) => functions.ask(question, { history: [] }, signal)),
  );
  expect([first, second]).toMatchObject([
    { value: { timings: { wait: 0, total: 3 } } },
    { value: { timings: { wait: 0, total: 3 } } },
  ]);
  expect(third).toMatchObject({ reason: { problem: { status: 503, code: "busy" } } });
});
