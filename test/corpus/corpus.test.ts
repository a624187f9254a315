import { readdir, readFile } from "node:fs/promises";

import { expect, test } from "vitest";
import { z } from "zod";

import { DECLINE_REASONS } from "../../src/core/outcome.ts";
import { chooseParser } from "../../src/ingest/parse/choose-parser.ts";

const CORPUS = new URL("../../corpus/", import.meta.url);
const MAIL_ADDRESSES = ["APTService@pjlab.org.cn", "HRService@pjlab.org.cn", "ITService@pjlab.org.cn"];

const split = z.enum(["dev", "test"]);
const goodQuestion = z.strictObject({
  id: z.string(),
  question: z.string().min(1),
  language: z.enum(["zh", "en"]),
  document: z.string(),
  split,
  facts: z.array(z.array(z.string().min(1)).min(1)).min(1),
});
const badLine = z.strictObject({
  id: z.string(),
  text: z.string().min(1),
  kind: z.enum(["chitchat", "off-domain", "unanswerable", "addressed", "fragment"]),
  split,
  reason: z.array(z.enum(DECLINE_REASONS)).min(1),
});

const nearMiss = z.discriminatedUnion("answered", [
  z.strictObject({
    id: z.string(),
    text: z.string().min(1),
    change: z.enum(["negated", "figure", "entity", "condition", "opposite", "asked"]),
    answered: z.literal(false),
    document: z.string(),
    split,
  }),
  z.strictObject({
    id: z.string(),
    text: z.string().min(1),
    change: z.enum(["negated", "figure", "entity", "condition", "opposite", "asked"]),
    answered: z.literal(true),
    document: z.string(),
    split,
    facts: z.array(z.array(z.string().min(1)).min(1)).min(1),
  }),
]);

const good = z.array(goodQuestion).parse(await readJsonLines("questions/good.jsonl"));
const bad = z.array(badLine).parse(await readJsonLines("questions/bad.jsonl"));
const near = z.array(nearMiss).parse(await readJsonLines("questions/near.jsonl"));
const texts = await readDocuments();

test("the corpus is one document of each of five formats", () => {
  expect([...texts.keys()].map((name) => name.slice(name.lastIndexOf("."))).toSorted()).toEqual([
    ".docx",
    ".html",
    ".md",
    ".pdf",
    ".xlsx",
  ]);
});

test("there are at least seventy questions to answer and seventy lines to leave alone", () => {
  expect(good.length).toBeGreaterThanOrEqual(70);
  expect(bad.length).toBeGreaterThanOrEqual(70);
});

test("every id and every line stands once", () => {
  const ids = [...good, ...bad, ...near].map(({ id }) => id);
  const lines = [...good.map(({ question }) => question), ...[...bad, ...near].map(({ text }) => text)];
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(lines).size).toBe(lines.length);
});

test("thresholds chosen on one half of the lines can be scored on the other", () => {
  for (const lines of [good, bad, near]) {
    const developed = lines.filter((line) => line.split === "dev").length;
    expect(Math.abs(2 * developed - lines.length)).toBeLessThanOrEqual(1);
  }
});

test("the first question is the one of the README", () => {
  expect(good[0]?.question).toBe("请问如何退公寓的时候需要注意什么？");
});

test.each(good)("$document holds the facts of $id $question", ({ document, facts }) => {
  const text = squeeze(texts.get(document) ?? "");
  expect(facts.filter((spellings) => !spellings.some((spelling) => text.includes(squeeze(spelling))))).toEqual([]);
});

const answered = near.flatMap((line) => (line.answered ? [line] : []));
test.each(answered)("$document holds the facts of $id $text", ({ document, facts }) => {
  const text = squeeze(texts.get(document) ?? "");
  expect(facts.filter((spellings) => !spellings.some((spelling) => text.includes(squeeze(spelling))))).toEqual([]);
});

test.each(near)("$id $text is about a document of the corpus", ({ document }) => {
  expect([...texts.keys()]).toContain(document);
});

test.each([...texts])("%s holds no token and no mail address but the desks'", (_, text) => {
  expect(text).not.toMatch(/eyJ[\w-]{8}|sk-[\w-]{16}|Bearer [\w.-]{24}/);
  const addresses = text.match(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g) ?? [];
  expect(addresses.filter((address) => !MAIL_ADDRESSES.includes(address))).toEqual([]);
});

test.each([...texts])("%s is real text without stand-ins for Chinese characters", (_, text) => {
  expect(text.match(/\p{Script=Han}/gu)?.length ?? 0).toBeGreaterThan(200);
  expect(text).not.toMatch(/[\u2e80-\u2fdf\ue000-\uf8ff\ufffd]/);
});

/** Answers and documents differ in spaces and case only by accident. */
function squeeze(text: string): string {
  return text.replace(/\s/g, "").toLowerCase();
}

async function readJsonLines(path: string): Promise<unknown[]> {
  const text = await readFile(new URL(path, CORPUS), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

/** The text of each document as the program reads it. */
async function readDocuments(): Promise<Map<string, string>> {
  const read = new Map<string, string>();
  for (const entry of await readdir(CORPUS, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const input = { bytes: new Uint8Array(await readFile(new URL(entry.name, CORPUS))), name: entry.name };
    const { blocks } = await (await chooseParser(input)).parse(input);
    read.set(entry.name, blocks.map((block) => block.text).join("\n"));
  }
  return read;
}
