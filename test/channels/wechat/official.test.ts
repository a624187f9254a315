import { afterEach, beforeEach, expect, test } from "vitest";
import { createOfficialChannel, type OfficialChannelOptions } from "../../../src/channels/wechat/official/channel.ts";
import { readFlatXml, writeFlatXml } from "../../../src/channels/flat-xml.ts";
import { createWecomCrypto, signParts } from "../../../src/channels/wecom-crypto.ts";
import type { Channel, ChannelEvent, WebhookReply, WebhookRequest } from "../../../src/core/channel.ts";
import { AppError } from "../../../src/core/errors.ts";
import { createManualClock, createRecordingLogger, settle } from "../../models/stand-in/clocks.ts";
import {
  APP_ID,
  APP_SECRET,
  plainCallback,
  refuse,
  sha1OfSorted,
  startFakeOfficial,
  textXml,
  TOKEN,
  type FakeOfficial,
} from "./fake-official.ts";
import { faultOf, messagesOf, never, postTo, progressFrom, until } from "./posts.ts";

const AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const READER = { conversation: { id: "o-reader", kind: "direct" as const }, inReplyTo: "24281234567890123456" };
const LATE = { conversation: { id: "o-reader", kind: "direct" as const }, inReplyTo: "long-ago" };

let platform: FakeOfficial;
let events: ChannelEvent[];
const clock = createManualClock();
const logger = createRecordingLogger();

beforeEach(async () => {
  platform = await startFakeOfficial();
  events = [];
});

afterEach(() => platform.close());

async function started(changes: Partial<OfficialChannelOptions> = {}): Promise<Channel> {
  const channel = createOfficialChannel({
    name: "oa",
    appId: APP_ID,
    token: TOKEN,
    secret: APP_SECRET,
    baseUrl: platform.baseUrl,
    fetch: (url, init) => fetch(url, init),
    clock,
    logger,
    ...changes,
  });
  await channel.start(async (event) => void events.push(event));
  return channel;
}

async function receive(channel: Channel, request: WebhookRequest): Promise<WebhookReply> {
  const reply = await channel.receive?.(request);
  if (reply === undefined) throw new Error("the channel takes no callbacks");
  return reply;
}

/** Receives while the clock goes on, so that a reply that is held comes. */
async function receiveAndWait(channel: Channel, request: WebhookRequest, ms = 6000): Promise<WebhookReply> {
  const reply = receive(channel, request);
  await settle();
  await clock.advance(ms);
  return reply;
}

function encrypted(message: string, changes: Record<string, string> = {}, receiveId = APP_ID): WebhookRequest {
  const crypto = createWecomCrypto({ name: "fake", token: TOKEN, encodingAesKey: AES_KEY, receiveId });
  const encrypt = crypto.encrypt(message);
  const signed = { timestamp: "1409659589", nonce: "263014780", encrypt };
  const outer = writeFlatXml([
    ["ToUserName", "gh_account"],
    ["Encrypt", encrypt],
  ]);
  return plainCallback(outer, { encrypt_type: "aes", msg_signature: crypto.sign(signed), ...changes });
}

test("vector O1: a message of the platform's sample is encrypted to the same bytes", () => {
  const crypto = createWecomCrypto({
    name: "O1",
    token: "t",
    encodingAesKey: AES_KEY,
    receiveId: "wxb11529c136998cb6",
    random: () => Buffer.from("aaaabbbbccccdddd"),
  });
  const encrypt = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==";
  expect(crypto.encrypt("我是中文abcd123")).toBe(encrypt);
  expect(crypto.decrypt(encrypt)).toBe("我是中文abcd123");
});

test("vector O2: a reply is encrypted and signed as in the platform's sample", () => {
  const crypto = createWecomCrypto({
    name: "O2",
    token: "AAAAA",
    encodingAesKey: "A".repeat(43),
    receiveId: "wx134c8103faa5a59e",
    random: () => Buffer.from("999951349e8ee746"),
  });
  const encrypt = crypto.encrypt("<xml><demo_resp>[CDATA[good luck]]</demo_resp></xml>");
  expect(encrypt).toBe(
    "hE8R6mGXHkJJjU72KxzKUd1GEkKJaEZq7vRL8XgK3o+00k8JGq6+pZJUIlTSyhsX+bxIBQ72g3GyvDdIZcr6+3HAZbSvPT9t/o11MI7d6WELwqrGd7jMnV0zv3Zc9Nq7",
  );
  expect(crypto.sign({ timestamp: "1713424427", nonce: "415670741", encrypt })).toBe(
    "03e0812039325c2712ef5f0f980fd14c70d6e307",
  );
});

test("vector O3: the address is checked with the signature of the sample, and echostr comes back as it is", async () => {
  const channel = await started({ token: "token123" });
  const query = new URLSearchParams({
    signature: "272dcf83f73e2f687e22fdb8d62db5746ca2ea9e",
    timestamp: "1409659589",
    nonce: "263014780",
    echostr: 'a+b "c"\n<d>',
  });
  const request: WebhookRequest = { method: "GET", query, headers: {}, body: new Uint8Array() };
  const reply = await receive(channel, request);
  expect(reply).toMatchObject({ status: 200, body: 'a+b "c"\n<d>' });
  query.set("nonce", "263014781");
  expect(await receive(channel, request)).toMatchObject({ status: 401 });
});

test("a signature that is wrong, missing or over another nonce lets nobody in", async () => {
  const channel = await started();
  const wrong = [{ signature: "0".repeat(40) }, { signature: "" }, { nonce: "other" }];
  for (const changes of wrong) {
    expect((await receive(channel, plainCallback(textXml("hi"), changes))).status).toBe(401);
  }
  expect(events).toEqual([]);
});

test("a text comes in with its MsgId as text, plus signs, CDATA and the end of CDATA in it", async () => {
  const channel = await started();
  await receiveAndWait(channel, plainCallback(textXml("<![CDATA[1+1 <b> ]]]]><![CDATA[> &amp;]]>")));
  expect(messagesOf(events)).toMatchObject([
    {
      id: "24281234567890123456",
      channel: "wechat-official",
      app: "oa",
      conversation: { id: "o-reader", kind: "direct" },
      text: "1+1 <b> ]]> &amp;",
      sentAt: 1_700_000_000_000,
    },
  ]);
});

test("a message without MsgId is known by reader and time", async () => {
  const channel = await started();
  await receiveAndWait(channel, plainCallback(textXml("hi", { MsgId: "" })));
  expect(messagesOf(events)[0]?.id).toBe("o-reader-1700000000");
});

test("links, images, spoken words and files are taken in; events are not", async () => {
  const channel = await started();
  const kinds: Record<string, string>[] = [
    { MsgType: "link", Title: "Handbook", Url: "https://example.com/h" },
    { MsgType: "image", MediaId: "media-1" },
    { MsgType: "voice", Recognition: "where is the office", MediaId: "media-2" },
    { MsgType: "event", Event: "subscribe" },
  ];
  for (const [index, fields] of kinds.entries()) {
    await receiveAndWait(channel, plainCallback(textXml("", { ...fields, MsgId: String(index + 1) })));
  }
  expect(messagesOf(events).map(({ text, parts }) => ({ text, parts }))).toEqual([
    { text: "Handbook", parts: [{ kind: "link", url: "https://example.com/h", title: "Handbook" }] },
    { text: "", parts: [{ kind: "image", key: "media-1" }] },
    { text: "where is the office", parts: [{ kind: "text", text: "where is the office" }] },
  ]);
});

test("an answer in time is the reply to the callback, and nothing else is sent", async () => {
  const channel = await started();
  const reply = receive(channel, plainCallback(textXml("hi")));
  await settle();
  await channel.send(postTo(READER, { markdown: "**Call** 1200 ]]> now" }), progressFrom(), never);
  const fields = readFlatXml((await reply).body ?? "");
  expect(fields?.get("Content")).toBe("Call 1200 ]]> now");
  expect(fields?.get("ToUserName")).toBe("o-reader");
  expect(fields?.get("FromUserName")).toBe("gh_account");
  expect(fields?.get("MsgType")).toBe("text");
  expect((await reply).contentType).toContain("text/xml");
  expect(platform.calls).toEqual([]);
});

test("an answer that is late is a customer message; the callback gets its success before 5 s", async () => {
  const channel = await started();
  const began = clock.now();
  let repliedAt = 0;
  const reply = receive(channel, plainCallback(textXml("hi"))).then((value) => {
    repliedAt = clock.now();
    return value;
  });
  await settle();
  await clock.advance(30_000);
  expect(await reply).toMatchObject({ status: 200, body: "success" });
  expect(repliedAt - began).toBeLessThan(5000);
  await channel.send(postTo(READER), progressFrom(), never);
  expect(platform.shown).toEqual([{ reader: "o-reader", text: "Call extension 1200." }]);
});

test("a decision to keep quiet ends the callback at once", async () => {
  const channel = await started();
  const reply = receive(channel, plainCallback(textXml("hi")));
  await settle();
  await channel.stayQuiet?.(READER);
  expect(await reply).toMatchObject({ status: 200, body: "success" });
});

test("without the AppSecret, the platform's next try gets the answer", async () => {
  const channel = await started({ secret: undefined });
  expect((await receiveAndWait(channel, plainCallback(textXml("hi")))).status).toBe(503);
  const sending = channel.send(postTo(READER), progressFrom(), never);
  await settle();
  const second = await receive(channel, plainCallback(textXml("hi")));
  expect(readFlatXml(second.body ?? "")?.get("Content")).toBe("Call extension 1200.");
  await sending;
  const third = await receive(channel, plainCallback(textXml("hi")));
  expect(readFlatXml(third.body ?? "")?.get("Content")).toBe("Call extension 1200.");
});

test("without the AppSecret, the last try ends empty and a later answer is given up", async () => {
  const channel = await started({ secret: undefined });
  const tries: Promise<WebhookReply>[] = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    tries.push(receive(channel, plainCallback(textXml("hi"))));
    await settle();
    // The platform hangs up and asks again.
    await clock.advance(5000);
  }
  const fault = await faultOf(channel.send(postTo(READER), progressFrom(), never));
  expect(fault.code).toBe("channel_rejected");
  expect(fault.message).toContain("secret_env");
  expect((await Promise.all(tries)).map(({ status }) => status)).toEqual([503, 503, 200]);
});

test("without the AppSecret, a long answer is cut to what one reply holds", async () => {
  const channel = await started({ secret: undefined });
  const reply = receive(channel, plainCallback(textXml("hi")));
  await settle();
  await channel.send(postTo(READER, { markdown: "汉字".repeat(2000) }), progressFrom(), never);
  const content = readFlatXml((await reply).body ?? "")?.get("Content") ?? "";
  expect(Buffer.byteLength(content)).toBeLessThanOrEqual(2048);
  expect(content.endsWith("汉字…") || content.endsWith("汉…")).toBe(true);
});

test("pitfall 15: a long answer goes out in parts of at most 2048 bytes, in order and complete", async () => {
  const channel = await started();
  const markdown = Array.from({ length: 300 }, (_, index) => `第 ${index} 行：请看 👩‍👩‍👧 手册。`).join("\n");
  const reply = receive(channel, plainCallback(textXml("hi")));
  await settle();
  await channel.send(postTo(READER, { markdown }), progressFrom(), never);
  expect(await reply).toMatchObject({ body: "success" });
  expect(platform.shown.length).toBeGreaterThan(4);
  expect(platform.shown.map(({ text }) => text).join("\n")).toBe(markdown);
});

test("pitfall 16: a passive reply holds line breaks and quotes byte for byte, also when encrypted", async () => {
  const channel = await started({ encodingAesKey: AES_KEY });
  const reply = receive(channel, encrypted(textXml("hi")));
  await settle();
  const markdown = "first \"line\"\nsecond + 'line' ]]>";
  await channel.send(postTo(READER, { markdown }), progressFrom(), never);
  const outer = readFlatXml((await reply).body ?? "");
  const crypto = createWecomCrypto({ name: "f", token: TOKEN, encodingAesKey: AES_KEY, receiveId: APP_ID });
  const [encrypt = "", timestamp = "", nonce = ""] = ["Encrypt", "TimeStamp", "Nonce"].map((key) => outer?.get(key));
  expect(signParts([TOKEN, timestamp, nonce, encrypt])).toBe(outer?.get("MsgSignature"));
  expect(nonce).toBe("263014780");
  expect(readFlatXml(crypto.decrypt(encrypt) ?? "")?.get("Content")).toBe(markdown);
});

test("pitfall 5: with an EncodingAESKey, plain text is refused even when it is signed", async () => {
  const channel = await started({ encodingAesKey: AES_KEY });
  expect((await receive(channel, plainCallback(textXml("hi")))).status).toBe(401);
  await receiveAndWait(channel, encrypted(textXml("hi")));
  expect(messagesOf(events)).toHaveLength(1);
});

test("pitfall 17: wrong receiver, cut ciphertext, wrong signature and DOCTYPE are refused without a handler", async () => {
  const channel = await started({ encodingAesKey: AES_KEY });
  const bomb = '<!DOCTYPE xml [<!ENTITY a "b">]><xml><MsgType>text</MsgType></xml>';
  const cut = "AAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  const cutSignature = sha1OfSorted(TOKEN, "1409659589", "263014780", cut);
  const requests = [
    encrypted(textXml("hi"), {}, "wx_another_account"),
    encrypted(textXml("hi"), { msg_signature: "0".repeat(40) }),
    encrypted(bomb),
    plainCallback(bomb),
    plainCallback(`<xml><Encrypt>${cut}</Encrypt></xml>`, { msg_signature: cutSignature }),
  ];
  for (const request of requests) {
    const { status } = await receive(channel, request);
    expect([400, 401]).toContain(status);
  }
  expect(events).toEqual([]);
});

test("a message that could not be kept is not acknowledged", async () => {
  const channel = await started();
  await channel.start(async () => {
    throw new AppError("store_unavailable", "the disk is gone");
  });
  expect((await receive(channel, plainCallback(textXml("hi")))).status).toBe(503);
});

test("pitfall 21: HTTP 200 with an errcode is a fault, each with its code", async () => {
  const channel = await started();
  const expected: [number, string][] = [
    [45015, "channel_rejected"],
    [45047, "channel_rejected"],
    [48001, "channel_unauthorised"],
    [-1, "channel_limited"],
    [45009, "channel_limited"],
  ];
  for (const [errcode, code] of expected) {
    platform.next.push(refuse(errcode));
    const fault = await faultOf(channel.send(postTo(LATE), progressFrom(), never));
    expect(fault.code).toBe(code);
    expect(fault.message).toContain(String(errcode));
  }
  expect(platform.shown).toEqual([]);
});

test("a token that is refused is asked for once more, however many sends see it", async () => {
  const channel = await started();
  await channel.send(postTo(LATE), progressFrom(), never);
  platform.tokens.clear();
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      channel.send(postTo(LATE, { key: `post-${index}` }), progressFrom(), new AbortController().signal),
    ),
  );
  expect(platform.issued()).toBe(2);
  expect(platform.shown).toHaveLength(21);
});

test("a broken connection leaves the outcome open; the part is not sent again, not after a restart either", async () => {
  const channel = await started();
  platform.next.push("hang-up");
  const progress = progressFrom();
  expect((await faultOf(channel.send(postTo(LATE), progress, never))).code).toBe("channel_unknown_outcome");
  const resumed = await started();
  const again = resumed.send(postTo(LATE), progressFrom(progress.states.at(-1)), never);
  expect((await faultOf(again)).code).toBe("channel_unknown_outcome");
  expect(platform.shown).toEqual([]);
});

test("stopping ends held callbacks", async () => {
  const channel = await started();
  const reply = receive(channel, plainCallback(textXml("hi")));
  await until(() => events.length === 1);
  await channel.stop();
  expect((await reply).status).toBe(200);
});

test("the check names a wrong AppSecret and what to do, and says what plain text and no secret mean", async () => {
  const good = await (await started({ encodingAesKey: AES_KEY })).check(never);
  expect(good.map(({ status }) => status)).toEqual(["ok", "ok"]);
  const wrong = await (await started({ secret: "another-secret" })).check(never);
  expect(wrong[0]).toMatchObject({ what: "token", status: "failed" });
  expect(JSON.stringify(wrong)).not.toContain("another-secret");
  const none = await (await started({ secret: undefined })).check(never);
  expect(none.map(({ status }) => status)).toEqual(["warning", "warning"]);
});

test("pitfall 23: neither logs nor faults hold a secret", async () => {
  const channel = await started({ fetch: () => Promise.reject(new Error(`no way to ?secret=${APP_SECRET}`)) });
  const fault = await faultOf(channel.send(postTo(LATE), progressFrom(), never));
  await receive(channel, plainCallback(textXml("hi"), { signature: "x" }));
  const seen = [fault.message, String(fault.stack), ...logger.lines].join("\n");
  for (const secret of [APP_SECRET, TOKEN, AES_KEY, "access-token-1"]) expect(seen).not.toContain(secret);
});
