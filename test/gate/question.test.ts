import { expect, test } from "vitest";
import { judgeQuestion } from "../../src/gate/question.ts";

test.each([
  "请问如何退公寓的时候需要注意什么？",
  "押金什么时候退",
  "有人知道 max_tokens 默认是多少吗",
  "调用 gemini 接口报错 401",
  "How do I call the claude endpoint?",
  "帮我看看这个错误 Request timed out",
  "介绍一下退宿流程",
])("takes %j for a request for help", (line) => {
  expect(judgeQuestion(line).probability).toBeGreaterThan(0.5);
});

test.each([
  "今天天气真好哈哈",
  "收到",
  "谢谢大家！",
  "晚上一起吃饭",
  "我昨天刚搬进来",
  "在吗？",
  "thanks a lot",
  "你可以试试重启一下",
])("takes %j for company", (line) => {
  expect(judgeQuestion(line).probability).toBeLessThan(0.5);
});

test.each(["", "？？？", "👍👍", "1", "……", "。", "[图片]", "[Sticker]", "[动画表情][图片]"])(
  "finds %j too short",
  (line) => {
    expect(judgeQuestion(line).reason).toBe("too-short");
  },
);

test("leaves a line to the person it is addressed to", () => {
  expect(judgeQuestion("@小王 押金怎么退？").reason).toBe("addressed-to-someone-else");
});

test("reads full-width marks and letters like half-width ones", () => {
  expect(judgeQuestion("ｍａｘ＿ｔｏｋｅｎｓ 是多少？").probability).toBe(
    judgeQuestion("max_tokens 是多少?").probability,
  );
});

test("does not take quoted material for the sender's question", () => {
  expect(judgeQuestion("> 怎么退宿？\n收到").probability).toBeLessThan(0.5);
});

test("judges a line of a megabyte by its beginning", () => {
  expect(judgeQuestion(`怎么退宿？${"啊".repeat(1_000_000)}`).probability).toBeGreaterThan(0.5);
});

test.each(["退房要提前三个工作日申请", "门禁卡补办是 15 元", "班车每天 7:40 发车"])(
  "takes %j for a statement",
  (line) => {
    expect(judgeQuestion(line).probability).toBeLessThan(0.5);
  },
);
