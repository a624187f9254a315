import fc from "fast-check";
import { expect, test } from "vitest";
import { readJudgeScore } from "../../src/pipeline/judge-score.ts";

test.each<[string, number]>([
  ['{"score": 8}', 8],
  ['{"score": 0}', 0],
  ['{"score": 7.5}', 7.5],
  ['{"score": 1e1}', 10],
  ['{"score":10,"reason":"其中 3/10 不够"}', 10],
  ['{"score":"8"}', 8],
  ['{"score":"8/10"}', 8],
  ['{"result":{"score":6}}', 6],
  ['```json\n{"score": 7}\n```', 7],
  ['好的，结果如下：{"score": 7}。', 7],
  ['{"score":7}\n{"score":7}', 7],
  ["3/10", 3],
  ["3 / 10", 3],
  ["4 out of 10", 4],
  ["10/10", 10],
  ["80/100", 8],
  ["80%", 8],
  ["8 分", 8],
  ["8分", 8],
  ["８", 8],
  ["８分", 8],
  ["8 points", 8],
  ["8。", 8],
  ['"8"', 8],
  ["7.5", 7.5],
  ["0", 0],
  ["评分：7", 7],
  ["评分：3/10分", 3],
  ["评分：十", 10],
  ["得分 9。", 9],
  ["Score: 7", 7],
  ["score = 7.5", 7.5],
  ["**Score:** 9", 9],
  ["**8/10**", 8],
  ["Rating: 8/10. The passage says 3 days.", 8],
  ["8 分。材料给出了流程，提前 3 个工作日。", 8],
  ["10分制，8分", 8],
  ["十分", 10],
  ["八分", 8],
  ["满分", 10],
  ["零分", 0],
  ["八", 8],
])("reads %j as %d", (reply, score) => {
  expect(readJudgeScore(reply)).toBe(score);
});

test.each([
  "",
  "   ",
  "-1",
  "－1",
  "11",
  "310",
  "310/10",
  "9/5",
  "2024/10/10",
  "Score: 80",
  "评分：7-8",
  "7-8分",
  "7~8分",
  "7到8分",
  "三点五分",
  "8,5",
  "0x8",
  "NaN",
  "Infinity",
  "不知道",
  "回复10",
  "提前 3 个工作日",
  "材料十分充分",
  "等 8分钟",
  "I give it an 8",
  "3/10, 8/10",
  "评分：8 分，满分10分",
  '{"score":7} {"score":3}',
  'I would say 3/10: {"score":8}',
  '{"score":11}',
  '{"score":-1}',
  '{"score":"high"}',
  '{"score":null}',
  '{"score":true}',
  '{"score":1,"score":10}',
  '{"score": 1',
  '{"score": 8, "reason": "',
  "{'score': 8}",
  '{"answer":"no"} 8分',
  "{}",
  "[8]",
  `${"很长 ".repeat(1000)}8分`,
])("reads nothing out of %j", (reply) => {
  expect(readJudgeScore(reply)).toBeUndefined();
});

const PIECES = fc.constantFrom(
  ...'0123456789./-%{}[]":,\\ \n分十八满评分scoreSCORE`*到'.split(""),
  '{"score":',
  "评分：",
  "score: ",
  "out of 10",
  "/10",
);

test("gives a score from 0 to 10 or nothing for any text, and never throws", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.array(PIECES, { maxLength: 60 }).map((all) => all.join("")),
      ),
      (text) => {
        const score = readJudgeScore(text);
        expect(score === undefined || (score >= 0 && score <= 10)).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});

test("reads every whole score in each of its usual dresses", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 }), (score) => {
      for (const reply of [
        `${score}`,
        `${score}/10`,
        `${score} 分`,
        `评分：${score}`,
        `Score: ${score}`,
        `{"score":${score}}`,
      ]) {
        expect(readJudgeScore(reply)).toBe(score);
      }
    }),
  );
});

test("a long reply of marks costs no time", () => {
  for (const piece of ["{", '{"score":', "score ", "评分：", "1", "*", " "]) {
    expect(readJudgeScore(piece.repeat(Math.floor(2000 / piece.length)))).toBeUndefined();
  }
});
