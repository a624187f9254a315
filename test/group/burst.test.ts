import fc from "fast-check";
import { expect, test } from "vitest";
import type { Message } from "../../src/core/message.ts";
import { createBursts, type BurstLine } from "../../src/group/burst.ts";
import { isClearQuestion, lineText } from "../../src/group/line-text.ts";
import { questionOf } from "../../src/group/question.ts";

const POLICY = { debounceMs: 12_000, maxBurstAgeMs: 60_000 };

interface Said {
  text?: string;
  at?: number;
  who?: string;
  thread?: string;
  toUs?: boolean;
  quoted?: Message["quoted"];
}

let count = 0;
function line({ text = "嗯", at = 0, who = "ann", thread, toUs = false, quoted }: Said): BurstLine {
  const id = `m${count++}`;
  return {
    key: id,
    receivedAt: at,
    toUs,
    message: {
      id,
      channel: "hr",
      app: "bot",
      conversation: { id: "g1", kind: "group", ...(thread !== undefined && { thread }) },
      sender: { id: who, isBot: false },
      text,
      parts: [],
      mentions: { bot: toUs, others: [] },
      sentAt: at,
      ...(quoted && { quoted }),
    },
  };
}

function textsOf(lines: BurstLine[], now: number): string[][] {
  const bursts = createBursts(POLICY);
  for (const one of lines) bursts.add(one);
  return bursts.takeEnded(now).map((burst) => burst.lines.map(({ message }) => message.text));
}

test("lines of one member are one message once they fall silent", () => {
  const lines = [line({ text: "a", at: 0 }), line({ text: "b", at: 11_000 })];
  expect(textsOf(lines, 22_999)).toEqual([]);
  expect(textsOf(lines, 23_000)).toEqual([["a", "b"]]);
});

test("a line after the silence begins another message, also when nobody looked in between", () => {
  expect(textsOf([line({ text: "a", at: 0 }), line({ text: "b", at: 12_000 })], 99_000)).toEqual([["a"], ["b"]]);
});

test("other members and other threads neither join nor break a burst", () => {
  const lines = [
    line({ text: "a1", at: 0 }),
    line({ text: "b1", at: 1, who: "bob" }),
    line({ text: "t1", at: 2, thread: "t" }),
    line({ text: "a2", at: 3 }),
  ];
  expect(textsOf(lines, 99_000)).toEqual([["b1"], ["t1"], ["a1", "a2"]]);
});

test("a clear question is read sooner, a mention at once", () => {
  expect(textsOf([line({ text: "请问怎么退公寓？", at: 0 })], 3000)).toHaveLength(1);
  expect(textsOf([line({ text: "请问怎么退公寓？", at: 0 })], 2999)).toHaveLength(0);
  expect(textsOf([line({ text: "在吗", at: 0, toUs: true })], 0)).toHaveLength(1);
});

test("a bare mention waits for its words, or takes those before it", () => {
  expect(textsOf([line({ text: "", at: 0, toUs: true })], 5000)).toEqual([]);
  expect(textsOf([line({ text: "", at: 0, toUs: true }), line({ text: "公寓", at: 4000 })], 4000)).toEqual([
    ["", "公寓"],
  ]);
  expect(textsOf([line({ text: "公寓", at: 0 }), line({ text: "", at: 4000, toUs: true })], 4000)).toEqual([
    ["公寓", ""],
  ]);
});

test("nobody goes on for ever", () => {
  const lines = Array.from({ length: 20 }, (_, index) => line({ at: index * 10_000 }));
  expect(textsOf(lines, 60_000)[0]).toHaveLength(6);
});

test("a line that was taken back leaves the burst", () => {
  const bursts = createBursts(POLICY);
  const gone = line({ text: "gone" });
  bursts.add(gone);
  bursts.add(line({ text: "left", at: 1 }));
  bursts.drop(gone.key);
  expect(bursts.takeEnded(99_000).map(({ lines }) => lines.map(({ message }) => message.text))).toEqual([["left"]]);
  expect(bursts.isEmpty()).toBe(true);
});

test("the reply goes to the mention, else to the question, else to the last line", () => {
  const leadOf = (lines: BurstLine[]) => questionOf({ lines })?.lead.message.text;
  expect(leadOf([line({ text: "你好", toUs: true }), line({ text: "公寓怎么退？" })])).toBe("你好");
  expect(leadOf([line({ text: "公寓怎么退？" }), line({ text: "急" })])).toBe("公寓怎么退？");
  expect(leadOf([line({ text: "哈" }), line({ text: "哈哈" })])).toBe("哈哈");
});

test("what a mention quotes is part of the question, what others quote is not", () => {
  const quoted = { id: "m0", text: "ERROR 42" };
  expect(questionOf({ lines: [line({ text: "这怎么办？", toUs: true, quoted })] })?.text).toBe(
    "> ERROR 42\n这怎么办？",
  );
  expect(questionOf({ lines: [line({ text: "这怎么办？", quoted })] })?.text).toBe("这怎么办？");
});

test("links, files and pictures say what they can", () => {
  const { message } = line({ text: "看这个" });
  const parts: Message["parts"] = [
    { kind: "link", url: "https://a.example", title: "退宿流程" },
    { kind: "file", name: "表.xlsx", key: "k" },
    { kind: "image", key: "i" },
  ];
  expect(lineText({ ...message, parts })).toBe("看这个\n退宿流程\n表.xlsx");
  expect(lineText({ ...message, text: "", parts: [{ kind: "text", text: "转发的话" }] })).toBe("转发的话");
  expect(lineText({ ...message, text: "", parts: [{ kind: "image", key: "i" }] })).toBe("");
});

test("knows a question that needs nothing more", () => {
  for (const text of ["请问退公寓要几天", "公寓怎么退？", "How do I move out?"])
    expect(isClearQuestion(text), text).toBe(true);
  for (const text of ["哈哈哈哈哈", "怎么？", "请问一下，", "我想问下怎么退公寓，就是"])
    expect(isClearQuestion(text), text).toBe(false);
});

const said = fc.record({
  who: fc.constantFrom("ann", "bob", "cleo"),
  thread: fc.constantFrom(undefined, "t1"),
  pauseMs: fc.integer({ min: 0, max: 20_000 }),
  text: fc.constantFrom("哈", "公寓怎么退？", "", "好的，"),
  toUs: fc.boolean(),
  recalled: fc.integer({ min: 0, max: 9 }).map((draw) => draw === 0),
  looks: fc.boolean(),
});

test("whatever is said, each line is in one burst, of one member and thread, in order, and none is late", () => {
  fc.assert(
    fc.property(fc.array(said, { maxLength: 40 }), (script) => {
      const bursts = createBursts(POLICY);
      const taken: BurstLine[][] = [];
      const alive = new Set<string>();
      let at = 0;
      for (const { pauseMs, recalled, looks, thread, ...rest } of script) {
        at += pauseMs;
        if (looks) taken.push(...bursts.takeEnded(at).map(({ lines }) => lines));
        const one = line({ ...rest, at, ...(thread !== undefined && { thread }) });
        bursts.add(one);
        if (recalled) bursts.drop(one.key);
        else alive.add(one.key);
        const next = bursts.nextEnd();
        expect(next === undefined).toBe(bursts.isEmpty());
      }
      taken.push(...bursts.takeEnded(at + POLICY.debounceMs).map(({ lines }) => lines));
      expect(bursts.isEmpty()).toBe(true);
      expect(
        taken
          .flat()
          .map(({ key }) => key)
          .toSorted(),
      ).toEqual([...alive].toSorted());
      for (const lines of taken) {
        expect(
          new Set(lines.map(({ message }) => `${message.sender.id} ${message.conversation.thread ?? ""}`)).size,
        ).toBe(1);
        for (const [index, one] of lines.entries()) {
          const before = lines[index - 1];
          if (before === undefined) continue;
          expect(one.receivedAt).toBeGreaterThanOrEqual(before.receivedAt);
          expect(one.receivedAt - before.receivedAt).toBeLessThan(POLICY.debounceMs);
        }
        const [first] = lines;
        expect((lines.at(-1)?.receivedAt ?? 0) - (first?.receivedAt ?? 0)).toBeLessThanOrEqual(POLICY.maxBurstAgeMs);
      }
    }),
    { numRuns: 300 },
  );
});
