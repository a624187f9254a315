import { afterEach, beforeEach, expect, test } from "vitest";
import { createWecomHookChannel } from "../../../src/channels/wecom/hook-channel.ts";
import type { Channel, Post } from "../../../src/core/channel.ts";
import {
  createManualClock,
  createRecordingLogger,
  type ManualClock,
  type RecordingLogger,
} from "../../models/stand-in/clocks.ts";
import { HOOK_KEY, startFakeWecom, type FakeWecom } from "./fake-wecom.ts";
import { createPost, createProgress, until } from "./post-fixture.ts";

const never = new AbortController().signal;
const SEND = "/cgi-bin/webhook/send";

let clock: ManualClock;
let fake: FakeWecom;
let logger: RecordingLogger;
let channel: Channel;

function create(key = HOOK_KEY): Channel {
  return createWecomHookChannel({ name: "news", baseUrl: `${fake.baseUrl}/`, secrets: { key }, fetch, clock, logger });
}

beforeEach(async () => {
  clock = createManualClock();
  fake = await startFakeWecom(clock);
  logger = createRecordingLogger();
  channel = create();
});

afterEach(async () => {
  await fake.close();
  expect(fake.violations).toEqual([]);
  // Pitfall 23
  expect(logger.lines.join("\n")).not.toContain(HOOK_KEY);
});

function notice(markdown: string): Post {
  return createPost(
    markdown,
    { conversation: { id: "news", kind: "group" } },
    { kind: "notice", takesFeedback: false },
  );
}

test("posts a notice as Markdown, mentions included", async () => {
  expect(await channel.send(notice("**Fire drill** <@zhang>"), createProgress(), never)).toEqual({ messageIds: [] });
  expect(fake.calls).toMatchObject([
    { path: SEND, body: { msgtype: "markdown", markdown: { content: "**Fire drill** <@zhang>" } } },
  ]);
});

test("a table or code takes the dialect that shows it, unless somebody is mentioned", async () => {
  await channel.send(notice("| a | b |\n|---|---|\n| 1 | 2 |"), createProgress(), never);
  await channel.send(notice("```\ncode\n```\n<@zhang>"), createProgress(), never);
  expect(fake.calls.map(({ body }) => body["msgtype"])).toEqual(["markdown_v2", "markdown"]);
});

test("pitfall 20: of 25 notices in a minute 20 go, the rest when there is room, in their order", async () => {
  const sends = Array.from({ length: 25 }, (_, n) =>
    channel.send(notice(`notice ${n}`), createProgress(), new AbortController().signal),
  );
  await until(() => fake.posted.length === 20 && clock.sleeping() > 0);
  await clock.advance(59_000);
  expect(fake.posted).toHaveLength(20);
  await clock.advance(1000);
  await Promise.all(sends);
  expect(
    fake.posted
      .slice(20)
      .map(({ content }) => content)
      .toSorted(),
  ).toEqual([20, 21, 22, 23, 24].map((n) => `notice ${n}`));
  fake.posted.forEach(({ at }, index) => {
    const earlier = fake.posted[index - 20];
    expect(earlier === undefined || at - earlier.at >= 60_000).toBe(true);
  });
});

test("pitfall 15: a long notice goes in parts of at most 4096 bytes, in order", async () => {
  const text = Array.from({ length: 120 }, (_, n) => `- ${n}：退公寓的时候请先联系前台，然后归还门禁卡。`).join("\n");
  await channel.send(notice(text), createProgress(), never);
  expect(fake.posted.length).toBeGreaterThan(1);
  expect(fake.posted.map(({ content }) => content).join("\n")).toBe(text);
});

test("45009 is waited for, and only the part that was refused is sent again", async () => {
  const text = Array.from({ length: 120 }, (_, n) => `- ${n}：退公寓的时候请先联系前台，然后归还门禁卡。`).join("\n");
  await channel.send(notice("before"), createProgress(), never);
  fake.fail(SEND, { errcode: 45_009 }, { errcode: 45_009 });
  const sent = channel.send(notice(text), createProgress(), never);
  await until(() => clock.sleeping() > 0);
  await clock.advance(10_000);
  await until(() => clock.sleeping() > 0);
  await clock.advance(30_000);
  await sent;
  expect(
    fake.posted
      .slice(1)
      .map(({ content }) => content)
      .join("\n"),
  ).toBe(text);
});

test.each([
  [{ errcode: 93_000 }, "channel_unauthorised", false],
  [{ errcode: 40_058 }, "channel_rejected", false],
  [{ errcode: -1 }, "channel_unreachable", true],
  [{ status: 500, body: "" }, "channel_unknown_outcome", false],
])("pitfall 21: the reply %j is %s", async (fault, code, retryable) => {
  fake.fail(SEND, fault);
  const sent = channel.send(notice("a"), createProgress(), never);
  await expect(sent).rejects.toMatchObject({ code, retryable });
  await expect(sent).rejects.not.toMatchObject({ message: expect.stringContaining(HOOK_KEY) });
});

test("a notice that may have been shown is not sent again", async () => {
  const progress = createProgress();
  fake.fail(SEND, "cut-after");
  await expect(channel.send(notice("a"), progress, never)).rejects.toMatchObject({ code: "channel_unknown_outcome" });
  await expect(channel.send(notice("a"), progress, never)).rejects.toMatchObject({ code: "channel_unknown_outcome" });
  expect(fake.posted).toHaveLength(1);
});

test("a restart while it waited for the minute to pass loses nothing", async () => {
  const sends = Array.from({ length: 20 }, (_, n) =>
    channel.send(notice(`notice ${n}`), createProgress(), new AbortController().signal),
  );
  await Promise.all(sends);
  const progress = createProgress();
  void channel.send(notice("late"), progress, AbortSignal.timeout(50)).catch(() => undefined);
  await until(() => clock.sleeping() === 0);
  expect(progress.saved).toBeUndefined();
  await clock.advance(60_000);
  channel = create();
  await channel.send(notice("late"), progress, never);
  expect(fake.posted.at(-1)?.content).toBe("late");
});

test("doctor learns whether the key is accepted without posting anything", async () => {
  expect(await channel.check(never)).toMatchObject([{ what: "key", status: "ok" }]);
  expect(await create("wrong-key-0000").check(never)).toMatchObject([
    { what: "key", status: "failed", detail: expect.stringContaining("93000") },
  ]);
  expect(fake.posted).toEqual([]);
});
