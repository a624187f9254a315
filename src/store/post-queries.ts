import type { Selectable } from "kysely";
import type { Post } from "../core/channel.ts";
import { ERROR_CODES, type ErrorCode } from "../core/errors.ts";
import {
  placeKey,
  type NewPost,
  type PostState,
  type PostStore,
  type SendEnd,
  type StoredPost,
} from "../core/store.ts";
import type { Write } from "./commit-queue.ts";
import { holdsLease } from "./lease-queries.ts";
import { storable } from "./storable.ts";
import type { Database, PostTable, Writing } from "./schema.ts";

const UNSENT = ["writing", "waiting", "deferred", "sending"] as const;
const STATES: readonly string[] = [...UNSENT, "sent", "failed", "unknown", "cancelled", "merged"] satisfies PostState[];
/** Both databases allow more parameters. */
const KEYS_AT_ONCE = 500;
const CODES: readonly string[] = ERROR_CODES;

/** The outbox in the tables. */
export function postQueries(database: Database, write: Write): PostStore {
  const posts = () => database.selectFrom("post").selectAll();
  const shown = (place: string, since: number) =>
    posts().where("place", "=", place).where("state", "in", ["sent", "unknown"]).where("sent_at", ">=", since);
  return {
    reservePost: (post, now) => write((writing) => insertPost(writing, post, now)),
    async unsentPosts(place) {
      const rows = await posts().where("place", "=", place).where("state", "in", UNSENT).orderBy("seq").execute();
      return rows.map(decodePost);
    },
    beginSend: (key, owner, now) =>
      write(async (writing) => {
        const row = await writing.selectFrom("post").select("place").where("key", "=", key).executeTakeFirst();
        if (row === undefined || !(await holdsLease(writing, row.place, owner, now))) return false;
        const begun = await writing
          .updateTable("post")
          .set((eb) => ({ state: "sending", attempts: eb("attempts", "+", 1) }))
          .where("key", "=", key)
          .where("state", "in", ["waiting", "sending"])
          .returning("key")
          .executeTakeFirst();
        return begun !== undefined;
      }),
    saveProgress: (key, progress) =>
      write(async (writing) => {
        await writing.updateTable("post").set({ progress }).where("key", "=", key).execute();
      }),
    endSend: (key, end, now) => write((writing) => endPost(writing, key, end, now)),
    async findPost(key) {
      return decoded(await posts().where("key", "=", key).executeTakeFirst());
    },
    async findPosts(keys) {
      const found: StoredPost[] = [];
      for (let start = 0; start < keys.length; start += KEYS_AT_ONCE) {
        const rows = await posts()
          .where("key", "in", keys.slice(start, start + KEYS_AT_ONCE))
          .execute();
        found.push(...rows.map(decodePost));
      }
      return found;
    },
    async findPostByMessage(channel, app, messageId) {
      const key = database
        .selectFrom("post_message")
        .select("key")
        .where("channel", "=", channel)
        .where("app", "=", app)
        .where("message_id", "=", messageId);
      return decoded(await posts().where("key", "=", key).executeTakeFirst());
    },
    async findPostsTo(inboundKey) {
      return (await posts().where("inbound_key", "=", inboundKey).orderBy("seq").execute()).map(decodePost);
    },
    async sentPosts(place, since) {
      return (await shown(place, since).orderBy("sent_at").orderBy("seq").execute()).map(decodePost);
    },
    async sentTimes(since) {
      const rows = await database
        .selectFrom("post")
        .select(["place", "sent_at"])
        .where("sent_at", ">=", since)
        .where("state", "in", ["sent", "unknown"])
        .orderBy("sent_at")
        .orderBy("seq")
        .execute();
      return rows.map(({ place, sent_at: at }) => ({ place, at: at ?? since }));
    },
    async answersTo(place, { id, thread }, { since, limit }) {
      const rows = await shown(place, since)
        .where("kind", "=", "answer")
        .where("asker_id", "=", id)
        .where("thread", thread === undefined ? "is" : "=", thread ?? null)
        .orderBy("sent_at", "desc")
        .orderBy("seq", "desc")
        .limit(limit)
        .execute();
      return rows.toReversed().map(decodePost);
    },
  };
}

/** A post that is there already stays as it is, except for one whose text was still being written. */
export async function insertPost(writing: Writing, wish: NewPost, now: number): Promise<StoredPost> {
  const { post, place } = wish;
  const changing = {
    state: wish.state,
    kind: post.kind,
    question: storable(wish.question),
    not_before: wish.notBefore,
    expires_at: wish.expiresAt,
    body: JSON.stringify(post),
  };
  await writing
    .insertInto("post")
    .values({
      ...changing,
      key: post.idempotencyKey,
      place: placeKey(place),
      channel: place.channel,
      app: place.app,
      conversation_id: storable(place.conversationId),
      thread: storable(post.target.conversation.thread),
      inbound_key: wish.inboundKey ?? null,
      asker_id: storable(wish.askerId),
      mentioned: wish.mentioned ? 1 : 0,
      attempts: 0,
      created_at: now,
      message_ids: "[]",
    })
    .onConflict((conflict) => conflict.column("key").doUpdateSet(changing).where("post.state", "=", "writing"))
    .execute();
  const row = await writing
    .selectFrom("post")
    .selectAll()
    .where("key", "=", post.idempotencyKey)
    .executeTakeFirstOrThrow();
  return decodePost(row);
}

/** Ends a send; a post that has ended stays as it is. */
export async function endPost(writing: Writing, key: string, end: SendEnd, now: number): Promise<void> {
  const out = end.state === "sent" || end.state === "unknown";
  const ended = await writing
    .updateTable("post")
    .set({
      state: end.state,
      ...(out && { sent_at: now }),
      ...("messageIds" in end && { message_ids: JSON.stringify(end.messageIds) }),
      ...("notBefore" in end && { not_before: end.notBefore }),
      ...("code" in end && { code: end.code ?? null }),
      ...("reason" in end && { reason: end.reason }),
    })
    .where("key", "=", key)
    .where("state", "in", UNSENT)
    .returning(["channel", "app"])
    .executeTakeFirst();
  if (ended === undefined || end.state !== "sent" || end.messageIds.length === 0) return;
  await writing
    .insertInto("post_message")
    .values(end.messageIds.map((messageId) => ({ ...ended, message_id: messageId, key })))
    .onConflict((conflict) => conflict.columns(["channel", "app", "message_id"]).doNothing())
    .execute();
}

function decoded(row: Selectable<PostTable> | undefined): StoredPost | undefined {
  return row === undefined ? undefined : decodePost(row);
}

function decodePost(row: Selectable<PostTable>): StoredPost {
  const messageIds: string[] = JSON.parse(row.message_ids);
  return {
    seq: row.seq,
    place: { channel: row.channel, app: row.app, conversationId: row.conversation_id },
    placeKey: row.place,
    post: row.body === "" ? forgottenPost(row) : JSON.parse(row.body),
    state: isState(row.state) ? row.state : "failed",
    mentioned: row.mentioned === 1,
    attempts: row.attempts,
    notBefore: row.not_before,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    messageIds,
    ...(row.inbound_key !== null && { inboundKey: row.inbound_key }),
    ...(row.asker_id !== null && { askerId: row.asker_id }),
    ...(row.question !== null && { question: row.question }),
    ...(row.sent_at !== null && { sentAt: row.sent_at }),
    ...(row.progress !== null && { progress: row.progress }),
    ...(row.code !== null && isCode(row.code) && { code: row.code }),
    ...(row.reason !== null && { reason: row.reason }),
  };
}

/** What is left of a post after the retention time. */
function forgottenPost(row: Selectable<PostTable>): Post {
  return {
    idempotencyKey: row.key,
    markdown: "",
    citations: [],
    kind: row.kind === "answer" || row.kind === "decline" ? row.kind : "notice",
    takesFeedback: false,
    target: {
      conversation: { id: row.conversation_id, kind: "group", ...(row.thread !== null && { thread: row.thread }) },
    },
  };
}

function isState(text: string): text is PostState {
  return STATES.includes(text);
}

function isCode(text: string): text is ErrorCode {
  return CODES.includes(text);
}
