import { expect, test } from "vitest";
import { honestLine } from "../../src/group/honest-line.ts";

test("says honestly that the documents have no answer, in the language of the question", () => {
  expect(honestLine("食堂的鱼是哪来的？", "unanswerable", { now: 0, lastAt: undefined })).toMatch(/^文档里没有/u);
  expect(honestLine("who caught the fish?", "unrelated", { now: 0, lastAt: undefined })).toMatch(/^I found nothing/u);
});

test("tells one person at most once a minute", () => {
  expect(honestLine("为什么", "unrelated", { now: 59_999, lastAt: 0 })).toBeUndefined();
  expect(honestLine("为什么", "unrelated", { now: 60_000, lastAt: 0 })).toBeDefined();
});

test.each(["not-a-question", "addressed-to-someone-else", "over-budget", "quiet-hours", "already-answered"] as const)(
  "keeps silent about %s",
  (reason) => {
    expect(honestLine("你好", reason, { now: 0, lastAt: undefined })).toBeUndefined();
  },
);
