import { afterEach, beforeEach, expect, test } from "vitest";
import { createWkteamChannel, type WkteamChannelOptions } from "../../../src/channels/wechat/wkteam/channel.ts";
import type { Channel, ChannelEvent, WebhookRequest } from "../../../src/core/channel.ts";
import { AppError } from "../../../src/core/errors.ts";
import type { Message } from "../../../src/core/message.ts";
import type { Store } from "../../../src/core/store.ts";
import { createMemoryStore } from "../../../src/store/memory-store.ts";
import { createJumpingClock, createRecordingLogger, type JumpingClock } from "../../models/stand-in/clocks.ts";
import {
  ACCOUNT,
  BOT,
  CALLBACK_SECRET,
  groupData,
  PASSWORD,
  refuse,
  startFakeWkteam,
  wkteamCallback,
  type FakeWkteam,
} from "./fake-wkteam.ts";
import { faultOf, messagesOf, never, postTo, progressFrom, until } from "./posts.ts";

const GROUP = { conversation: { id: "123@chatroom", kind: "group" as const } };

let gateway: FakeWkteam;
let notes: Store;
let events: ChannelEvent[];
let clock: JumpingClock;
let logger = createRecordingLogger();

beforeEach(async () => {
  clock = createJumpingClock();
  gateway = await startFakeWkteam(() => clock.now());
  notes = createMemoryStore();
  events = [];
  logger = createRecordingLogger();
});

afterEach(() => gateway.close());

function create(changes: Partial<WkteamChannelOptions> = {}): Channel {
  return createWkteamChannel({
    name: "team",
    baseUrl: gateway.baseUrl,
    account: ACCOUNT,
    password: PASSWORD,
    callbackSecret: CALLBACK_SECRET,
    publicUrl: "https://bot.example.com/",
    groups: ["*"],
    notes,
    fetch: (url, init) => fetch(url, init),
    clock,
    logger,
    ...changes,
  });
}

async function started(changes: Partial<WkteamChannelOptions> = {}): Promise<Channel> {
  const channel = create(changes);
  await channel.start(async (event) => void events.push(event));
  return channel;
}

async function statusOf(channel: Channel, request: WebhookRequest): Promise<number> {
  return (await channel.receive?.(request))?.status ?? 0;
}

/** The one message that a callback becomes. */
async function read(channel: Channel, request: WebhookRequest): Promise<Message | undefined> {
  events = [];
  const reply = await channel.receive?.(request);
  expect(reply).toMatchObject({ status: 200, body: "done" });
  expect(reply?.contentType).toContain("application/json");
  expect(events.length).toBeLessThanOrEqual(1);
  return messagesOf(events)[0];
}

function pathsOf(fake: FakeWkteam): string[] {
  return fake.calls.map(({ path }) => path);
}

test("it logs in, has the code scanned, and registers a callback that carries the secret", async () => {
  gateway.unscanned = 2;
  await started();
  expect([...new Set(pathsOf(gateway))]).toEqual([
    "/member/login",
    "/iPadLogin",
    "/getIPadLoginInfo",
    "/setHttpCallbackUrl",
  ]);
  expect(gateway.codes()).toBe(1);
  expect(gateway.callback()).toBe(`https://bot.example.com/webhooks/wechat/team?secret=${CALLBACK_SECRET}`);
  expect(logger.lines.some((line) => line.includes("code.png"))).toBe(true);
});

test("a restart takes up the session and needs no phone", async () => {
  await (await started()).stop();
  await started();
  expect(gateway.codes()).toBe(1);
});

test("a code that is no 1000 is tried again, at the start too, also where the gateway writes it as a number", async () => {
  gateway.next.set("/iPadLogin", [refuse("1009", "busy"), refuse("1009", "busy"), { body: { code: 1000, data: {} } }]);
  gateway.next.set("/member/login", [{ status: 502, body: "<html>" }]);
  await started();
  expect(gateway.codes()).toBe(1);
  expect(gateway.callback()).toBeDefined();
});

test("before the bot knows who it is, callbacks with the right secret are put off", async () => {
  const channel = create();
  expect(await statusOf(channel, wkteamCallback("80001", groupData("hi")))).toBe(503);
  expect(await statusOf(channel, wkteamCallback("80001", groupData("hi"), { secret: "wrong" }))).toBe(401);
});

test("a callback without the secret, or with another one, is refused without a handler", async () => {
  const channel = await started();
  const secrets = ["", "wrong", `${CALLBACK_SECRET}x`, CALLBACK_SECRET.slice(1), CALLBACK_SECRET.toUpperCase()];
  for (const secret of secrets) {
    expect(await statusOf(channel, wkteamCallback("80001", groupData("hi"), { secret }))).toBe(401);
  }
  expect(events).toEqual([]);
});

test("a line of a group comes in, its id with all digits", async () => {
  const channel = await started();
  expect(await read(channel, wkteamCallback("80001", groupData("where is the office?")))).toMatchObject({
    id: "7325106488312345678",
    channel: "wechat-wkteam",
    app: "team",
    conversation: { id: "123@chatroom", kind: "group" },
    sender: { id: "wxid_alice", isBot: false },
    text: "where is the office?",
    mentions: { bot: false, others: [] },
    sentAt: 1_700_000_000_000,
  });
});

test("types are compared as text, also where the gateway writes numbers", async () => {
  const channel = await started();
  for (const type of [9, 5, 80001, "80001", "60001"]) {
    expect((await read(channel, wkteamCallback(type, groupData("hi"))))?.text).toBe("hi");
  }
  expect((await read(channel, wkteamCallback(14, groupData("<x/>", { title: "so?" }))))?.text).toBe("so?");
});

test("a private line is a conversation of its own", async () => {
  const channel = await started({ groups: ["none"] });
  const message = await read(channel, wkteamCallback("60001", groupData("hi", { fromGroup: undefined })));
  expect(message?.conversation).toEqual({ id: "wxid_alice", kind: "direct" });
});

test("our own lines, tests, emojis, unknown kinds, other bots and other groups are acknowledged and dropped", async () => {
  const channel = await started({ groups: ["123"] });
  const dropped = [
    wkteamCallback("80001", groupData("hi", { self: true })),
    wkteamCallback("80001", groupData("hi", { fromUser: BOT })),
    wkteamCallback("80001", groupData("hi"), { wcId: "wxid_other_bot" }),
    wkteamCallback("80001", groupData("hi", { fromGroup: "999@chatroom" })),
    wkteamCallback("80006", groupData("")),
    wkteamCallback("85008", groupData("")),
    wkteamCallback("00000", "{}"),
  ];
  for (const request of dropped) expect(await read(channel, request)).toBeUndefined();
  expect(await read(channel, wkteamCallback("80001", groupData("hi")))).toBeDefined();
});

test("a mention in atlist is ours when we are in it, and somebody else's when we are not", async () => {
  const channel = await started();
  const ours = await read(
    channel,
    wkteamCallback("80001", groupData("@Bean Bot\u2005where is it?", { atlist: [BOT] })),
  );
  expect(ours).toMatchObject({ text: "where is it?", mentions: { bot: true, others: [] } });
  const theirs = await read(channel, wkteamCallback("80001", groupData("@Bob\u2005where?", { atlist: ["wxid_bob"] })));
  expect(theirs).toMatchObject({ text: "@Bob\u2005where?", mentions: { bot: false, others: ["wxid_bob"] } });
  const all = await read(channel, wkteamCallback("80001", groupData("@所有人 hi", { atlist: ["notify@all"] })));
  expect(all).toMatchObject({ mentions: { bot: false, others: [], everyone: true } });
});

test("the bot's name at the beginning goes, picked or typed; only as a whole name, and nobody else's", async () => {
  const channel = await started();
  const cases: [string, string][] = [
    ["@Bean Bot\u2005where?", "where?"],
    ["@Bean Bot where?", "where?"],
    ["@Bob\u2005@Bean Bot\u2005where?", "@Bob\u2005where?"],
    ["@Bean Bottle where?", "@Bean Bottle where?"],
    ["write to a@Bean Bot now", "write to a@Bean Bot now"],
  ];
  for (const [line, text] of cases) {
    expect((await read(channel, wkteamCallback("80001", groupData(line, { atlist: [BOT] }))))?.text).toBe(text);
  }
  const typed = await read(channel, wkteamCallback("80001", groupData("@Bean Bot where?")));
  expect(typed?.mentions.bot).toBe(true);
});

test("a quote is its new text, with what it quotes and whom; a quote of ours speaks to us", async () => {
  const channel = await started();
  const xml = (author: string, content: string): string =>
    `<?xml version="1.0"?>\n<msg><appmsg appid="" sdkver="0"><title>and then?</title><type>57</type><refermsg><type>1</type>` +
    `<svrid>7325106488312345600</svrid><fromusr>123@chatroom</fromusr><chatusr>${author}</chatusr>` +
    `<displayname>Alice &amp; Co</displayname><content>${content}</content></refermsg></appmsg></msg>`;
  const quote = async (content: string): Promise<Message | undefined> =>
    read(channel, wkteamCallback("80014", groupData(content, { title: "and then?" })));
  expect(await quote(xml("wxid_bob", "pay &lt;the&gt; rent"))).toMatchObject({
    text: "and then?",
    quoted: { id: "7325106488312345600", text: "pay <the> rent", senderId: "wxid_bob" },
    mentions: { bot: false },
  });
  expect((await quote(xml(BOT, "<![CDATA[call 1200]]>")))?.mentions.bot).toBe(true);
  expect((await quote(xml(BOT, "<![CDATA[call 1200]]>")))?.quoted?.text).toBe("call 1200");
  expect((await quote(xml("wxid_bob", "&lt;msg&gt;&lt;title&gt;A page&lt;/title&gt;&lt;/msg&gt;")))?.quoted?.text).toBe(
    "A page",
  );
  expect((await quote("<deep><chatusr>wxid_bob</chatusr><content>flat</content></deep>"))?.quoted).toMatchObject({
    text: "flat",
    senderId: "wxid_bob",
  });
});

test("links give their title and address, pictures nothing to read", async () => {
  const channel = await started();
  const link =
    "<msg><appmsg><title>House &amp; rules</title><des>d</des><url><![CDATA[https://example.com/?a=1&b=2]]></url></appmsg></msg>";
  for (const type of ["80007", "60007", "90001"]) {
    expect(await read(channel, wkteamCallback(type, groupData(link)))).toMatchObject({
      text: "House & rules",
      parts: [{ kind: "link", url: "https://example.com/?a=1&b=2", title: "House & rules" }],
    });
  }
  expect(await read(channel, wkteamCallback("80002", groupData("<xml/>")))).toMatchObject({
    text: "",
    parts: [{ kind: "image", key: "1" }],
  });
});

test("pitfall 17: a quote with DOCTYPE is not looked into, and what cannot be read is refused", async () => {
  const channel = await started();
  const bomb = '<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]><m><content>&a;</content></m>';
  const message = await read(channel, wkteamCallback("80014", groupData(bomb, { title: "so?" })));
  expect(message?.quoted).toEqual({ id: "" });
  for (const body of ["", "[]", "{", '{"messageType":"80001"}', '{"messageType":"80001","data":{"content":"x"}}']) {
    expect(await statusOf(channel, { ...wkteamCallback("80001", "{}"), body: Buffer.from(body) })).toBe(400);
  }
});

test("a message that could not be kept is not acknowledged", async () => {
  const channel = create();
  await channel.start(async () => {
    throw new AppError("disk_full", "the disk is full");
  });
  expect(await statusOf(channel, wkteamCallback("80001", groupData("hi")))).toBe(503);
});

test("an answer in a group says what it answers, and its id has all digits", async () => {
  const channel = await started();
  const asked = await read(channel, wkteamCallback("80001", groupData(`Where ${"very ".repeat(10)}far?`)));
  const target = { ...GROUP, replyContext: asked?.replyContext ?? "" };
  const receipt = await channel.send(postTo(target, { markdown: "**Call** 1200." }), progressFrom(), never);
  expect(gateway.shown).toMatchObject([
    { to: "123@chatroom", text: "Where very very very very very..\n---\nCall 1200." },
  ]);
  expect(receipt.messageIds).toEqual([gateway.shown[0]?.id]);
});

test("pitfall 15: a long answer goes out in parts, with a polite gap between them", async () => {
  const channel = await started();
  const markdown = Array.from({ length: 200 }, (_, index) => `第 ${index} 行：请看手册的这一页。`).join("\n");
  const before = clock.sleeps.length;
  await channel.send(postTo(GROUP, { markdown }), progressFrom(), never);
  expect(gateway.shown.length).toBeGreaterThan(1);
  expect(gateway.shown.map(({ text }) => text).join("\n")).toBe(markdown);
  expect(clock.sleeps.slice(before).filter((ms) => ms >= 3900)).toHaveLength(gateway.shown.length - 1);
});

test("an Authorization that is refused is renewed, and the send is done once", async () => {
  const channel = await started();
  gateway.expire();
  await channel.send(postTo(GROUP), progressFrom(), never);
  expect(gateway.logins()).toBe(2);
  expect(gateway.shown).toHaveLength(1);
});

test("pitfall 21: HTTP 200 with a code other than the string 1000 is a fault that may be tried again", async () => {
  const channel = await started();
  gateway.next.set("/sendText", [refuse("1020", "too fast"), { body: { code: 1000, message: "ok" } }]);
  const fault = await faultOf(channel.send(postTo(GROUP), progressFrom(), never));
  expect(fault).toMatchObject({ code: "channel_unreachable", retryable: true });
  const progress = progressFrom();
  await channel.send(postTo(GROUP), progress, never);
  expect(gateway.shown).toHaveLength(1);
});

test("an unknown outcome is never sent again, not after a restart either", async () => {
  const channel = await started();
  for (const answer of ["hang-up" as const, { status: 502, body: "<html>" }, { status: 500, body: { code: "1" } }]) {
    gateway.next.set("/sendText", [answer]);
    const progress = progressFrom();
    expect((await faultOf(channel.send(postTo(GROUP), progress, never))).code).toBe("channel_unknown_outcome");
    const again = create();
    await again.start(async () => undefined);
    const resumed = again.send(postTo(GROUP), progressFrom(progress.states.at(-1)), never);
    expect((await faultOf(resumed)).code).toBe("channel_unknown_outcome");
  }
  expect(gateway.shown).toEqual([]);
});

test("a message is withdrawn with all of what sendText said, also after a restart", async () => {
  const first = await started();
  const { messageIds } = await first.send(postTo(GROUP), progressFrom(), never);
  const second = await started();
  await clock.sleep(60_000);
  await second.recall?.(GROUP, messageIds, never);
  expect(gateway.shown).toEqual([]);
});

test("a message older than two minutes is not withdrawn", async () => {
  const channel = await started();
  const { messageIds } = await channel.send(postTo(GROUP), progressFrom(), never);
  await clock.sleep(121_000);
  expect((await faultOf(channel.recall?.(GROUP, messageIds, never) ?? Promise.resolve())).code).toBe(
    "channel_rejected",
  );
  expect(pathsOf(gateway)).not.toContain("/revokeMsg");
});

test("a session that the phone has ended is noticed after some refusals and scanned again", async () => {
  const channel = await started();
  gateway.unscanned = 1;
  gateway.next.set(
    "/sendText",
    Array.from({ length: 6 }, () => refuse("1004", "not logged in")),
  );
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await faultOf(channel.send(postTo(GROUP), progressFrom(), never));
  }
  await until(() => gateway.codes() === 2 && pathsOf(gateway).at(-1) === "/getIPadLoginInfo");
  await until(() => logger.lines.some((line) => line.includes("wkteam.renewed")));
  gateway.next.clear();
  await channel.send(postTo(GROUP), progressFrom(), never);
  expect(gateway.shown).toHaveLength(1);
});

test("a start that cannot succeed ends when it is stopped", async () => {
  gateway.close();
  const channel = create();
  const starting = channel.start(async () => undefined);
  const fault = faultOf(starting);
  await until(() => clock.sleeps.length > 2);
  await channel.stop();
  expect((await fault).code).toBe("aborted");
});

test("the check tells what is missing: who is logged in, where we are, whether we are let in", async () => {
  const before = await create({ publicUrl: undefined, password: "wrong-password" }).check(never);
  expect(before.map(({ what, status }) => [what, status])).toEqual([
    ["token", "failed"],
    ["identity", "warning"],
    ["callback", "failed"],
  ]);
  const after = await (await started()).check(never);
  expect(after.map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
});

test("pitfall 23: neither logs nor faults hold a secret", async () => {
  const channel = await started();
  await channel.receive?.(wkteamCallback("80001", groupData("hi"), { secret: "guessed-secret" }));
  gateway.next.set("/sendText", [
    refuse("1", `bad ${PASSWORD}`),
    refuse("1", `bad authorization-2 ${CALLBACK_SECRET}`),
  ]);
  const fault = await faultOf(channel.send(postTo(GROUP), progressFrom(), never));
  const wrong = await create({ password: "another-password" }).check(never);
  const all = [fault.message, JSON.stringify(wrong), ...logger.lines].join("\n");
  for (const secret of [PASSWORD, CALLBACK_SECRET, "authorization-", "another-password", "guessed-secret"]) {
    expect(all).not.toContain(secret);
  }
});
