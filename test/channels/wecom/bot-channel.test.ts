import { afterEach, beforeEach, expect, test } from "vitest";
import { createWecomBotChannel } from "../../../src/channels/wecom/bot-channel.ts";
import { createWecomCrypto } from "../../../src/channels/wecom-crypto.ts";
import type { Channel, ChannelEvent, Post, SendProgress, WebhookReply } from "../../../src/core/channel.ts";
import type { Message } from "../../../src/core/message.ts";
import {
  createManualClock,
  createRecordingLogger,
  settle,
  type ManualClock,
  type RecordingLogger,
} from "../../models/stand-in/clocks.ts";
import { createBotSide, signedRequest, type FakeBotSide } from "./fake-bot-side.ts";
import { AES_KEY, startFakeWecom, TOKEN, type FakeWecom } from "./fake-wecom.ts";
import { createPost, createProgress, targetOf, until } from "./post-fixture.ts";

const never = new AbortController().signal;
const UNAVAILABLE: WebhookReply = { status: 503 };

let clock: ManualClock;
let fake: FakeWecom;
let logger: RecordingLogger;
let channel: Channel;
let side: FakeBotSide;
let events: ChannelEvent[];
let takeIn: (event: ChannelEvent) => Promise<void>;

/** A new process: nothing of the old one's memory is left. */
async function restart(): Promise<void> {
  channel = createWecomBotChannel({
    name: "hr",
    baseUrl: fake.baseUrl,
    botName: "RobotA",
    secrets: { token: TOKEN, encodingAesKey: AES_KEY },
    fetch,
    clock,
    logger,
  });
  await channel.start((event) => takeIn(event));
}

beforeEach(async () => {
  clock = createManualClock();
  fake = await startFakeWecom(clock);
  logger = createRecordingLogger();
  events = [];
  takeIn = async (event) => void events.push(event);
  side = createBotSide(fake, {
    clock,
    receive: () => (request) => channel.receive?.(request) ?? Promise.resolve(UNAVAILABLE),
  });
  await restart();
});

afterEach(async () => {
  await fake.close();
  expect(fake.violations).toEqual([]);
  // Pitfall 23: no log line has a secret in it.
  const logged = logger.lines.join("\n");
  for (const secret of [TOKEN, AES_KEY, "response_code"]) expect(logged).not.toContain(secret);
});

function messages(): Message[] {
  return events.flatMap((event) => (event.kind === "message" ? [event.message] : []));
}

function lastMessage(): Message {
  const message = messages().at(-1);
  if (message === undefined) throw new Error("no message came in");
  return message;
}

function answerTo(message: Message, markdown: string, changes: Partial<Post> = {}): Post {
  return createPost(markdown, targetOf(message), changes);
}

function responses(): string[] {
  return fake.posted.map(({ content }) => content);
}

test("hands a line in and answers at once with an empty, unfinished bubble that takes feedback", async () => {
  const id = await side.say("@RobotA  how much leave?");
  expect(fake.bubbles.get(id)).toMatchObject({ content: "", finishes: 0, feedbackId: id });
  expect(lastMessage()).toMatchObject({
    id: "M1",
    channel: "wecom-bot",
    app: "hr",
    conversation: { id: "CHATid", kind: "group" },
    sender: { id: "zhang", isBot: false },
    text: "how much leave?",
    mentions: { bot: true, others: [] },
  });
});

test("the bubble waits for the disk, and a line that is not kept is refused", async () => {
  takeIn = () => Promise.reject(new Error("disk full"));
  const inner = { msgid: "M", from: { userid: "u" }, msgtype: "text", text: { content: "q" } };
  expect((await side.call(inner)).status).toBe(503);
});

test("pitfall 18: polls get a text that only grows and its end once", async () => {
  const id = await side.say("@RobotA q");
  const stream = await channel.openStream?.(answerTo(lastMessage(), ""), createProgress(), never);
  expect(await side.poll(id)).toMatchObject({ content: "", finish: false });
  stream?.update("Ten");
  expect(await side.poll(id)).toMatchObject({ content: "Ten", finish: false });
  stream?.update("Ten days");
  // Four polls within a second, side by side.
  const frames = await Promise.all([side.poll(id), side.poll(id), side.poll(id), side.poll(id)]);
  expect(frames.map((frame) => frame?.content)).toEqual(["Ten days", "Ten days", "Ten days", "Ten days"]);
  const finished = stream?.finish(answerTo(lastMessage(), "Ten days [1]."));
  expect(await side.poll(id)).toMatchObject({ content: "Ten days [1].", finish: true });
  expect(await finished).toEqual({ messageIds: [id] });
  expect(await side.poll(id)).toMatchObject({ content: "Ten days [1].", finish: true });
  await clock.advance(60_000);
  expect(fake.posted).toEqual([]);
});

test("pitfall 18: an id that is not ours is ended with nothing", async () => {
  expect(await side.poll("who-knows")).toMatchObject({ id: "who-knows", content: "", finish: true });
  expect(await side.poll("a-b-c")).toMatchObject({ content: "", finish: true });
});

test("an answer that is sent whole goes into the bubble with its sources", async () => {
  const id = await side.say("@RobotA q");
  const citation = { n: 1, source: "a.md", title: "Leave", headings: [], quote: "q", chunkId: "c" };
  const sent = channel.send(answerTo(lastMessage(), "Ten [1].", { citations: [citation] }), createProgress(), never);
  await settle();
  expect(await side.poll(id)).toMatchObject({ content: "Ten [1].\n\n[1] Leave — a.md", finish: true });
  expect(await sent).toEqual({ messageIds: [id] });
});

test("pitfall 19: an answer that nobody polls for 15 s goes to the response address once", async () => {
  const id = await side.say("@RobotA q");
  const progress = createProgress();
  const sent = channel.send(answerTo(lastMessage(), "Ten."), progress, never);
  await clock.advance(14_999);
  expect(fake.calls).toEqual([]);
  await clock.advance(1);
  expect(await sent).toEqual({ messageIds: [id] });
  expect(responses()).toEqual(["Ten."]);
  expect(fake.posted[0]?.body).toEqual({ msgtype: "markdown", markdown: { content: "Ten.", feedback: { id } } });
  // A late poll ends the bubble and does not show the answer a second time.
  expect(await side.poll(id)).toMatchObject({ content: "", finish: true });
  // The same post again, as after a lost note that it was sent.
  expect(await channel.send(answerTo(lastMessage(), "Ten."), progress, never)).toEqual({ messageIds: [id] });
  expect(fake.calls).toHaveLength(1);
});

test.each([
  ["another host", () => "http://127.0.0.1:1/cgi-bin/aibot/response?response_code=x"],
  ["a name that begins like ours", () => `${fake.baseUrl}.evil.example/cgi-bin/aibot/response?response_code=x`],
  ["a user in front of another host", () => `${fake.baseUrl}@evil.example/x`],
  ["a user in front of ours", () => fake.baseUrl.replace("http://", "http://user:pass@")],
  ["another scheme", () => "file:///etc/passwd"],
  ["no address", () => "not an address"],
])("pitfall 19: no answer goes to %s", async (_what, url) => {
  await side.say("@RobotA q", { response_url: url() });
  const sent = channel.send(answerTo(lastMessage(), "Ten."), createProgress(), never);
  const failed = expect(sent).rejects.toMatchObject({ code: "channel_rejected" });
  await clock.advance(400_000);
  await failed;
  expect(fake.calls).toEqual([]);
});

test("without a response address the answer waits a minute for a poll", async () => {
  const id = await side.say("@RobotA q", { response_url: undefined });
  const sent = channel.send(answerTo(lastMessage(), "Ten."), createProgress(), never);
  await clock.advance(55_000);
  expect(await side.poll(id)).toMatchObject({ content: "Ten.", finish: true });
  expect(await sent).toEqual({ messageIds: [id] });
});

test("a redirect of the response address is not followed", async () => {
  await side.say("@RobotA q");
  fake.fail("/cgi-bin/aibot/response", { status: 302, body: "", headers: { location: `${fake.baseUrl}/elsewhere` } });
  const sent = channel.send(answerTo(lastMessage(), "Ten."), createProgress(), never);
  const failed = expect(sent).rejects.toMatchObject({ code: "channel_rejected" });
  await clock.advance(15_000);
  await failed;
  expect(fake.calls.map(({ path }) => path)).toEqual(["/cgi-bin/aibot/response"]);
});

test("pitfall 21: an errcode in an HTTP 200 is a failure", async () => {
  await side.say("@RobotA q");
  fake.fail("/cgi-bin/aibot/response", { errcode: 40_008, errmsg: "bad" });
  const sent = channel.send(answerTo(lastMessage(), "Ten."), createProgress(), never);
  const failed = expect(sent).rejects.toMatchObject({
    code: "channel_rejected",
    message: expect.stringContaining("40008"),
  });
  await clock.advance(15_000);
  await failed;
});

test("after a fault that used nothing up the address is tried again", async () => {
  await side.say("@RobotA q");
  const progress = createProgress();
  fake.fail("/cgi-bin/aibot/response", { errcode: 45_009 });
  const limited = expect(channel.send(answerTo(lastMessage(), "Ten."), progress, never)).rejects.toMatchObject({
    code: "channel_limited",
    retryable: true,
  });
  await clock.advance(15_000);
  await limited;
  const again = channel.send(answerTo(lastMessage(), "Ten."), progress, never);
  await clock.advance(20_000);
  await again;
  expect(responses()).toEqual(["Ten."]);
});

test("an unknown outcome of the response address is never repeated, not even after a restart", async () => {
  await side.say("@RobotA q");
  const progress = createProgress();
  fake.fail("/cgi-bin/aibot/response", "cut-after");
  const unknown = expect(channel.send(answerTo(lastMessage(), "Ten."), progress, never)).rejects.toMatchObject({
    code: "channel_unknown_outcome",
  });
  await clock.advance(15_000);
  await unknown;
  await restart();
  await expect(channel.send(answerTo(lastMessage(), "Ten."), progress, never)).rejects.toMatchObject({
    code: "channel_unknown_outcome",
  });
  expect(fake.calls).toHaveLength(1);
  expect(responses()).toEqual(["Ten."]);
});

test("a restart between line and answer: polls wait, then get the answer in the same bubble", async () => {
  const id = await side.say("@RobotA q");
  const message = lastMessage();
  await restart();
  expect(await side.poll(id)).toBeUndefined();
  const sent = channel.send(answerTo(message, "Ten."), createProgress(), never);
  await settle();
  expect(await side.poll(id)).toMatchObject({ content: "Ten.", finish: true });
  await sent;
  expect(fake.posted).toEqual([]);
});

test("a restart between line and answer, and no poll any more: the answer goes to the response address", async () => {
  await side.say("@RobotA q");
  const message = lastMessage();
  await restart();
  const sent = channel.send(answerTo(message, "Ten."), createProgress(), never);
  await clock.advance(15_000);
  await sent;
  expect(responses()).toEqual(["Ten."]);
});

test("a restart in the middle of an answer: what was shown stays, the new text goes on below it", async () => {
  const id = await side.say("@RobotA q");
  const message = lastMessage();
  const progress = createProgress();
  const stream = await channel.openStream?.(answerTo(message, ""), progress, never);
  stream?.update("Ten days, I th");
  expect(await side.poll(id)).toMatchObject({ content: "Ten days, I th", finish: false });
  await restart();
  const sent = channel.send(answerTo(message, "Twelve days."), progress, never);
  await settle();
  expect(await side.poll(id)).toMatchObject({ content: "Ten days, I th\n\n---\n\nTwelve days.", finish: true });
  await sent;
});

test("a kill right after a poll took the answer brings it no second way", async () => {
  const id = await side.say("@RobotA q");
  const message = lastMessage();
  const progress = createProgress();
  void channel.send(answerTo(message, "Ten."), progress, never);
  await settle();
  await side.poll(id);
  await restart();
  const again = expect(channel.send(answerTo(message, "Ten."), progress, never)).rejects.toMatchObject({
    code: "channel_unknown_outcome",
  });
  await clock.advance(15_000);
  await again;
  expect(fake.calls).toEqual([]);
});

test("a kill before the poll's reply arrived: the next poll gets it", async () => {
  const id = await side.say("@RobotA q");
  const message = lastMessage();
  await restart();
  const progress = createProgress(JSON.stringify({ stage: "taken", shown: "Ten." }));
  const sent = channel.send(answerTo(message, "Ten."), progress, never);
  await settle();
  expect(await side.poll(id)).toMatchObject({ content: "Ten.", finish: true });
  expect(await sent).toEqual({ messageIds: [id] });
});

test("what cannot be saved is not shown", async () => {
  const id = await side.say("@RobotA q");
  let isFull = true;
  const progress = createProgress();
  const full: SendProgress = {
    saved: undefined,
    save: (state) => (isFull ? Promise.reject(new Error("disk full")) : progress.save(state)),
  };
  const sent = channel.send(answerTo(lastMessage(), "Ten."), full, never);
  await settle();
  expect(await side.poll(id)).toMatchObject({ content: "", finish: false });
  isFull = false;
  expect(await side.poll(id)).toMatchObject({ content: "Ten.", finish: true });
  await sent;
});

test("two answers to one line: the second takes the response address, a third has no way", async () => {
  const id = await side.say("@RobotA q");
  const first = channel.send(answerTo(lastMessage(), "One."), createProgress(), never);
  await settle();
  await side.poll(id);
  await first;
  await channel.send(answerTo(lastMessage(), "Two.", { idempotencyKey: "key-2" }), createProgress(), never);
  expect(responses()).toEqual(["Two."]);
  await expect(
    channel.send(answerTo(lastMessage(), "Three.", { idempotencyKey: "key-3" }), createProgress(), never),
  ).rejects.toMatchObject({ code: "channel_rejected" });
});

test("pitfall 15: a long answer fills the bubble and the rest follows once", async () => {
  const id = await side.say("@RobotA q");
  const paragraph = `${"退公寓时请先联系前台。".repeat(20)}\n\n`;
  const answer = paragraph.repeat(45).trim();
  const progress = createProgress();
  const stream = await channel.openStream?.(answerTo(lastMessage(), ""), progress, never);
  for (let end = 1000; end < answer.length; end += 1500) {
    stream?.update(answer.slice(0, end));
    await side.poll(id);
  }
  const finished = stream?.finish(answerTo(lastMessage(), answer));
  await settle();
  const last = await side.poll(id);
  await finished;
  expect(last?.finish).toBe(true);
  expect(responses()).toHaveLength(1);
  const shown = [last?.content ?? "", ...responses()].join("\n\n");
  expect(shown).toBe(answer);
});

test("what is longer than bubble and response together is marked as cut", async () => {
  const id = await side.say("@RobotA q");
  const sent = channel.send(answerTo(lastMessage(), `${"字".repeat(500)}。\n\n`.repeat(40)), createProgress(), never);
  await settle();
  await side.poll(id);
  await sent;
  expect(responses()[0]?.endsWith("…")).toBe(true);
});

test("silence ends the bubble with nothing", async () => {
  const id = await side.say("@RobotA q");
  await channel.stayQuiet?.(targetOf(lastMessage()));
  expect(await side.poll(id)).toMatchObject({ content: "", finish: true });
});

test("an abandoned answer ends with what was shown, and a line of honesty may still follow in it", async () => {
  const id = await side.say("@RobotA q");
  const stream = await channel.openStream?.(answerTo(lastMessage(), ""), createProgress(), never);
  stream?.update("Ten");
  await stream?.abandon();
  const sent = channel.send(
    answerTo(lastMessage(), "I found nothing.", { kind: "decline", idempotencyKey: "key-2" }),
    createProgress(),
    never,
  );
  await settle();
  expect(await side.poll(id)).toMatchObject({ content: "I found nothing.", finish: true });
  await sent;
});

test("a bubble that nobody fills is closed before WeCom gives up, and a later answer takes the response address", async () => {
  const id = await side.say("@RobotA q");
  await clock.advance(331_000);
  expect(await side.poll(id)).toMatchObject({ content: "", finish: true });
  await channel.send(answerTo(lastMessage(), "Ten."), createProgress(), never);
  expect(responses()).toEqual(["Ten."]);
});

test("an hour later there is no way left, and nothing is tried", async () => {
  await side.say("@RobotA q");
  await clock.advance(3_600_000);
  await expect(channel.send(answerTo(lastMessage(), "Ten."), createProgress(), never)).rejects.toMatchObject({
    code: "channel_rejected",
    retryable: false,
  });
  expect(fake.calls).toEqual([]);
});

test("a repeated delivery gets the same bubble", async () => {
  const id = await side.say("@RobotA q", { msgid: "SAME" });
  expect(await side.say("@RobotA q", { msgid: "SAME" })).toBe(id);
  expect(messages().map((message) => message.id)).toEqual(["SAME", "SAME"]);
  expect(messages()[0]?.replyContext).toContain(id);
});

test("a line that comes again after a restart gets the bubble that its answer goes to", async () => {
  const id = await side.say("@RobotA q", { msgid: "SAME" });
  const message = lastMessage();
  await restart();
  await clock.advance(3000);
  expect(await side.say("@RobotA q", { msgid: "SAME" })).toBe(id);
  const sent = channel.send(answerTo(message, "Ten."), createProgress(), never);
  await settle();
  expect(await side.poll(id)).toMatchObject({ content: "Ten.", finish: true });
  await sent;
});

test("a bubble of an earlier process that nobody fills is ended in time", async () => {
  const id = await side.say("@RobotA q");
  await restart();
  expect(await side.poll(id)).toBeUndefined();
  await clock.advance(330_000);
  expect(await side.poll(id)).toMatchObject({ content: "", finish: true });
});

test("a cancelled send says so and leaves the bubble to be filled again", async () => {
  const id = await side.say("@RobotA q");
  const giving = new AbortController();
  const progress = createProgress();
  const sent = channel.send(answerTo(lastMessage(), "Ten."), progress, giving.signal);
  await settle();
  giving.abort();
  await expect(sent).rejects.toMatchObject({ code: "aborted" });
  const again = channel.send(answerTo(lastMessage(), "Ten."), progress, never);
  await settle();
  expect(await side.poll(id)).toMatchObject({ content: "Ten.", finish: true });
  await again;
});

test("mentions and thoughts in an answer do nothing, whenever the text is cut", async () => {
  const id = await side.say("@RobotA q");
  const answer = "Ask <@all> or <think>no</think> in <div>.";
  const stream = await channel.openStream?.(answerTo(lastMessage(), ""), createProgress(), never);
  for (let end = 1; end <= answer.length; end += 1) {
    stream?.update(answer.slice(0, end));
    await side.poll(id);
  }
  const finished = stream?.finish(answerTo(lastMessage(), answer));
  const last = await side.poll(id);
  await finished;
  expect(last?.content).toBe("Ask <\u200b@all> or <\u200bthink>no<\u200b/think> in <div>.");
});

test("a notice to nobody is refused with the remedy", async () => {
  const post = createPost("news", { conversation: { id: "CHATid", kind: "group" } });
  await expect(channel.send(post, createProgress(), never)).rejects.toMatchObject({
    code: "channel_rejected",
    message: expect.stringContaining("wecom-hook"),
  });
});

test("a vote on a bubble is handed in and answered with nothing", async () => {
  const reply = await side.call({
    msgid: "E1",
    chatid: "CHATid",
    chattype: "group",
    from: { userid: "zhang" },
    create_time: 1_700_000_000,
    msgtype: "event",
    event: {
      eventtype: "feedback_event",
      feedback_event: { id: "stream-1", type: 2, content: "wrong", inaccurate_reason_list: [2, 4] },
    },
  });
  expect(reply).toMatchObject({ status: 200, body: "" });
  expect(events).toEqual([
    {
      kind: "feedback",
      eventId: "E1",
      feedback: {
        channel: "wecom-bot",
        app: "hr",
        conversationId: "CHATid",
        messageId: "stream-1",
        userId: "zhang",
        vote: "down",
        comment: "wrong; reasons: 2, 4",
        at: 1_700_000_000_000,
      },
    },
  ]);
});

test.each([
  ["enter_chat", { msgtype: "event", event: { eventtype: "enter_chat" } }],
  ["template_card_event", { msgtype: "event", event: { eventtype: "template_card_event" } }],
  ["a line of the system", { from: { userid: "sys" }, msgtype: "text", text: { content: "x" } }],
  ["an unknown kind", { msgtype: "hologram" }],
])("acknowledges and ignores %s", async (_what, inner) => {
  const reply = await side.call({ msgid: "E", from: { userid: "u" }, ...inner });
  expect(reply).toMatchObject({ status: 200, body: "" });
  expect(events).toEqual([]);
});

test("pitfall 17: what is not signed, not for us or broken is refused before anybody sees it", async () => {
  const inner = JSON.stringify({ msgid: "M", from: { userid: "u" }, msgtype: "text", text: { content: "q" } });
  const other = createWecomCrypto({ name: "t", token: TOKEN, encodingAesKey: AES_KEY, receiveId: "somebody" });
  const wrongToken = createWecomCrypto({ name: "t", token: "x", encodingAesKey: AES_KEY, receiveId: "" });
  const good = signedRequest(side.crypto, inner);
  const receive = async (request: typeof good): Promise<number | undefined> =>
    (await channel.receive?.(request))?.status;
  expect(await receive(signedRequest(other, inner))).toBe(400);
  expect(await receive(signedRequest(wrongToken, inner))).toBe(401);
  expect(await receive({ ...good, query: new URLSearchParams() })).toBe(401);
  expect(await receive({ ...good, body: Buffer.from(JSON.stringify({ encrypt: "AAAA" })) })).toBe(401);
  expect(await receive({ ...good, body: Buffer.from("{") })).toBe(400);
  expect(await receive({ ...good, body: Buffer.from(inner) })).toBe(400);
  expect(await receive({ ...good, method: "PUT" })).toBe(405);
  expect(await receive(signedRequest(side.crypto, "{}"))).toBe(400);
  expect(await receive(signedRequest(side.crypto, "no JSON"))).toBe(400);
  expect(await receive(good)).toBe(200);
  expect(messages()).toHaveLength(1);
});

test("tolerates the other names of signature and envelope", async () => {
  const inner = JSON.stringify({ msgid: "M", from: { userid: "u" }, msgtype: "text", text: { content: "q" } });
  const good = signedRequest(side.crypto, inner);
  for (const name of ["msgsignature", "signature"]) {
    const query = new URLSearchParams(good.query);
    query.set(name, query.get("msg_signature") ?? "");
    query.delete("msg_signature");
    const body = Buffer.from(Buffer.from(good.body).toString("utf8").replace('"encrypt"', '"Encrypt"'));
    expect((await channel.receive?.({ ...good, query, body }))?.status).toBe(200);
  }
});

test("answers the check of the address with exactly what was encrypted", async () => {
  const request = (echo: string): Promise<WebhookReply> | undefined => {
    const encrypt = side.crypto.encrypt(echo);
    const signed = { timestamp: "1", nonce: "2", encrypt };
    const query = new URLSearchParams({
      msg_signature: side.crypto.sign(signed),
      timestamp: "1",
      nonce: "2",
      echostr: encrypt,
    });
    return channel.receive?.({ method: "GET", query, headers: {}, body: new Uint8Array() });
  };
  expect(await request(' "1616"\n')).toMatchObject({ status: 200, body: ' "1616"\n' });
});

test("takes nothing in before it has started and after it has stopped", async () => {
  await channel.stop();
  const inner = { msgid: "M", from: { userid: "u" }, msgtype: "text", text: { content: "q" } };
  expect((await side.call(inner)).status).toBe(503);
});

test("doctor is told that there is nothing to ask", async () => {
  expect(await channel.check(never)).toMatchObject([{ what: "callback", status: "skipped" }]);
});

test("polls until the end as WeCom does, on the clock", async () => {
  const id = await side.say("@RobotA q");
  const stream = await channel.openStream?.(answerTo(lastMessage(), ""), createProgress(), never);
  const words = "In the first week you hand in the form and the key.".split(" ");
  let finished: Promise<unknown> | undefined;
  for (let poll = 0; fake.bubbles.get(id)?.finishes === 0; poll += 1) {
    await clock.advance(400);
    const text = words.slice(0, poll + 1).join(" ");
    if (poll < words.length) stream?.update(text);
    else finished ??= stream?.finish(answerTo(lastMessage(), words.join(" ")));
    await side.poll(id);
  }
  await finished;
  await until(() => fake.bubbles.get(id)?.finishes === 1);
  expect(fake.bubbles.get(id)?.content).toBe(words.join(" "));
  expect(fake.posted).toEqual([]);
});
