import { afterEach, beforeEach, expect, test } from "vitest";
import { createWecomAppChannel } from "../../../src/channels/wecom/app-channel.ts";
import { createWecomCrypto } from "../../../src/channels/wecom-crypto.ts";
import type { Channel, ChannelEvent, Post, WebhookRequest } from "../../../src/core/channel.ts";
import {
  createManualClock,
  createRecordingLogger,
  type ManualClock,
  type RecordingLogger,
} from "../../models/stand-in/clocks.ts";
import { signedRequest } from "./fake-bot-side.ts";
import { AES_KEY, AGENT, CORP, SECRET, startFakeWecom, TOKEN, type FakeWecom } from "./fake-wecom.ts";
import { createPost, createProgress, until } from "./post-fixture.ts";

const never = new AbortController().signal;
const SEND = "/cgi-bin/message/send";
const XML = `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><FromUserName><![CDATA[zhang]]></FromUserName><CreateTime>1409659813</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[hello]]></Content><MsgId>4561255354251345929</MsgId><AgentID>${AGENT}</AgentID></xml>`;

let clock: ManualClock;
let fake: FakeWecom;
let logger: RecordingLogger;
let channel: Channel;
let events: ChannelEvent[];
const crypto = createWecomCrypto({ name: "fake", token: TOKEN, encodingAesKey: AES_KEY, receiveId: CORP });

function create(changes: Partial<Parameters<typeof createWecomAppChannel>[0]> = {}): Channel {
  return createWecomAppChannel({
    name: "it",
    baseUrl: fake.baseUrl,
    corpId: CORP,
    agentId: AGENT,
    secrets: { token: TOKEN, encodingAesKey: AES_KEY, secret: SECRET },
    fetch,
    clock,
    logger,
    ...changes,
  });
}

beforeEach(async () => {
  clock = createManualClock();
  fake = await startFakeWecom(clock);
  logger = createRecordingLogger();
  events = [];
  channel = create();
  await channel.start(async (event) => void events.push(event));
});

afterEach(async () => {
  await fake.close();
  expect(fake.violations).toEqual([]);
  // Pitfall 23
  const logged = logger.lines.join("\n");
  for (const secret of [TOKEN, AES_KEY, SECRET, "token-1"]) expect(logged).not.toContain(secret);
});

function post(markdown: string, changes: Partial<Post> = {}): Post {
  return createPost(markdown, { conversation: { id: "zhang", kind: "direct" }, inReplyTo: "1" }, changes);
}

function query(text: string): URLSearchParams {
  return new URLSearchParams(text);
}

test("W1, pitfall 16: the check of the address gets exactly the echo string, its plus sign escaped or not", async () => {
  const echo = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==";
  const head = "msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1409659589&nonce=263014780&echostr=";
  for (const text of [head + encodeURIComponent(echo), head + echo]) {
    const reply = await channel.receive?.({ method: "GET", query: query(text), headers: {}, body: new Uint8Array() });
    expect(reply).toMatchObject({ status: 200, body: "1616140317555161061" });
  }
});

test("W2: the message of the document comes in with its whole id and is acknowledged with nothing", async () => {
  const encrypt =
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==";
  const reply = await channel.receive?.({
    method: "POST",
    query: query("msg_signature=477715d11cdb4164915debcba66cb864d751f3e6&timestamp=1409659813&nonce=1372623149"),
    headers: {},
    body: Buffer.from(
      `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt><AgentID><![CDATA[218]]></AgentID></xml>`,
    ),
  });
  expect(reply).toMatchObject({ status: 200, body: "" });
  expect(events).toMatchObject([
    {
      kind: "message",
      message: {
        id: "4561255354251345929",
        channel: "wecom-app",
        app: "it",
        conversation: { id: "mycreate", kind: "direct" },
        text: "hello",
        sentAt: 1_409_659_813_000,
      },
    },
  ]);
});

test("pitfall 17: a wrong receiver, broken XML, DOCTYPE and a wrong signature are refused before anybody sees them", async () => {
  const other = createWecomCrypto({ name: "t", token: TOKEN, encodingAesKey: AES_KEY, receiveId: "another-corp" });
  const good = signedRequest(crypto, XML, { form: "xml" });
  const body = Buffer.from(good.body).toString("utf8");
  const receive = async (request: WebhookRequest): Promise<number | undefined> =>
    (await channel.receive?.(request))?.status;
  expect(await receive(signedRequest(other, XML, { form: "xml" }))).toBe(400);
  expect(await receive({ ...good, body: Buffer.from(`<!DOCTYPE xml [<!ENTITY e "x">]>${body}`) })).toBe(400);
  expect(await receive(signedRequest(crypto, `<!DOCTYPE xml>${XML}`, { form: "xml" }))).toBe(400);
  expect(await receive({ ...good, body: Buffer.from(body.slice(0, -20)) })).toBe(400);
  expect(await receive({ ...good, body: Buffer.from(body.replace(/.{8}(?=\]\]><\/Encrypt>)/, "AAAAAAA=")) })).toBe(401);
  expect(await receive({ ...good, query: query("timestamp=1&nonce=2") })).toBe(401);
  expect(await receive({ ...good, query: query(`${good.query.toString()}x`) })).toBe(401);
  expect(await receive({ ...good, body: Buffer.from(XML) })).toBe(400);
  expect(events).toEqual([]);
  expect(await receive(good)).toBe(200);
  expect(events).toHaveLength(1);
});

test("a message that cannot be kept is not acknowledged", async () => {
  await channel.start(() => Promise.reject(new Error("disk full")));
  expect((await channel.receive?.(signedRequest(crypto, XML, { form: "xml" })))?.status).toBe(503);
});

test("sends to the member who asked, with a check for duplicates", async () => {
  const receipt = await channel.send(post("**Ten** days."), createProgress(), never);
  expect(receipt.messageIds).toHaveLength(1);
  expect(fake.calls.at(-1)?.body).toEqual({
    touser: "zhang",
    msgtype: "markdown",
    agentid: AGENT,
    markdown: { content: "**Ten** days." },
    safe: 0,
    enable_duplicate_check: 1,
    duplicate_check_interval: 60,
  });
  await channel.send(post("No idea."), createProgress(), never);
  expect(fake.calls.at(-1)?.body).toMatchObject({ msgtype: "text", text: { content: "No idea." } });
});

test("pitfall 15: a long answer goes in parts of at most 2048 bytes, in order", async () => {
  const answer = Array.from({ length: 60 }, (_, n) => `${n}. 退公寓的时候请先联系前台，然后归还门禁卡。`).join("\n");
  await channel.send(post(answer), createProgress(), never);
  expect(fake.posted.length).toBeGreaterThan(1);
  expect(fake.posted.map(({ content }) => content).join("\n")).toBe(answer);
});

test("pitfall 11: twenty sends with an expired token ask for one new token", async () => {
  await channel.send(post("first"), createProgress(), never);
  fake.expireTokens();
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      channel.send(post(`answer ${n}`), createProgress(), new AbortController().signal),
    ),
  );
  expect(fake.tokensIssued()).toBe(2);
  expect(fake.posted).toHaveLength(21);
});

test.each([40_001, 40_014, 42_001])("errcode %d makes it ask for a new token once", async (errcode) => {
  fake.fail(SEND, { errcode });
  await channel.send(post("a"), createProgress(), never);
  expect(fake.tokensIssued()).toBe(2);
});

test.each([
  [{ errcode: 45_009 }, "channel_limited", true],
  [{ errcode: -1 }, "channel_unreachable", true],
  [{ errcode: 60_020 }, "channel_unauthorised", false],
  [{ errcode: 81_013 }, "channel_rejected", false],
  [{ errcode: 0, extra: { invaliduser: "zhang" } }, "channel_rejected", false],
  [{ errcode: 0, extra: { unlicenseduser: "zhang" } }, "channel_rejected", false],
  [{ status: 200, body: "{}" }, "channel_rejected", false],
  [{ status: 502, body: "<html>" }, "channel_unknown_outcome", false],
  ["cut-before" as const, "channel_unknown_outcome", false],
])("pitfall 21: the reply %j is %s", async (fault, code, retryable) => {
  // An unknown outcome is tried three times under the platform's own check.
  fake.fail(SEND, fault, fault, fault);
  await expect(channel.send(post("a"), createProgress(), never)).rejects.toMatchObject({ code, retryable });
  expect(fake.posted).toEqual([]);
});

test("a message that may have arrived is sent again at once and shown once", async () => {
  fake.fail(SEND, "cut-after");
  await channel.send(post("a"), createProgress(), never);
  expect(fake.calls.filter(({ path }) => path === SEND)).toHaveLength(2);
  expect(fake.posted).toHaveLength(1);
});

test("after a restart it goes on: within the minute by the same check, later not at all", async () => {
  const begun = (ms: number): string => JSON.stringify({ next: 0, begunAt: clock.now() - ms, unknown: [], ids: [] });
  await channel.send(post("a"), createProgress(begun(10_000)), never);
  expect(fake.posted).toHaveLength(1);
  await expect(channel.send(post("b"), createProgress(begun(70_000)), never)).rejects.toMatchObject({
    code: "channel_unknown_outcome",
  });
  expect(fake.posted).toHaveLength(1);
});

test("one member gets at most 30 messages a minute; others do not wait", async () => {
  const sends = Array.from({ length: 31 }, (_, n) =>
    channel.send(post(`answer ${n}`), createProgress(), new AbortController().signal),
  );
  const other = createPost("hi", { conversation: { id: "li", kind: "direct" } });
  await channel.send(other, createProgress(), never);
  await until(() => fake.posted.length === 31 && clock.sleeping() > 0);
  await clock.advance(60_000);
  await Promise.all(sends);
  expect(fake.posted).toHaveLength(32);
});

test.each(["@all", "a|b"])("never writes to %s", async (id) => {
  const everybody = createPost("x", { conversation: { id, kind: "direct" } });
  await expect(channel.send(everybody, createProgress(), never)).rejects.toMatchObject({ code: "channel_rejected" });
  expect(fake.calls).toEqual([]);
});

test("withdraws what it sent", async () => {
  const { messageIds } = await channel.send(post("a"), createProgress(), never);
  await channel.recall?.(post("a").target, messageIds, never);
  expect(fake.calls.at(-1)).toMatchObject({ path: "/cgi-bin/message/recall", body: { msgid: messageIds[0] } });
});

test("doctor sees the app, or the remedy; no secret is in it", async () => {
  expect(await channel.check(never)).toMatchObject([
    { what: "token", status: "ok" },
    { what: "identity", status: "ok", detail: expect.stringContaining("Xianheng") },
  ]);
  const wrong = create({ secrets: { token: TOKEN, encodingAesKey: AES_KEY, secret: "wrong-secret-1" } });
  const [finding] = await wrong.check(never);
  expect(finding).toMatchObject({ what: "token", status: "failed", detail: expect.stringContaining("40001") });
  expect(JSON.stringify(finding)).not.toContain("wrong-secret-1");
  fake.fail("/cgi-bin/agent/get", { errcode: 60_020, errmsg: "not allow to access from your ip" });
  expect(await channel.check(never)).toMatchObject([{ status: "failed", detail: expect.stringContaining("trusted") }]);
  fake.fail("/cgi-bin/agent/get", { errcode: 0, extra: { name: "Xianheng", close: 1 } });
  expect(await channel.check(never)).toMatchObject([{}, { what: "identity", status: "failed" }]);
});

test("a wrong key in the config is named without its value", () => {
  const secrets = { token: TOKEN, encodingAesKey: "not-a-key-at-all", secret: SECRET };
  expect(() => create({ secrets })).toThrow(/^wecom-app "it": the EncodingAESKey must be/);
});
