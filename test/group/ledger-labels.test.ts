import { expect, test } from "vitest";
import type { LedgerRecord } from "../../src/core/store.ts";
import { OWNER_SOURCE, readLedgerLabels } from "../../src/group/ledger-labels.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";

async function aLedger(entries: { id: string; votes: boolean[]; record?: Partial<LedgerRecord> }[]) {
  const store = createMemoryStore();
  for (const { id, votes, record } of entries) {
    const place = { channel: "lark", app: "hr", conversation: { id: "g1", kind: "group" as const } };
    const facts = { senderId: "u1", mentioned: false, outcome: "answered" as const, steps: [], text: `line ${id}` };
    await store.record([{ id, messageId: id, at: 1, ...place, ...facts, ...record }]);
    for (const [index, positive] of votes.entries()) {
      await store.addLabel({
        key: `${id}${index}`,
        messageId: id,
        positive,
        source: "vote",
        userId: `u${index}`,
        at: 1,
      });
    }
  }
  return readLedgerLabels(store);
}

test("liked answers teach to speak, disliked unasked ones to be silent", async () => {
  const { lines } = await aLedger([
    { id: "a", votes: [true, true] },
    { id: "b", votes: [false] },
  ]);
  expect(lines).toEqual([
    { text: "line a", positive: true, messageId: "a" },
    { text: "line b", positive: false, messageId: "b" },
  ]);
});

test("a bad answer to somebody who asked us says nothing of the gate", async () => {
  const { lines, skipped } = await aLedger([{ id: "a", votes: [false], record: { mentioned: true } }]);
  expect(lines).toEqual([]);
  expect(skipped).toEqual({ noText: 0, asked: 1, withheld: 0 });
});

test("silence that was rated is labelled as the member said", async () => {
  const { lines } = await aLedger([
    { id: "a", votes: [true], record: { outcome: "declined", mentioned: true } },
    { id: "b", votes: [false], record: { outcome: "declined" } },
  ]);
  expect(lines.map(({ positive }) => positive)).toEqual([true, false]);
});

test("opinions that contradict each other are listed and left out, also over two messages of one text", async () => {
  const { lines, contradictory } = await aLedger([
    { id: "a", votes: [true, false] },
    { id: "b", votes: [true], record: { text: "Same  text" } },
    { id: "c", votes: [false], record: { text: "same text" } },
  ]);
  expect(lines).toEqual([]);
  expect(contradictory).toEqual([
    { text: "line a", messageIds: ["a"], positive: 1, negative: 1 },
    { text: "Same text", messageIds: ["b", "c"], positive: 1, negative: 1 },
  ]);
});

test("an opinion whose text is deleted is counted", async () => {
  const store = createMemoryStore();
  await store.addLabel({ key: "k", messageId: "gone", positive: true, source: "vote", userId: "u", at: 1 });
  expect(await readLedgerLabels(store)).toMatchObject({ lines: [], skipped: { noText: 1 } });
});

test("the owner's opinion is of the decision: it counts where we were asked, and above members'", async () => {
  const store = createMemoryStore();
  const place = { channel: "lark", app: "hr", conversation: { id: "g1", kind: "group" as const } };
  const record = { ...place, senderId: "u1", at: 1, mentioned: true, outcome: "answered" as const, steps: [] };
  await store.record([{ ...record, id: "a", messageId: "a", text: "line a" }]);
  await store.addLabel({ key: "v", messageId: "a", positive: true, source: "vote", userId: "u1", at: 1 });
  await store.addLabel({ key: "c", messageId: "a", positive: false, source: OWNER_SOURCE, userId: "owner", at: 2 });
  expect(await readLedgerLabels(store)).toEqual({
    lines: [{ text: "line a", positive: false, messageId: "a" }],
    contradictory: [],
    skipped: { noText: 0, asked: 0, withheld: 0 },
  });
});

test("silence that was right for the moment is no example of a line to leave alone", async () => {
  const { lines, skipped } = await aLedger([
    { id: "a", votes: [false], record: { outcome: "declined", reason: "over-budget" } },
    { id: "b", votes: [true], record: { outcome: "declined", reason: "human-first" } },
    { id: "c", votes: [false], record: { outcome: "failed", code: "timeout" } },
    { id: "d", votes: [false], record: { outcome: "declined", reason: "unrelated" } },
  ]);
  expect(lines.map(({ messageId, positive }) => [messageId, positive])).toEqual([
    ["b", true],
    ["d", false],
  ]);
  expect(skipped).toEqual({ noText: 0, asked: 0, withheld: 2 });
});
