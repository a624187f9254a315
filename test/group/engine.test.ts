import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { createQuietHours } from "../../src/group/quiet-hours.ts";
import { answerAll, openRoom, PLACE_KEY, POLICY, recordingStream } from "./room.ts";

const AT_US = { mentions: { bot: true, others: [] } };

test("answers an unasked question after people had their time, as a reply to it", async () => {
  const room = await openRoom();
  await room.says("m1", "请问退公寓要提前几天？");
  await room.passes(19_000);
  expect(room.asked).toEqual([]);
  await room.passes(2000);
  expect(room.shown).toMatchObject([
    {
      markdown: "answer to 请问退公寓要提前几天？",
      kind: "answer",
      target: { inReplyTo: "m1", asker: { id: "ann" } },
    },
  ]);
  expect(await room.record("m1")).toMatchObject({
    outcome: "answered",
    postKey: room.shown[0]?.idempotencyKey,
    gateVersion: "g1",
    policyVersion: "p1",
    scores: { answerable: 0.8 },
    usage: { prompt: 10, completion: 5 },
  });
});

test("a mention does not wait", async () => {
  const room = await openRoom();
  await room.says("m1", "退公寓要提前几天？", AT_US);
  expect(room.shown).toHaveLength(1);
  expect(room.scored).toEqual([]);
});

test("keeps quiet on chit-chat, and no model is asked", async () => {
  const room = await openRoom();
  for (let line = 0; line < 20; line++)
    await room.says(`m${line}`, "哈哈哈", { sender: { id: `p${line}`, isBot: false } });
  await room.passes(60_000);
  expect(room.shown).toEqual([]);
  expect(room.asked).toEqual([]);
  expect(await room.record("m3")).toMatchObject({ outcome: "declined", reason: "not-a-question" });
});

test("a burst is one message, and the chat around a question does not spoil it", async () => {
  const room = await openRoom({
    score: (text) => ({
      question: 0.9,
      answerable: 0.9,
      threshold: 0.5,
      speak: text === "公寓怎么退？",
      reason: "unanswerable",
    }),
  });
  await room.says("m1", "大家早上好");
  await room.passes(5000);
  await room.says("m2", "公寓怎么退？");
  await room.passes(2000);
  await room.says("m3", "急");
  await room.passes(40_000);
  expect(room.shown).toMatchObject([{ markdown: "answer to 公寓怎么退？", target: { inReplyTo: "m2" } }]);
  expect(await room.record("m1")).toMatchObject({ outcome: "joined", leadId: "hr/bot/m2" });
});

test("the lines of two members are never one message", async () => {
  const room = await openRoom();
  await room.says("m1", "公寓");
  await room.says("m2", "真的？", { sender: { id: "bob", isBot: false } });
  await room.passes(60_000);
  expect(room.scored).toEqual(["公寓", "真的？"]);
  expect(room.shown).toEqual([]);
});

test("a person's reply cancels an unasked answer", async () => {
  const room = await openRoom();
  await room.says("m1", "请问退公寓要提前几天？");
  await room.passes(5000);
  await room.says("m2", "三天", { sender: { id: "bob", isBot: false }, quoted: { id: "m1", senderId: "ann" } });
  await room.passes(60_000);
  expect(room.asked).toEqual([]);
  expect(await room.record("m1")).toMatchObject({ outcome: "declined", reason: "human-first" });
});

test("a person who answers while the model writes is not talked over", async () => {
  const room = await openRoom({
    async ask(request) {
      await room
        .says("m2", "三天", { sender: { id: "bob", isBot: false }, quoted: { id: "m1", senderId: "ann" } })
        .catch(() => undefined);
      return answerAll(request);
    },
    policy: { humanFirstMs: 0 },
  });
  void room.engine.intake({
    kind: "message",
    message: {
      id: "m1",
      channel: "hr",
      app: "bot",
      conversation: { id: "g1", kind: "group" },
      sender: { id: "ann", isBot: false },
      text: "请问退公寓要提前几天？",
      parts: [],
      mentions: { bot: false, others: [] },
      sentAt: room.clock.now(),
    },
  });
  await room.engine.whenQuiet();
  // The question within the ask: whenQuiet inside it would wait for itself, so the line only goes to the disk.
  await Promise.race([room.passes(60_000), new Promise((resolve) => setTimeout(resolve, 500))]);
  expect(room.shown).toEqual([]);
});

test("a question that was taken back is not answered", async () => {
  const room = await openRoom();
  await room.says("m1", "请问退公寓要提前几天？");
  await room.passes(5000);
  await room.recalls("m1");
  await room.passes(60_000);
  expect(room.asked).toEqual([]);
  expect(await room.record("m1")).toMatchObject({ outcome: "recalled" });
});

test("leaves alone what bots say and what is said to others", async () => {
  const room = await openRoom();
  await room.says("m1", "退公寓要提前几天？", { sender: { id: "robot", isBot: true } });
  await room.says("m2", "退公寓要提前几天？", { mentions: { bot: false, others: ["bob"] } });
  await room.says("m3", "退公寓要提前几天？", { quoted: { id: "m0", senderId: "bob" } });
  await room.passes(60_000);
  expect(room.shown).toEqual([]);
  expect(room.scored).toEqual([]);
  expect(await room.record("m1")).toMatchObject({ outcome: "heard", reason: "bot" });
  expect(await room.record("m2")).toMatchObject({ outcome: "declined", reason: "addressed-to-someone-else" });
  expect(await room.record("m3")).toMatchObject({ outcome: "declined", reason: "addressed-to-someone-else" });
});

test("a repeated delivery is one question", async () => {
  const room = await openRoom();
  await room.says("m1", "退公寓要提前几天？", AT_US);
  await room.says("m1", "退公寓要提前几天？", AT_US);
  expect(room.shown).toHaveLength(1);
});

test("a fault of the model or the gate posts nothing", async () => {
  const room = await openRoom({
    score(text) {
      if (text.includes("gate")) throw new AppError("index_missing", "no index");
      return { question: 1, answerable: 1, threshold: 0, speak: true };
    },
    ask: async () => {
      throw new AppError("model_unreachable", "nobody there");
    },
  });
  await room.says("m1", "gate 公寓？");
  await room.says("m2", "公寓？", { ...AT_US, sender: { id: "bob", isBot: false } });
  await room.passes(60_000);
  expect(room.shown).toEqual([]);
  expect(await room.record("m1")).toMatchObject({ outcome: "failed", code: "index_missing" });
  expect(await room.record("m2")).toMatchObject({ outcome: "failed", code: "model_unreachable" });
});

test("says one honest line to who asked by name, once a minute", async () => {
  const room = await openRoom({
    ask: async () => ({ outcome: { kind: "declined", reason: "unanswerable" }, steps: [] }),
  });
  await room.says("m1", "火星上有公寓吗？", AT_US);
  await room.says("m2", "金星上有公寓吗？", AT_US);
  expect(room.shown.map(({ kind }) => kind)).toEqual(["decline"]);
  await room.passes(61_000);
  await room.says("m3", "木星上有公寓吗？", AT_US);
  expect(room.shown).toHaveLength(2);
});

test("a model that hangs holds up nobody else", async () => {
  const room = await openRoom({
    ask: (request, signal) =>
      request.question.includes("慢")
        ? new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
        : answerAll(request),
  });
  const line = (id: string, text: string, group: string) =>
    room.engine.intake({
      kind: "message",
      message: {
        id,
        channel: "hr",
        app: "bot",
        conversation: { id: group, kind: "group" },
        sender: { id: "ann", isBot: false },
        text,
        parts: [],
        mentions: { bot: true, others: [] },
        sentAt: room.clock.now(),
      },
    });
  await line("m1", "慢？", "g1");
  await line("m2", "快？", "g2");
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(room.shown).toMatchObject([{ target: { inReplyTo: "m2" } }]);
  // The one that hangs ends by its time limit, without a word.
  const quiet = room.engine.whenQuiet();
  void room.clock.advance(200_000, async () => new Promise((resolve) => setTimeout(resolve, 5)));
  await quiet;
  expect(room.shown).toHaveLength(1);
  expect(await room.record("m1")).toMatchObject({ outcome: "failed", code: "timeout" });
});

test("what waits for a time goes on after a restart, and nothing is posted twice", async () => {
  const room = await openRoom();
  await room.says("m1", "请问退公寓要提前几天？");
  await room.passes(5000);
  await room.engine.stop();
  const again = await openRoom({ store: room.store, clock: room.clock, owner: "two" });
  await again.says("m1", "请问退公寓要提前几天？");
  await again.passes(60_000);
  expect([...room.shown, ...again.shown]).toHaveLength(1);
});

test("the backlog of a long stop is only logged", async () => {
  const room = await openRoom();
  await room.says("m1", "请问退公寓要提前几天？");
  await room.engine.stop();
  await room.clock.advance(1_000_000, async () => undefined);
  const again = await openRoom({ store: room.store, clock: room.clock, owner: "two" });
  await again.passes(60_000);
  expect(again.shown).toEqual([]);
  expect(await again.record("m1")).toMatchObject({ outcome: "expired", reason: "too-old" });
});

test("a platform that is busy is tried again with the same key, in order", async () => {
  const room = await openRoom({
    onSend(_, attempt) {
      if (attempt < 3) throw new AppError("channel_limited", "too fast", { retryable: true });
    },
  });
  await room.says("m1", "一号公寓？", AT_US);
  await room.says("m2", "二号公寓？", { ...AT_US, sender: { id: "bob", isBot: false } });
  await room.passes(60_000);
  expect(room.shown.map(({ target }) => target.inReplyTo)).toEqual(["m1", "m2"]);
});

test("an unknown outcome is not repeated where the platform would show it twice", async () => {
  const unknown = () => {
    throw new AppError("channel_unknown_outcome", "no reply");
  };
  const room = await openRoom({ abilities: { sendsOnce: false }, onSend: unknown });
  await room.says("m1", "一号公寓？", AT_US);
  await room.passes(600_000);
  expect(await room.store.unsentPosts(PLACE_KEY)).toEqual([]);
  expect(await room.record("m1")).toMatchObject({
    outcome: "answered",
    code: "channel_unknown_outcome",
    extra: { post: "unknown" },
  });
});

test("the budget holds, and over it no model is asked", async () => {
  const room = await openRoom({ policy: { attention: { ...POLICY.attention, perHour: 2 } } });
  for (let line = 1; line <= 4; line++) {
    await room.says(`m${line}`, `公寓 ${line}？`, { ...AT_US, sender: { id: `p${line}`, isBot: false } });
  }
  await room.passes(60_000);
  expect(room.shown).toHaveLength(2);
  expect(room.asked).toHaveLength(2);
  expect(await room.record("m3")).toMatchObject({ outcome: "declined", reason: "over-budget" });
});

test("the gap is from send to send", async () => {
  const room = await openRoom({ policy: { attention: { ...POLICY.attention, minGapMs: 30_000 } } });
  await room.says("m1", "公寓一？", AT_US);
  await room.says("m2", "公寓二？", { ...AT_US, sender: { id: "bob", isBot: false } });
  await room.passes(29_000);
  expect(room.shown).toHaveLength(1);
  await room.passes(1100);
  expect(room.shown).toHaveLength(2);
});

test("what is asked at night is said in one digest in the morning", async () => {
  const quiet = createQuietHours({ spans: ["00:00-08:00"], timezone: "UTC" });
  const { createFakeClock } = await import("./fake-clock.ts");
  const midnight = Date.UTC(2026, 10, 24, 7, 50);
  const room = await openRoom({
    clock: createFakeClock(midnight),
    policy: { attention: { ...POLICY.attention, quiet } },
  });
  await room.says("m1", "公寓一？", AT_US);
  await room.says("m2", "公寓二？", { ...AT_US, sender: { id: "bob", isBot: false } });
  await room.passes(9 * 60_000);
  expect(room.shown).toEqual([]);
  await room.passes(2 * 60_000);
  expect(room.shown).toHaveLength(1);
  expect(room.shown[0]?.markdown).toMatch(/answer to 公寓一[\s\S]*answer to 公寓二/);
});

test("an answered question asked again gets a pointer", async () => {
  const evidence = { corpus: () => "c1", hasChunk: () => true };
  const room = await openRoom({ evidence });
  await room.says("m1", "退公寓要提前几天？", AT_US);
  await room.passes(60_000);
  await room.says("m2", "退公寓要提前几天？", { ...AT_US, sender: { id: "bob", isBot: false } });
  expect(room.asked).toHaveLength(1);
  expect(room.shown[1]).toMatchObject({ kind: "notice", target: { inReplyTo: "m2" } });
  expect(await room.record("m2")).toMatchObject({ outcome: "declined", reason: "already-answered" });
});

test("what a person answers to another is no question to us, however much it reads like our subject", async () => {
  const room = await openRoom({ score: () => ({ question: 0.8, answerable: 0.9, threshold: 0.5, speak: true }) });
  await room.says("m1", "公寓的退房要提前几天申请？");
  await room.says("m2", "公寓退房要提前三个工作日申请", { sender: { id: "bob", isBot: false } });
  await room.passes(120_000);
  expect(room.shown).toEqual([]);
  expect(await room.record("m1")).toMatchObject({ reason: "human-first" });
  expect(await room.record("m2")).toMatchObject({ outcome: "declined", reason: "addressed-to-someone-else" });
});

test("nobody is sent to an answer that was withdrawn, nor to that of another line's follow-up", async () => {
  const room = await openRoom({
    evidence: { corpus: async () => "c1", hasChunk: () => true, standsAlone: (text) => !text.includes("呢") },
  });
  await room.says("m1", "退公寓要提前几天？", AT_US);
  await room.passes(60_000);
  await room.says("m2", "/recall", { sender: { id: "boss", isBot: false } });
  await room.says("m3", "退公寓要提前几天？", { ...AT_US, sender: { id: "bob", isBot: false } });
  await room.says("m4", "那公寓呢？", AT_US);
  await room.says("m5", "那公寓呢？", { ...AT_US, sender: { id: "bob", isBot: false } });
  expect(room.asked).toHaveLength(4);
});

test("a follow-up is asked with what the same person asked and was told, and nothing else", async () => {
  const room = await openRoom();
  await room.says("m1", "公寓一？", AT_US);
  await room.says("m2", "公寓二？", { ...AT_US, sender: { id: "bob", isBot: false } });
  await room.says("m3", "哈哈");
  await room.passes(60_000);
  await room.says("m4", "那要多久？", AT_US);
  expect(room.asked.at(-1)?.history).toEqual([
    { role: "user", content: "公寓一？" },
    { role: "assistant", content: "answer to 公寓一？" },
  ]);
});

test("an answer is shown while it is written, to who asked by name", async () => {
  const log: string[] = [];
  const room = await openRoom({
    openStream: async () => recordingStream(log),
    async ask(request) {
      request.onText?.("answer ");
      await Promise.resolve();
      await new Promise((resolve) => setTimeout(resolve, 5));
      request.onText?.("to it");
      return answerAll(request);
    },
  });
  await room.says("m1", "公寓一？", AT_US);
  expect(log.at(0)).toBe("update answer ");
  expect(log.at(-1)).toBe("finish answer to 公寓一？");
  expect(room.shown).toEqual([]);
  expect((await room.store.sentPosts(PLACE_KEY, 0))[0]).toMatchObject({ state: "sent", messageIds: ["card"] });
});

test("an answer that comes to nothing is withdrawn without a word", async () => {
  const log: string[] = [];
  const room = await openRoom({
    openStream: async () => recordingStream(log),
    async ask(request) {
      request.onText?.("half");
      throw new AppError("model_unreachable", "gone");
    },
  });
  await room.says("m1", "公寓一？", AT_US);
  expect(log.at(-1)).toBe("abandon");
  expect(await room.store.unsentPosts(PLACE_KEY)).toEqual([]);
});

test("an admin's command is obeyed and everybody else's ignored", async () => {
  const room = await openRoom();
  await room.says("m1", "/mute 2h");
  expect(room.shown).toEqual([]);
  await room.says("m2", "/mute 2h", { sender: { id: "boss", isBot: false } });
  expect(room.shown).toMatchObject([{ kind: "notice" }]);
  await room.says("m3", "公寓一？", AT_US);
  expect(room.shown).toHaveLength(1);
  expect(await room.record("m3")).toMatchObject({ reason: "muted" });
});

test("a place with nothing to do leaves the memory", async () => {
  const room = await openRoom();
  await room.says("m1", "公寓一？", AT_US);
  expect(room.engine.activePlaces()).toBe(1);
  await room.passes(30_000);
  expect(room.engine.activePlaces()).toBe(0);
  expect(await room.store.claim(PLACE_KEY, { owner: "other", until: room.clock.now() + 1 }, room.clock.now())).toBe(
    true,
  );
});

test("a notice is posted once, however often it is asked for", async () => {
  const room = await openRoom();
  const notice = {
    place: { channel: "hr", app: "bot", conversationId: "g9" },
    target: { conversation: { id: "g9", kind: "group" as const } },
    markdown: "hello",
    id: "n1",
  };
  await room.engine.post(notice);
  await room.engine.post(notice);
  await room.engine.whenQuiet();
  expect(room.shown).toMatchObject([{ markdown: "hello", kind: "notice" }]);
});

test("what may have been shown is not sent again once the platform has forgotten its key", async () => {
  const room = await openRoom({ onSend: () => new Promise(() => undefined), limits: { stopMs: 1 } });
  void room.says("m1", "公寓一？", AT_US);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const stopping = room.engine.stop();
  await new Promise((resolve) => setTimeout(resolve, 10));
  await room.clock.advance(5, async () => undefined);
  await stopping;
  expect((await room.store.unsentPosts(PLACE_KEY))[0]).toMatchObject({ state: "sending" });
  await room.clock.advance(59 * 60_000, async () => undefined);
  const again = await openRoom({ store: room.store, clock: room.clock, owner: "two" });
  await again.passes(10_000);
  expect(again.shown).toEqual([]);
  expect(await again.record("m1")).toMatchObject({ extra: { post: "unknown" } });
});

test("a post that has to wait does not slow the turns behind it", async () => {
  const room = await openRoom({
    onSend() {
      throw new AppError("channel_limited", "busy", { retryable: true, retryAfterMs: 60_000 });
    },
  });
  for (let index = 0; index < 20; index++) {
    await room.says(`m${index}`, `公寓 ${index}？`, { ...AT_US, sender: { id: `p${index}`, isBot: false } });
  }
  expect(room.asked).toHaveLength(20);
  expect(await room.store.unsentPosts(PLACE_KEY)).toHaveLength(20);
});
