import { assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { tokenize } from "../../src/search/tokenize.ts";

test.each([
  ["rtmpose-m", ["rtmpose-m", "rtmpose", "m"]],
  ["max_tokens", ["max_tokens", "max", "token"]],
  ["text/chat-stream", ["text/chat-stream", "chat-stream", "text", "chat", "stream"]],
  ["336003", ["336003"]],
  ["v0.1.5", ["v0.1.5", "v0", "1", "5"]],
  ["gpt-3.5-turbo-16k", ["gpt-3.5-turbo-16k", "gpt", "3", "5", "turbo", "16k"]],
  ["APTService@pjlab.org.cn", ["aptservice@pjlab.org.cn", "pjlab.org.cn", "aptservice", "pjlab", "org", "cn"]],
  ["https://api.example.com/v1/chat?x=1", ["https://api.example.com/v1/chat?x=1", "api.example.com", "v1", "chat"]],
  ["GPT-4", ["gpt-4", "gpt4", "gpt", "4"]],
  ["HierarchicalNSW", ["hierarchicalnsw", "hierarchical", "nsw"]],
  ["C++ and C#", ["c++", "c", "c#"]],
  ["ＡＰＩ　Ｋｅｙ", ["api", "key"]],
])("reads %s as a whole and in parts", (text, expected) => {
  expect(tokenize(text)).toEqual(expect.arrayContaining(expected));
});

test("gives Chinese as characters and pairs between stop words", () => {
  expect(tokenize("请问如何退公寓？")).toEqual(["退", "公", "退公", "寓", "公寓"]);
});

test("keeps traditional characters as they are written", () => {
  expect(tokenize("退還")).toEqual(["退", "還", "退還"]);
});

test("splits mixed text where the script changes", () => {
  expect(tokenize("用GPT回答")).toEqual(["用", "gpt", "回", "答", "回答"]);
});

test("brings English endings together and drops words that carry no subject", () => {
  expect(tokenize("the settings")).toEqual(tokenize("What is a setting?"));
  expect(tokenize("policies applied")).toEqual(tokenize("policy applying"));
});

test("reads accented and plain letters alike", () => {
  expect(tokenize("Beyoncé’s café")).toEqual(tokenize("beyonce cafe"));
});

test("gives no term for punctuation, a NUL, a lone surrogate or a lone accent", () => {
  expect(tokenize("\0 \ud800 ？！ — … \u0301")).toEqual([]);
});

test.each([
  ["one long word", "a".repeat(1_000_000)],
  ["one long Chinese run", "公寓".repeat(500_000)],
  ["ties without end", "a".concat("-".repeat(1_000_000))],
  ["an address without end", "a/b.c@".repeat(170_000)],
  ["only stop words", "的".repeat(1_000_000)],
])("reads a megabyte of %s", (_name, text) => {
  const longest = tokenize(text).reduce((length, term) => Math.max(length, term.length), 0);
  expect(longest).toBeLessThanOrEqual(64);
});

test("reads any text without an error and gives no empty term", () => {
  assert(
    property(string({ unit: "binary" }), (text) => {
      expect(tokenize(text)).not.toContain("");
    }),
  );
});
