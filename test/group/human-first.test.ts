import fc from "fast-check";
import { expect, test } from "vitest";
import { settledByPeople, type WaitingQuestion } from "../../src/group/human-first.ts";
import { aMessage } from "./a-message.ts";

const QUESTION: WaitingQuestion = {
  messageIds: ["q1", "q2"],
  askerId: "asker",
  askerName: "小李",
  text: "退公寓要提前几天申请？",
  askedAt: 1000,
};

function asked(text: string): WaitingQuestion {
  return { ...QUESTION, text };
}

function said(text: string, changes: Parameters<typeof aMessage>[0] = {}) {
  return aMessage({ id: "later", from: "other", text, sentAt: 6000, ...changes });
}

test("a quote of the question settles it, whatever it says", () => {
  expect(settledByPeople(QUESTION, [said("+1", { quoted: { id: "q2" } })])).toEqual({
    how: "quoted",
    sign: "quote",
    messageId: "later",
    senderId: "other",
    afterMs: 5000,
  });
});

test("a quote of another line is about that line", () => {
  expect(settledByPeople(QUESTION, [said("提前 30 天申请", { quoted: { id: "x" } })])).toBeUndefined();
});

test.each([
  ["figure", "退公寓要提前几天申请？", "30天"],
  ["figure", "宽带多少钱一个月", "好像是100元"],
  ["words", "怎么申请停车位", "停车位在行政系统里申请"],
  ["words", "how do I reset my vpn password", "the vpn password reset is on the portal"],
  ["advice", "空调坏了找谁", "找物业报修"],
  ["advice", "空调坏了找谁", "你去前台登记"],
  ["advice", "is there a gym in the building", "yes, second floor"],
])("a line that answers is known by its %s: %s / %s", (sign, question, line) => {
  expect(settledByPeople(asked(question), [said(line)])).toMatchObject({ how: "answered", sign });
});

test("a line to the asker by name answers", () => {
  expect(settledByPeople(QUESTION, [said("@小李 一个月")])).toMatchObject({ sign: "mention" });
  expect(settledByPeople(QUESTION, [said("小李：一个月")])).toMatchObject({ sign: "mention" });
  expect(settledByPeople(QUESTION, [said("一个月", { mentions: { bot: false, others: ["asker"] } })])).toMatchObject({
    sign: "mention",
  });
});

test.each([
  "哈哈哈哈",
  "同问",
  "退公寓要提前几天申请呀？",
  "今天食堂的鱼不错",
  "我也想退公寓了吗",
  "lunch anyone",
  "收到",
])("goes on waiting after %s", (line) => {
  expect(settledByPeople(QUESTION, [said(line)])).toBeUndefined();
});

test("who asks the asker back takes care of it, unless it is much later", () => {
  const back = said("@小李 哪个房间的？", { id: "back" });
  expect(settledByPeople(asked("空调坏了怎么办"), [back])).toMatchObject({ sign: "mention", messageId: "back" });
  const chatter = Array.from({ length: 6 }, (_, index) => said("哈哈", { id: `c${index}` }));
  expect(settledByPeople(asked("空调坏了怎么办"), [...chatter, back])).toBeUndefined();
});

test("any name may be spoken to", () => {
  const names = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }).filter((name) => name.trim() === name);
  fc.assert(
    fc.property(names, (askerName) => {
      const line = said(`@${askerName} 一个月`);
      expect(settledByPeople({ ...QUESTION, askerName }, [line])?.how ?? "asks").toMatch(/answered|asks/u);
    }),
  );
  expect(settledByPeople({ ...QUESTION, askerName: "Razor-X" }, [said("razor-x: 一个月")])).toMatchObject({
    sign: "mention",
  });
});

test("a line to somebody else, or to us, does not answer", () => {
  expect(settledByPeople(QUESTION, [said("30天", { mentions: { bot: false, others: ["third"] } })])).toBeUndefined();
  expect(settledByPeople(QUESTION, [said("30天", { mentions: { bot: true, others: [] } })])).toBeUndefined();
});

test("a bot does not answer for people", () => {
  expect(settledByPeople(QUESTION, [said("30天", { sender: { id: "bot", isBot: true } })])).toBeUndefined();
});

test("the asker's own story does not answer", () => {
  expect(settledByPeople(QUESTION, [said("我 30 天后要走", { from: "asker" })])).toBeUndefined();
});

test.each(["搞定了", "知道了谢谢", "解决了", "found it", "nvm, figured it out", "不用了"])(
  "the asker says that it is solved: %s",
  (line) => {
    expect(settledByPeople(QUESTION, [said(line, { from: "asker" })])).toMatchObject({
      how: "solved",
      sign: "said-so",
    });
  },
);

test.each(["还没解决", "怎么才能搞定", "搞定了吗", "I haven't found it", "谢谢", "不知道了"])(
  "the asker still waits: %s",
  (line) => {
    expect(settledByPeople(QUESTION, [said(line, { from: "asker" })])).toBeUndefined();
  },
);

test("thanks are for an answer once somebody else has spoken", () => {
  const lines = [said("月底吧"), said("谢谢！", { from: "asker", id: "thanks" })];
  expect(settledByPeople(QUESTION, lines)).toMatchObject({ how: "solved", sign: "thanks", messageId: "thanks" });
});

test("advice counts only as one of the next lines", () => {
  const chatter = ["早", "哈哈"].map((text) => said(text));
  expect(settledByPeople(QUESTION, [...chatter, said("你可以试试红烧的")])).toBeUndefined();
});

test("a line an hour later answers something else", () => {
  expect(settledByPeople(QUESTION, [said("30天", { sentAt: 3_700_000 })])).toBeUndefined();
});
