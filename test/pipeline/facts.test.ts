import { expect, test } from "vitest";
import { chineseNumber, factsOf, factSource, missingFacts } from "../../src/pipeline/facts.ts";

function missing(sentence: string, source: string): string[] {
  return missingFacts(factsOf(sentence), [factSource(source)]);
}

test.each([
  ["十", 10],
  ["十五", 15],
  ["二十一", 21],
  ["一百零三", 103],
  ["两千", 2000],
  ["三万二千", 32_000],
  ["二〇二三", 2023],
])("reads the Chinese numeral %s", (text, value) => {
  expect(chineseNumber(text)).toBe(value);
});

test("finds a number again however it is written", () => {
  expect(missing("提前三个工作日申请", "提前 3 个工作日")).toEqual([]);
  expect(missing("押金 1,000 元", "押金1000元")).toEqual([]);
  expect(missing("上限 3,000 token", "不能超过３０００ token")).toEqual([]);
});

test("names a number that the source does not hold", () => {
  expect(missing("押金 2000 元", "押金 1000 元")).toEqual(["2000"]);
  expect(missing("提前五天申请", "提前三天申请")).toEqual(["5"]);
});

test("does not take a part of a longer number for the number", () => {
  expect(missing("默认 16", "最大 4096，默认 160")).toEqual(["16"]);
});

test("does not count the answer's own points and list markers", () => {
  expect(missing("需要注意以下 3 点", "先申请，再验收")).toEqual([]);
  expect(missing("2. 归还钥匙", "归还钥匙")).toEqual([]);
});

test("checks mail addresses, paths and identifiers without regard to case", () => {
  expect(missing("发邮件到 aptservice@pjlab.org.cn", "APTService@pjlab.org.cn")).toEqual([]);
  expect(missing("写到 help@example.org", "APTService@pjlab.org.cn")).toEqual(["help@example.org"]);
  expect(missing("调用 /v1/openai/v2/chat/completions", "path: /v1/openai/v2/text/chat")).toEqual([
    "/v1/openai/v2/chat/completions",
  ]);
  expect(missing("参数 max_tokens", "参数 max_output_tokens")).toEqual(["max_tokens"]);
  expect(missing("参数 top_k", "参数 top_p")).toEqual(["top_k"]);
});

test("does not take a list marker of the source for a figure", () => {
  expect(missing("提前 5 个工作日申请", "1. 提前 3 个工作日申请\n5. 验收签字")).toEqual(["5"]);
  expect(missing("验收在 3 楼", "- 第一项\n3. 验收在 4 楼")).toEqual(["3"]);
});
