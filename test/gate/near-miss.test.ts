import { expect, test } from "vitest";
import { createGate } from "../../src/gate/gate.ts";
import { nearMiss } from "../../src/gate/near-miss.ts";
import type { AnswerableInput } from "../../src/gate/answerable.ts";

const STOVES = "电磁炉在 2 至 15 层每间都有，在 16 层只有 10 至 14 室有。";

function signs(question: string, text: string): string[] {
  return Object.entries(nearMiss(question, text, text))
    .filter(([, value]) => value > 0)
    .map(([name]) => name);
}

test.each([
  ["哪些楼层不装电磁炉", ["negated", "denied"]],
  ["which floors do not have an induction cooker", ["negated", "denied"]],
  ["19 层的房间有电磁炉吗", ["otherFigure"]],
  ["v0.0.25 里电磁炉在哪些楼层", ["otherFigure"]],
  ["12 层的房间有电磁炉吗", []],
  ["电磁炉在哪些楼层", []],
])("%s shows %j beside a sentence that says where there are some", (question, wanted) => {
  expect(signs(question, STOVES)).toEqual(wanted);
});

test.each([
  "宿舍 wifi 连不上找谁",
  "能不能装电磁炉",
  "有没有电磁炉",
  "为什么电磁炉没有反应",
  "max_tokens 不填是多少",
  "未来哪些楼层会装",
  "两者有什么不同",
  "无论哪层都有什么",
  "非洲在哪",
])("%s denies nothing", (question) => {
  expect(signs(question, STOVES)).toEqual([]);
});

test("what the sentence denies too is no near miss", () => {
  expect(signs("哪些楼层没有电磁炉", "17 至 18 层没有电磁炉。")).toEqual(["negated"]);
});

test("a sentence about the opposite does not answer, unless one asks which of both", () => {
  expect(signs("公司什么时候开始裁员", "公司在 3 月停止裁员。")).toEqual(["opposite"]);
  expect(signs("裁员是开始还是停止了", "公司在 3 月停止裁员。")).toEqual([]);
  expect(signs("可以从外网登录吗，允许吗", "从外网登录是禁止的。")).toEqual([]);
});

test("a figure that only a passage around the sentence holds counts half", () => {
  expect(nearMiss("19 层有什么", STOVES, `${STOVES}\n19 层是露台。`).otherFigure).toBe(0.5);
  expect(nearMiss("19 层有什么", STOVES, STOVES).otherFigure).toBe(1);
});

test.each([
  ["error_code 17 是什么意思", "2017 年起 error_code 110 表示失效。", 1],
  ["返回 401 是什么意思", "HTTP 401 表示未授权。", 0],
  ["16 楼有什么", "15 至 18 层有洗衣机。", 0],
  ["16 楼有什么", "17-18 层有洗衣机。", 1],
  ["gpt-5 的上限是多少", "gpt-4 的上限是 8192。", 1],
  ["gpt-4 的上限是多少", "gpt-4 的上限是 8192。", 0],
  ["涨了 1.5 倍的是什么", "涨了 1.5 倍。", 0],
])("the figures of %s beside %s", (question, text, wanted) => {
  expect(nearMiss(question, text, text).otherFigure).toBe(wanted);
});

/** What a large corpus has on a question: its words stand in the best passage, `cosine` near. */
function inLargeCorpus(question: string, cosine: number): AnswerableInput {
  const nearest = Array.from({ length: 30 }, (_, index) => cosine - 0.05 - index / 1000);
  nearest[0] = cosine;
  const chunk = { id: "c", documentId: "d", headings: [], text: STOVES, start: 0, end: STOVES.length };
  const hit = { rank: 1, score: cosine, dense: cosine, lexical: 20, source: "guide.md", title: "设施", mediaType: "" };
  return {
    question,
    hits: [{ ...hit, chunk }],
    evidence: {
      passages: 1000,
      queryVector: new Float32Array(384),
      nearest,
      centroid: 0.9,
      bestLexical: 20,
      knownTerms: 1,
      bestCoverage: 0.9,
    },
  };
}

test("in a large corpus the nearer passage answers sooner, and a near miss is less sure of an answer", () => {
  const gate = createGate({ question: 0.5 });
  const answerable = (question: string, cosine: number): number =>
    gate.judge({ ...inLargeCorpus(question, cosine), face: { probability: 1 } }).scores.answerable;
  expect(answerable("电磁炉在哪些楼层每间都有", 0.93)).toBeGreaterThan(answerable("电磁炉在哪些楼层每间都有", 0.88));
  expect(answerable("电磁炉在哪些楼层每间都没有", 0.93)).toBeLessThan(answerable("电磁炉在哪些楼层每间都有", 0.93));
  expect(answerable("电磁炉在 19 层每间都有吗", 0.93)).toBeLessThan(answerable("电磁炉在 12 层每间都有吗", 0.93));
});

test("the shares of a near miss in a large corpus add up, and name what is missing", () => {
  const input = inLargeCorpus("电磁炉在 19 层每间都有吗", 0.93);
  const { logOdds, shares } = createGate({ question: 0.5 }).explain(input, "en");
  expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(logOdds, 9);
  expect(shares.map(({ feature }) => feature)).toContain("otherFigure");
});
