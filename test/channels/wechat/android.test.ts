import { createHash } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { createAndroidChannel, type AndroidChannelOptions } from "../../../src/channels/wechat/android/channel.ts";
import { estimateSuffixBits } from "../../../src/channels/wechat/android/suffix-strength.ts";
import type { Channel, ChannelEvent, Post } from "../../../src/core/channel.ts";
import { AppError } from "../../../src/core/errors.ts";
import type { Message } from "../../../src/core/message.ts";
import type { Store } from "../../../src/core/store.ts";
import { createMemoryStore } from "../../../src/store/memory-store.ts";
import { createJumpingClock, createRecordingLogger, type JumpingClock } from "../../models/stand-in/clocks.ts";
import { createFakePhone, phoneRequest, readAnswers } from "./fake-phone.ts";
import { messagesOf, never, postTo, progressFrom } from "./posts.ts";

const SUFFIX = "7c9e6679f7425ab40d3e1b2c4f5a69d8";

let notes: Store;
let events: ChannelEvent[];
let clock: JumpingClock;
let logger = createRecordingLogger();

beforeEach(() => {
  notes = createMemoryStore();
  events = [];
  clock = createJumpingClock();
  logger = createRecordingLogger();
});

async function started(changes: Partial<AndroidChannelOptions> = {}): Promise<Channel> {
  const channel = createAndroidChannel({
    name: "phone",
    suffix: SUFFIX,
    groups: ["*"],
    notes,
    clock,
    logger,
    ...changes,
  });
  await channel.start(async (event) => void events.push(event));
  return channel;
}

function answerTo(message: Message | undefined, markdown: string): Post {
  if (message === undefined) throw new Error("no message came in");
  const { conversation, id, replyContext = "" } = message;
  return postTo({ conversation, inReplyTo: id, replyContext }, { markdown, key: `answer-${id}` });
}

async function send(channel: Channel, post: Post): Promise<void> {
  await channel.send(post, progressFrom(), never);
}

test("the suffix is told from others as a whole", async () => {
  const channel = await started();
  expect(channel.ownsSuffix?.(SUFFIX)).toBe(true);
  for (const other of ["", SUFFIX.slice(1), `${SUFFIX}0`, SUFFIX.toUpperCase()]) {
    expect(channel.ownsSuffix?.(other)).toBe(false);
  }
});

test("a suffix that could be guessed is a fault of the config that does not show it", () => {
  const weak = [
    "our-group",
    "00000000000000000000000000000000",
    "0123456789abcdef0123456789abcdef",
    "abcd1234abcd1234abcd1234abcd1234",
    "our-company-hr-bot-wechat-group-2026",
    "7c9e6679-f742-4ab4-8d3e-1b2c4f5a69d8",
    "7c9e6679f7425ab40d3e1b2c4f5a69d",
    "with space 7c9e6679f7425ab40d3e1b2c4f5a69d8",
  ];
  for (const suffix of weak) {
    const create = (): Channel => createAndroidChannel({ name: "phone", suffix, groups: [], notes, clock, logger });
    expect(create).toThrow(expect.objectContaining({ code: "config_invalid" }));
    expect(create).not.toThrow(suffix);
  }
});

test("sixteen random bytes are enough, in hexadecimal as in base64", () => {
  for (let seed = 0; seed < 3000; seed += 1) {
    const bytes = createHash("sha256").update(String(seed)).digest();
    for (const encoding of ["hex", "base64url"] as const) {
      expect(estimateSuffixBits(bytes.subarray(0, 16).toString(encoding))).toBeGreaterThanOrEqual(128);
      expect(estimateSuffixBits(bytes.toString(encoding))).toBeGreaterThanOrEqual(128);
    }
  }
});

test("a line of a group comes in; a private chat is one whose name is the member's", async () => {
  const phone = createFakePhone(await started(), SUFFIX);
  expect(readAnswers(await phone.write("Tenants (128)", "alice", "where is the office?"))).toEqual([]);
  await phone.write("bob", "bob", "hi");
  expect(messagesOf(events)).toMatchObject([
    {
      channel: "wechat-android",
      app: "phone",
      conversation: { id: "Tenants", kind: "group" },
      sender: { id: "alice", name: "alice", isBot: false },
      text: "where is the office?",
      sentAt: clock.now(),
    },
    { conversation: { id: "bob", kind: "direct" } },
  ]);
});

test("an image is a part without text, and its bytes are not kept", async () => {
  const phone = createFakePhone(await started(), SUFFIX);
  await phone.write("Tenants", "alice", "A".repeat(5000), "image");
  await phone.write("Tenants", "alice", "https://example.com/a.png", "image");
  expect(messagesOf(events).map(({ text, parts }) => ({ text, parts }))).toEqual([
    { text: "", parts: [{ kind: "image", key: createHash("sha256").update("A".repeat(5000)).digest("hex") }] },
    { text: "", parts: [{ kind: "image", key: "https://example.com/a.png" }] },
  ]);
  expect(JSON.stringify(events)).not.toContain("AAAA");
});

test("a line that is delivered again at once has the same id, the same words later have another", async () => {
  const phone = createFakePhone(await started(), SUFFIX);
  await phone.write("Tenants", "alice", "hi");
  await phone.write("Tenants", "alice", "hi");
  await phone.write("Tenants", "bob", "hi");
  await clock.sleep(60_000);
  await phone.write("Tenants", "alice", "hi");
  const [first, again, other, later] = messagesOf(events).map(({ id }) => id);
  expect(again).toBe(first);
  expect(new Set([first, other, later]).size).toBe(3);
});

test("groups that are not listened to get an empty list and no handler", async () => {
  const phone = createFakePhone(await started({ groups: ["Tenants"] }), SUFFIX);
  expect(readAnswers(await phone.write("Football", "alice", "hi"))).toEqual([]);
  expect(events).toEqual([]);
  await phone.write("Tenants (12)", "alice", "hi");
  expect(events).toHaveLength(1);
});

test("with the bot's name, a name at the beginning tells whom a line is for", async () => {
  const phone = createFakePhone(await started({ botName: "Bean Bot" }), SUFFIX);
  await phone.write("Tenants", "alice", "@Bean Bot\u2005where is it?");
  await phone.write("Tenants", "alice", "@Bob\u2005where is it?");
  expect(messagesOf(events)).toMatchObject([
    { text: "where is it?", mentions: { bot: true, others: [] } },
    { text: "@Bob\u2005where is it?", mentions: { bot: false, others: ["Bob"] } },
  ]);
});

test("pitfall 22: an answer is handed over once, to its own group, and data is always a list", async () => {
  const channel = await started();
  const phone = createFakePhone(channel, SUFFIX);
  expect(await phone.poll("Tenants")).toEqual([]);
  await phone.write("Tenants", "alice", "where is the office?");
  const post = answerTo(messagesOf(events)[0], "**Second** floor [1].");
  const citation = { n: 1, source: "house.md", title: "House", headings: [], quote: "second floor", chunkId: "c" };
  await send(channel, { ...post, citations: [citation, { ...citation, n: 2 }] });
  expect(await phone.poll("Football")).toEqual([]);
  const answers = await phone.poll("Tenants (129)");
  expect(answers).toMatchObject([{ question: "where is the office?", references: ["house.md"] }]);
  expect(answers[0]?.text).toMatch(/^Second floor \[1\]\./);
  expect(await phone.poll("Tenants")).toEqual([]);
});

test("answers survive a restart until they are polled", async () => {
  const first = await started();
  await createFakePhone(first, SUFFIX).write("Tenants", "alice", "where?");
  await send(first, answerTo(messagesOf(events)[0], "Here."));
  await first.stop();
  const phone = createFakePhone(await started(), SUFFIX);
  expect(await phone.poll("Tenants")).toMatchObject([{ question: "where?", text: "Here." }]);
  expect(await createFakePhone(await started(), SUFFIX).poll("Tenants")).toEqual([]);
});

test("a send that is repeated after a crash adds nothing, whether or not the answer was polled meanwhile", async () => {
  const channel = await started();
  const phone = createFakePhone(channel, SUFFIX);
  await phone.write("Tenants", "alice", "where?");
  const post = answerTo(messagesOf(events)[0], "Here.");
  await send(channel, post);
  await send(channel, post);
  expect(await phone.poll("Tenants")).toHaveLength(1);
  await send(await started(), post);
  expect(await phone.poll("Tenants")).toEqual([]);
});

test("of many polls at once, one gets the answer", async () => {
  const channel = await started();
  const phone = createFakePhone(channel, SUFFIX);
  await phone.write("Tenants", "alice", "where?");
  await send(channel, answerTo(messagesOf(events)[0], "Here."));
  const polls = await Promise.all(Array.from({ length: 10 }, () => phone.poll("Tenants")));
  expect(polls.flat()).toHaveLength(1);
});

test("answers come in order, notices to a group too; what nobody polls for a week is dropped", async () => {
  const channel = await started();
  const phone = createFakePhone(channel, SUFFIX);
  const target = { conversation: { id: "Tenants", kind: "group" as const } };
  await send(channel, postTo(target, { markdown: "old", key: "k0" }));
  await clock.sleep(8 * 86_400_000);
  for (const key of ["k3", "k1", "k2"]) {
    await send(channel, postTo(target, { markdown: key, key }));
    await clock.sleep(1);
  }
  expect((await phone.poll("Tenants")).map(({ text }) => text)).toEqual(["k3", "k1", "k2"]);
});

test("what is none of the phone's requests is refused, and a line that could not be kept is not acknowledged", async () => {
  const channel = await started();
  for (const body of ["", "[]", "{", '{"query":"hi"}', '{"query":{"type":"text","content":"hi"}}']) {
    expect((await channel.receive?.(phoneRequest(body)))?.status).toBe(400);
  }
  expect((await channel.receive?.(phoneRequest("{}", "GET")))?.status).toBe(405);
  await channel.start(async () => {
    throw new AppError("disk_full", "the disk is full");
  });
  await expect(createFakePhone(channel, SUFFIX).write("Tenants", "alice", "hi")).rejects.toThrow("HTTP 503");
  expect(events).toEqual([]);
});

test("pitfall 23: the suffix is in no log and no finding", async () => {
  const channel = await started();
  await channel.receive?.(phoneRequest(`{"x":"${SUFFIX}"}`));
  expect([...logger.lines, JSON.stringify(await channel.check(never))].join()).not.toContain(SUFFIX);
});
