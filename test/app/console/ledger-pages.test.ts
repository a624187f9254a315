import { expect, test } from "vitest";
import { ledgerPages } from "../../../src/app/console/ledger-pages.ts";
import type { NewPost } from "../../../src/core/store.ts";
import { readLedgerLabels } from "../../../src/group/ledger-labels.ts";
import { line, openFile, writer } from "./console-fixture.ts";

const { signal } = new AbortController();

async function openPages() {
  const { store } = await openFile();
  const languages: string[] = [];
  const pages = ledgerPages({
    store,
    writer,
    locale: "zh",
    async explain(record, locale) {
      languages.push(locale);
      return record.text === undefined ? [] : [{ feature: "nearest", words: "near", share: 1.2 }];
    },
  });
  return { store, pages, languages };
}

function answerTo(key: string, postKey: string): NewPost {
  return {
    place: { channel: "hr", app: "hr", conversationId: "oc" },
    post: {
      idempotencyKey: postKey,
      markdown: "三天 [1]。",
      citations: [{ n: 1, source: "a.md", title: "A", headings: [], quote: "三天", chunkId: "c" }],
      kind: "answer",
      takesFeedback: true,
      target: { conversation: { id: "oc", kind: "group" } },
    },
    state: "waiting",
    inboundKey: key,
    mentioned: true,
    notBefore: 0,
    expiresAt: 9e12,
  };
}

test("an answer is shown as long as its text is kept, and a label with who gave it", async () => {
  const { store, pages } = await openPages();
  await store.record([line("a", { outcome: "answered", mentioned: true, postKey: "p1", at: 2000 }), line("b")]);
  await store.reservePost(answerTo("hr/hr/a", "p1"), 10);
  await store.endSend("p1", { state: "sent", messageIds: [] }, 20);
  const vote = { messageId: "hr/hr/a", positive: false, source: "vote", userId: "u", at: 5 };
  await store.addLabel({ key: "v", ...vote });
  const [answered, declined] = await pages.ledger({ limit: 9 });
  expect(answered).toMatchObject({
    label: { right: false, source: "vote" },
    answer: { markdown: "三天 [1]。", citations: [{ source: "a.md" }] },
  });
  expect(declined).toEqual({ record: line("b") });
  await store.forget(1e12);
  expect((await pages.ledger({ limit: 1 }))[0]).not.toHaveProperty("answer");
});

test("the owner's label is of the decision, one a record, and can be taken back", async () => {
  const { store, pages } = await openPages();
  await store.record([
    line("a", { outcome: "answered", mentioned: true }),
    line("b"),
    line("c", { outcome: "joined", leadId: "hr/hr/a" }),
  ]);
  expect(await pages.labelEntry("hr/hr/a", true)).toBe(true);
  expect(await pages.labelEntry("hr/hr/a", false)).toBe(true);
  expect(await pages.labelEntry("b", false)).toBe(true);
  expect(await pages.labelEntry("nowhere", false)).toBe(false);
  expect((await readLedgerLabels(store)).lines).toMatchObject([
    { text: "line a", positive: false },
    { text: "line b", positive: true },
  ]);
  const shown = async () => (await pages.ledger({ limit: 9 })).map(({ record, label }) => [record.messageId, label]);
  expect(await shown()).toContainEqual(["a", { right: false, source: "console" }]);
  expect(await shown()).toContainEqual(["b", { right: false, source: "console" }]);
  // A line that was read together with others is judged by their decision.
  await pages.labelEntry("hr/hr/a", undefined);
  await pages.labelEntry("c", true);
  expect(await shown()).toContainEqual(["c", { right: true, source: "console" }]);
  expect(await shown()).toContainEqual(["a", undefined]);
  expect((await readLedgerLabels(store)).lines).toContainEqual({
    text: "line a",
    positive: true,
    messageId: "hr/hr/c",
  });
});

test("one record is told in words, in the language that was asked for", async () => {
  const { store, pages, languages } = await openPages();
  await store.record([
    line("a", { channel: "http", reason: "unrelated", scores: { question: 1, answerable: 0, threshold: 0.4 } }),
    line("a", { channel: "lark" }),
  ]);
  const english = await pages.ledgerEntry("lark/lark/a", { language: "en" }, signal);
  expect(english?.why[0]).toContain("Kept silent");
  expect(english?.explanation).toEqual([{ feature: "nearest", words: "near", share: 1.2 }]);
  // What the caller over HTTP was told is meant, where two channels know an id.
  expect((await pages.ledgerEntry("a", { language: undefined }, signal))?.record.channel).toBe("http");
  expect(languages).toEqual(["en", "zh"]);
  expect(await pages.ledgerEntry("b", { language: "en" }, signal)).toBeUndefined();
});

test("facets are of a week: groups, not people", async () => {
  const { store, pages } = await openPages();
  const now = Date.now();
  await store.record([
    line("a", { at: now, outcome: "answered" }),
    line("b", { at: now, reason: "unrelated" }),
    line("c", { at: now, app: "second", reason: "unrelated" }),
    line("d", { at: now, conversation: { id: "ou_1", kind: "direct" }, outcome: "failed", code: "timeout" }),
    line("e", { at: now - 8 * 86_400_000 }),
  ]);
  expect(await pages.ledgerFacets()).toEqual({
    groups: [{ channel: "hr", group: "oc", count: 3 }],
    outcomes: { answered: 1, declined: 2, failed: 1 },
    reasons: { unrelated: 2, timeout: 1 },
  });
});
