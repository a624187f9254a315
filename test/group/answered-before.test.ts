import { expect, test } from "vitest";
import { answeredBefore, isSameQuestion, pointerText, type EarlierAnswer } from "../../src/group/answered-before.ts";

const NOW = Date.UTC(2026, 10, 24, 4);
const EARLIER: EarlierAnswer = {
  postKey: "p1",
  question: "退公寓要提前几天申请？",
  markdown: "提前 30 天发邮件申请 [1]。\n\n- 清空房间 [2]",
  postedAt: NOW - 3_600_000,
  chunkIds: ["c1", "c2"],
  corpus: "v1",
  messageIds: ["om_1"],
};
const OPTIONS = { now: NOW, corpus: "v1", hasChunk: () => true };

test("finds the answer to the same question", () => {
  expect(answeredBefore("请问退公寓要提前几天申请", [EARLIER], OPTIONS)).toBe(EARLIER);
});

test("takes the newest of several", () => {
  const newer = { ...EARLIER, postKey: "p2", postedAt: NOW - 1000 };
  expect(answeredBefore(EARLIER.question, [EARLIER, newer, { ...EARLIER, postedAt: NOW - 2000 }], OPTIONS)).toBe(newer);
});

test.each([
  ["after a day", { now: EARLIER.postedAt + 24 * 3_600_000 + 1 }],
  ["when the documents changed", { corpus: "v2" }],
  ["when a passage is gone", { hasChunk: (id: string) => id !== "c2" }],
])("answers anew %s", (_when, changes) => {
  expect(answeredBefore(EARLIER.question, [EARLIER], { ...OPTIONS, ...changes })).toBeUndefined();
});

test.each([
  ["请问退宿要提前几天？", "退宿要提前几天"],
  ["how do I reset the VPN password?", "How can I reset the VPN password"],
  ["max_tokens 的上限是多少", "请问 max_tokens 上限是多少？"],
])("%s asks the same as %s", (one, other) => {
  expect(isSameQuestion(one, other)).toBe(true);
});

test.each([
  ["退宿要提前几天申请", "入住要提前几天申请"],
  ["CUDA 11.8 装哪个版本的驱动", "CUDA 12.1 装哪个版本的驱动"],
  ["怎么办", "如何"],
  ["停车位怎么申请", "停车位怎么取消"],
])("%s asks something else than %s, even with like vectors", (one, other) => {
  expect(isSameQuestion(one, other, 0.99)).toBe(false);
});

test("a vector helps where most words are shared", () => {
  const [one, other] = ["公寓里宽带每个月的费用是多少", "宽带每月费用多少"];
  expect(isSameQuestion(one, other)).toBe(false);
  expect(isSameQuestion(one, other, 0.98)).toBe(true);
});

test("points to the earlier answer in two lines, in the language of the question", () => {
  const options = { now: NOW, timezone: "Asia/Shanghai" };
  expect(pointerText("退宿要几天", EARLIER, options)).toBe(
    "这个问题 11:00 在群里答过，请往上翻。要点：\n提前 30 天发邮件申请。 清空房间",
  );
  expect(pointerText("how long before?", { ...EARLIER, markdown: "30 days [1]." }, options)).toBe(
    "Answered here at 11:00; please scroll up. In short:\n30 days.",
  );
});

test("an answer of yesterday evening is given with its day", () => {
  const text = pointerText(
    "退宿要几天",
    { ...EARLIER, postedAt: NOW - 15 * 3_600_000 },
    { now: NOW, timezone: "Asia/Shanghai" },
  );
  expect(text).toContain("11-23 21:00");
});
