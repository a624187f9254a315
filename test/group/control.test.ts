import { expect, test } from "vitest";
import type { Post } from "../../src/core/channel.ts";
import type { Logger } from "../../src/core/runtime.ts";
import { messageKey, placeKey, placeOf, type LedgerRecord } from "../../src/core/store.ts";
import { runControl } from "../../src/group/control.ts";
import { parseControlCommand } from "../../src/group/control-command.ts";
import { keepVote } from "../../src/group/feedback-label.ts";
import { mutedUntil } from "../../src/group/mute.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { aMessage } from "./a-message.ts";

const NOW = Date.UTC(2026, 10, 24, 4);
const SIGNAL = new AbortController().signal;

function aRoom() {
  const store = createMemoryStore();
  const withdrawn: string[] = [];
  const logged: { event: string; fields: Record<string, unknown> | undefined }[] = [];
  const info: Logger["info"] = (event, fields) => void logged.push({ event, fields });
  const logger: Logger = { debug() {}, info, warn() {}, error() {} };
  const withdraw = async ({ post }: { post: Post }): Promise<boolean> => {
    withdrawn.push(post.idempotencyKey);
    return true;
  };
  return {
    store,
    withdrawn,
    logged,
    async say(text: string, changes: Parameters<typeof aMessage>[0] = {}) {
      const command = parseControlCommand(text);
      if (command === undefined) throw new Error(`${text} is no command`);
      const message = aMessage({ id: "command", text, sender: { id: "boss", name: "张三", isBot: false }, ...changes });
      const request = { command, message, receivedAt: NOW, timezone: "Asia/Shanghai", locale: "en" as const };
      return runControl(request, { store, logger, withdraw }, SIGNAL);
    },
    /** An answer to `questionId`, sent as `messageId`. */
    async answered(questionId: string, messageId: string, { group = "g1", at = NOW - 1000 } = {}) {
      const question = aMessage({ id: questionId, conversation: { id: group, kind: "group" } });
      const post: Post = {
        idempotencyKey: `post-${messageId}`,
        markdown: "30 天",
        citations: [],
        kind: "answer",
        target: { conversation: question.conversation },
        takesFeedback: true,
      };
      const wish = { place: placeOf(question), inboundKey: messageKey(question), mentioned: false };
      await store.reservePost({ ...wish, post, state: "waiting", notBefore: 0, expiresAt: Infinity }, at);
      await store.endSend(post.idempotencyKey, { state: "sent", messageIds: [messageId] }, at);
    },
    async recorded(messageId: string, changes: Partial<LedgerRecord> = {}) {
      const message = aMessage({ id: messageId });
      const { channel, app, conversation } = message;
      await store.record([
        {
          id: messageKey(message),
          messageId,
          at: NOW - 5000,
          channel,
          app,
          conversation,
          senderId: "u1",
          mentioned: false,
          text: "退宿要几天",
          outcome: "declined",
          reason: "unrelated",
          steps: [{ name: "gate", durationMs: 3, score: 0.2, threshold: 0.35 }],
          scores: { question: 0.9, answerable: 0.2, threshold: 0.35 },
          ...changes,
        },
      ]);
    },
  };
}

const quoting = (id: string) => ({ quoted: { id } });
const PLACE = placeKey({ channel: "lark", app: "hr", conversationId: "g1" });

test("/why tells the scores of the message replied to", async () => {
  const room = aRoom();
  await room.recorded("q1");
  const { markdown } = await room.say("/why", quoting("q1"));
  expect(markdown).toContain("Kept silent: it is not about our documents.");
  expect(markdown).toContain("our documents answer it 0.20 < 0.35");
  expect(markdown).toContain("no token spent");
});

test("/why on one of our posts tells of the question that it answers", async () => {
  const room = aRoom();
  await room.recorded("q1", { outcome: "answered", model: "a/b", usage: { prompt: 900, completion: 80 } });
  await room.answered("q1", "a1");
  const { markdown } = await room.say("/why", quoting("a1"));
  expect(markdown).toContain("Answered. Nobody mentioned us: an unasked answer.");
  expect(markdown).toContain("900 + 80 tokens");
});

test("/why follows a line to the one that it was read with", async () => {
  const room = aRoom();
  await room.recorded("q1");
  await room.recorded("q2", { outcome: "joined", leadId: messageKey(aMessage({ id: "q1" })) });
  expect((await room.say("/why", quoting("q2"))).markdown).toContain("not about our documents");
});

test("/why without a reply is about the last message that was judged", async () => {
  const room = aRoom();
  await room.recorded("q1", { at: NOW - 9000, reason: "too-short" });
  await room.recorded("q2");
  await room.recorded("c1", { outcome: "command", at: NOW - 1 });
  expect((await room.say("/why")).markdown).toContain("not about our documents");
});

test("/why tells nothing of another group", async () => {
  const room = aRoom();
  await room.recorded("q1", { conversation: { id: "g2", kind: "group" } });
  expect((await room.say("/why", quoting("q1"))).markdown).toBe("There is no record of that message.");
});

test("/mute and /unmute change the place, and name who did it in the log", async () => {
  const room = aRoom();
  expect((await room.say("/mute 2h")).markdown).toBe("Silent here until 11-24 14:00. /unmute ends it.");
  expect(await mutedUntil(room.store, PLACE)).toBe(NOW + 7_200_000);
  await room.say("/unmute");
  expect(await mutedUntil(room.store, PLACE)).toBeUndefined();
  expect(room.logged).toMatchObject([
    { event: "policy.changed", fields: { change: "mute", admin: "boss", adminName: "张三", until: NOW + 7_200_000 } },
    { event: "policy.changed", fields: { change: "unmute", admin: "boss" } },
  ]);
});

test("/recall withdraws the answer that is replied to", async () => {
  const room = aRoom();
  await room.answered("q1", "a1");
  await room.answered("q2", "a2");
  expect((await room.say("/recall", quoting("a1"))).markdown).toBe("Withdrawn.");
  expect(room.withdrawn).toEqual(["post-a1"]);
  expect(await room.store.labels()).toMatchObject([{ positive: false, source: "recall", userId: "boss" }]);
});

test("/recall takes the last answer of this group only", async () => {
  const room = aRoom();
  await room.answered("q1", "a1");
  await room.answered("q2", "a2", { group: "g2" });
  await room.answered("q3", "a3", { at: NOW + 1 });
  await room.say("/recall");
  expect(room.withdrawn).toEqual(["post-a1"]);
});

test("/recall does not reach into another group", async () => {
  const room = aRoom();
  await room.answered("q2", "a2", { group: "g2" });
  expect((await room.say("/recall", quoting("a2"))).markdown).toMatch(/no answer of mine/u);
  expect((await room.say("/recall")).markdown).toMatch(/no answer of mine/u);
  expect(room.withdrawn).toEqual([]);
});

test("/recall run again after a crash withdraws the same answer, a second one by hand says that it is gone", async () => {
  const room = aRoom();
  await room.answered("q0", "a0", { at: NOW - 2000 });
  await room.answered("q1", "a1");
  await room.say("/recall");
  expect((await room.say("/recall")).markdown).toBe("Withdrawn.");
  expect((await room.say("/recall", { id: "second" })).markdown).toMatch(/withdrawn before/u);
  expect(room.withdrawn).toEqual(["post-a1", "post-a1"]);
});

test("/feedback rates an answer, and silence the other way round", async () => {
  const room = aRoom();
  await room.answered("q1", "a1");
  await room.recorded("q2");
  await room.say("/feedback bad old price", quoting("a1"));
  await room.say("/feedback bad", quoting("q2"));
  expect(await room.store.labels()).toMatchObject([
    { messageId: messageKey(aMessage({ id: "q1" })), positive: false, comment: "old price" },
    { messageId: messageKey(aMessage({ id: "q2" })), positive: true },
  ]);
  expect((await room.say("/feedback good", quoting("unknown"))).markdown).toMatch(/Reply to the message/u);
});

test("a vote is one a person and answer, and can be taken back", async () => {
  const room = aRoom();
  await room.answered("q1", "a1");
  const vote = { channel: "lark", app: "hr", messageId: "a1", userId: "u1", at: NOW };
  expect(await keepVote(room.store, { ...vote, vote: "up" })).toBe(true);
  await keepVote(room.store, { ...vote, vote: "down" });
  await keepVote(room.store, { ...vote, userId: "u2", vote: "up" });
  expect((await room.store.labels()).map(({ userId, positive }) => [userId, positive])).toEqual([
    ["u1", false],
    ["u2", true],
  ]);
  await keepVote(room.store, { ...vote, vote: "none" });
  expect(await room.store.labels()).toHaveLength(1);
  expect(await keepVote(room.store, { ...vote, app: "other", vote: "up" })).toBe(false);
  expect(await keepVote(room.store, { ...vote, app: "other", idempotencyKey: "post-a1", vote: "up" })).toBe(false);
});
