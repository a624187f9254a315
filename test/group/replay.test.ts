import fc from "fast-check";
import { expect, test } from "vitest";
import type { Logger } from "../../src/core/runtime.ts";
import { createPlacePolicy, type PlaceSettings } from "../../src/group/place-policy.ts";
import { replay, type ReplayOptions } from "../../src/group/replay.ts";
import { decodeReplayLine, type ReplayLine } from "../../src/group/replay-line.ts";
import { compareReplays } from "../../src/group/replay-report.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";

const NOON = Date.UTC(2026, 10, 24, 4);
const SIGNAL = new AbortController().signal;
const fail = (event: string, fields?: Record<string, unknown>): void => {
  throw new Error(`${event} ${JSON.stringify(fields)}`);
};
const logger: Logger = { debug() {}, info() {}, warn: fail, error: fail };

function settings(changes: Partial<PlaceSettings["group"] & PlaceSettings["attention"]> = {}): PlaceSettings {
  const group = {
    debounce_s: 12,
    max_burst_age_s: 7200,
    unasked: true,
    human_first_s: 20,
    max_age_s: 900,
    mentioned_max_age_s: 7200,
    admins: [],
  };
  const attention = { min_gap_s: 30, per_hour: 12, per_day: 60, max_share: 0.2, quiet_hours: [], timezone: "UTC" };
  return {
    listens: true,
    group: { ...group, ...changes },
    attention: { ...attention, ...changes },
    locale: "en",
  };
}

/** A gate that speaks to lines with a question mark. */
function options(changes: Parameters<typeof settings>[0] = {}, more: Partial<ReplayOptions> = {}): ReplayOptions {
  return {
    createStore: createMemoryStore,
    policyOf: () => createPlacePolicy(settings(changes)),
    score: async (texts) =>
      texts.map((text) => {
        const speak = text.includes("？");
        return {
          question: speak ? 0.9 : 0.1,
          answerable: speak ? 0.8 : 0.1,
          threshold: 0.35,
          speak,
          ...(!speak && { reason: "not-a-question" as const }),
        };
      }),
    logger,
    ...more,
  };
}

function chat(...said: [seconds: number, sender: string, text: string, more?: Partial<ReplayLine>][]): ReplayLine[] {
  return said.map(([seconds, sender, text, more], index) => ({
    id: `m${index + 1}`,
    at: NOON + seconds * 1000,
    group: "g1",
    sender,
    text,
    mentionsBot: false,
    mentions: [],
    isBot: false,
    ...more,
  }));
}

test("tells what would have been said, and when", async () => {
  const lines = chat([0, "a", "退宿要提前几天申请？"], [300, "b", "哈哈"], [400, "b", "中午吃什么好"]);
  const report = await replay(lines, options(), SIGNAL);
  expect(report).toMatchObject({
    messages: 3,
    groups: 1,
    members: 2,
    answered: 1,
    declined: { "not-a-question": 2 },
    posts: { answer: 1, total: 1 },
    overBudget: 0,
    modelCalls: 0,
    said: [{ kind: "answer", id: "m1", group: "g1", mentioned: false, question: "退宿要提前几天申请？" }],
  });
  const [post] = report.said;
  expect(post?.afterMs).toBeGreaterThanOrEqual(20_000);
  expect(post?.afterMs).toBeLessThan(60_000);
});

test("a person who answers first is left the word, and counted", async () => {
  const lines = chat([0, "a", "退宿要提前几天申请？"], [10, "b", "30天", { replyTo: "m1" }]);
  const report = await replay(lines, options(), SIGNAL);
  expect(report).toMatchObject({
    answered: 0,
    declined: { "human-first": 1 },
    people: { questions: 1, replied: 1, medianReplyMs: 10_000, repliedBefore: 0, cancelled: 1 },
  });
});

test("the budget holds, and a mention goes before", async () => {
  const questions = ["停车位怎么申请？", "空调坏了找谁报修？", "班车几点发车？", "宽带多少钱一个月？"];
  const lines = questions
    .map((text, index) => chat([index * 120, `u${index}`, text]).map((line) => ({ ...line, id: `m${index}` })))
    .flat();
  const report = await replay(lines, options({ per_hour: 2 }), SIGNAL);
  expect(report).toMatchObject({ answered: 2, declined: { "over-budget": 2 }, busiestHour: 2, overBudget: 0 });
});

test("what is asked at night is one digest in the morning", async () => {
  const lines = chat([0, "a", "停车位怎么申请？"], [600, "b", "班车几点发车？", { mentionsBot: true }]);
  const report = await replay(lines, options({ quiet_hours: ["03:00-06:00"] }), SIGNAL);
  expect(report.posts).toMatchObject({ digest: 1, total: 1 });
  expect(report.said[0]?.at).toBe(Date.UTC(2026, 10, 24, 6));
});

test("the same question again gets a pointer", async () => {
  const lines = chat([0, "a", "停车位怎么申请？"], [3600, "b", "请问停车位怎么申请？"]);
  const report = await replay(lines, options(), SIGNAL);
  expect(report).toMatchObject({ answered: 1, declined: { "already-answered": 1 }, posts: { answer: 1, pointer: 1 } });
});

test("lines are judged in one batch, and once for two policies", async () => {
  const batches: number[] = [];
  const counting = options();
  const score: ReplayOptions["score"] = async (texts, signal) => {
    batches.push(texts.length);
    return counting.score(texts, signal);
  };
  const lines = chat([0, "a", "停车位怎么申请？"], [100, "b", "哈哈"], [200, "a", "好的"]);
  const scores = new Map();
  const before = await replay(lines, options({}, { score }), SIGNAL, scores);
  const after = await replay(lines, options({ unasked: false }, { score }), SIGNAL, scores);
  expect(batches).toEqual([3, 0]);
  expect(compareReplays(before, after)[0]).toMatchObject({ id: "m1", before: "answered" });
});

test("with a model in the loop time waits for it", async () => {
  const lines = chat([0, "a", "停车位怎么申请？", { mentionsBot: true }], [1, "b", "哈哈"]);
  const ask: ReplayOptions["ask"] = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const usage = { prompt: 9, completion: 3 };
    return { outcome: { kind: "answered", answer: "在系统里申请", citations: [], model: "m", usage }, steps: [] };
  };
  const report = await replay(lines, options({}, { ask }), SIGNAL);
  expect(report).toMatchObject({ answered: 1, modelCalls: 1, said: [{ markdown: "在系统里申请", afterMs: 0 }] });
});

test("in a slow group the share is still that of the last 50 messages, however old they are", async () => {
  // No two of them share a character, so that none is a question that was answered before.
  const lines = Array.from({ length: 80 }, (_, index) => {
    const text = `${String.fromCodePoint(0x4e00 + 2 * index, 0x4e01 + 2 * index)}？`;
    return chat([index * 21_600, `u${index}`, text, { id: `m${index}` }]);
  }).flat();
  const report = await replay(lines, options(), SIGNAL);
  expect(report).toMatchObject({ overBudget: 0, largestShare: 0.2 });
});

test("months without a word are leapt over", async () => {
  const lines = chat([0, "a", "停车位怎么申请？"], [90 * 86_400, "b", "班车几点发车？"]);
  expect(await replay(lines, options(), SIGNAL)).toMatchObject({ answered: 2, overBudget: 0 });
});

test("whatever is said under whatever policy, no window holds a post too many and no line is lost", async () => {
  const words = [
    "停车位怎么申请？",
    "班车几点发车？",
    "30天",
    "哈哈",
    "谢谢",
    "空调坏了找谁报修？",
    "搞定了",
    "你去前台问一下",
  ];
  const said = fc.record({
    after: fc.oneof(fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 40_000 })),
    group: fc.constantFrom("g1", "g2"),
    sender: fc.constantFrom("a", "b", "c"),
    text: fc.constantFrom(...words),
    mentionsBot: fc.boolean(),
    isBot: fc.constantFrom(false, false, false, true),
    repliesTo: fc.option(fc.nat(), { nil: undefined }),
  });
  const policy = fc.record({
    debounce_s: fc.constantFrom(0, 12),
    human_first_s: fc.constantFrom(0, 20, 300),
    min_gap_s: fc.constantFrom(0, 30, 600),
    per_hour: fc.integer({ min: 0, max: 4 }),
    per_day: fc.integer({ min: 0, max: 8 }),
    max_share: fc.constantFrom(0, 0.04, 0.2, 1),
    quiet_hours: fc.constantFrom([], ["22:00-08:00"], ["03:30-04:10", "12:00-13:00"]),
    timezone: fc.constantFrom("UTC", "Asia/Shanghai", "America/New_York"),
  });
  await fc.assert(
    fc.asyncProperty(policy, fc.array(said, { minLength: 1, maxLength: 90 }), async (changes, lines) => {
      let at = 0;
      const spoken = lines.map(({ after, repliesTo, ...line }, index) => {
        at += after;
        const replyTo = repliesTo === undefined || index === 0 ? undefined : `m${repliesTo % index}`;
        const [made] = chat([
          at,
          line.sender,
          line.text,
          { ...line, id: `m${index}`, ...(replyTo !== undefined && { replyTo }) },
        ]);
        return made;
      });
      const report = await replay(
        spoken.filter((line) => line !== undefined),
        options(changes),
        SIGNAL,
      );
      expect(report.overBudget).toBe(0);
      expect(report.declined["lost"] ?? 0).toBe(0);
      expect(report.declined["failed"] ?? 0).toBe(0);
      expect(report.said.filter(({ kind }) => kind === "answer").length).toBeLessThanOrEqual(report.answered);
    }),
    { numRuns: 60 },
  );
});

test("reads a line of an export", () => {
  expect(
    decodeReplayLine(
      '{"id":7,"at":"2026-11-24T04:00:00","group":"g","sender":"u","text":"hi","mentions_bot":true,"mentions":["x"],"reply_to":"6","is_bot":false}',
    ),
  ).toEqual({
    line: {
      id: "7",
      at: NOON,
      group: "g",
      sender: "u",
      text: "hi",
      mentionsBot: true,
      mentions: ["x"],
      replyTo: "6",
      isBot: false,
    },
  });
  expect(decodeReplayLine(`{"id":"s:1","session":"s","ts":${NOON},"user":"u","text":""}`)).toMatchObject({
    line: { group: "s", at: NOON, sender: "u" },
  });
});

test.each([
  ["{", { fault: "no-json" }],
  ["[]", { fault: "no-object" }],
  ['{"at":1}', { fault: "no-id" }],
  ['{"id":"1","at":"yesterday"}', { fault: "no-time" }],
  ['{"id":"1","at":1700000000}', { fault: "no-time" }],
  [`{"id":"1","at":${NOON}}`, { fault: "no-sender" }],
  [`{"id":"1","at":${NOON},"sender":"u"}`, { fault: "no-text" }],
  [`{"id":"1","at":${NOON},"sender":"u","text":"","mentions":"x"}`, { fault: "bad-value", key: "mentions" }],
  [`{"id":"1","at":${NOON},"sender":"u","text":"","is_bot":"no"}`, { fault: "bad-value", key: "is_bot" }],
])("names what is wrong with %s", (json, fault) => {
  expect(decodeReplayLine(json)).toEqual(fault);
});

test("an answer that nobody asked for needs more certainty than one to a mention", async () => {
  const lines = chat([0, "a", "停车位怎么申请？"], [300, "b", "班车几点发车？", { mentionsBot: true }]);
  const report = await replay(lines, options({}, { unaskedThreshold: () => 0.84 }), SIGNAL);
  expect(report).toMatchObject({ answered: 1, declined: { unanswerable: 1 }, said: [{ id: "m2" }] });
});
