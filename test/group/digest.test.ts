import { expect, test } from "vitest";
import type { Citation } from "../../src/core/outcome.ts";
import { composeDigest, type DeferredAnswer } from "../../src/group/digest.ts";

function cited(n: number, source: string): Citation {
  return { n, source, title: source, headings: [], quote: "", chunkId: source };
}

function waited(key: string, changes: Partial<DeferredAnswer> = {}): DeferredAnswer {
  return {
    key,
    question: `问题 ${key}`,
    markdown: `答案 ${key} [1]，又 [2]。`,
    citations: [cited(1, `${key}1`), cited(2, `${key}2`)],
    expiresAt: 10,
    isSettled: false,
    ...changes,
  };
}

test("one answer is said as it is", () => {
  expect(composeDigest([waited("a")], 5)).toMatchObject({ said: ["a"], markdown: "答案 a [1]，又 [2]。" });
});

test("several answers are one post, and each number leads to its own source", () => {
  const { markdown, citations } = composeDigest([waited("a", { askerName: "小李" }), waited("b")], 5);
  expect(markdown).toBe(
    "安静时段里的 2 个问题：\n\n**小李: 问题 a**\n答案 a [1]，又 [2]。\n\n**问题 b**\n答案 b [3]，又 [4]。",
  );
  expect(citations.map(({ n, source }) => [n, source])).toEqual([
    [1, "a1"],
    [2, "a2"],
    [3, "b1"],
    [4, "b2"],
  ]);
});

test("what is stale or settled by people is left out", () => {
  const digest = composeDigest([waited("a", { expiresAt: 4 }), waited("b", { isSettled: true })], 5);
  expect(digest).toEqual({
    said: [],
    leftOut: [
      { key: "a", reason: "too-old" },
      { key: "b", reason: "human-first" },
    ],
    markdown: undefined,
    citations: [],
  });
});

test("a link in an answer is no citation, and a question cannot break the page", () => {
  const { markdown } = composeDigest(
    [waited("a", { markdown: "[1](https://example.com)", question: "**x**\n`y`" }), waited("b")],
    5,
  );
  expect(markdown).toContain("**x y**\n[1](https://example.com)");
});
