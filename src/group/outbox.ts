import type { PostStream } from "../core/channel.ts";
import { errorMessage } from "../core/errors.ts";
import { placeKey, type Place, type SendEnd, type StoredPost } from "../core/store.ts";
import { decideAttention } from "./attention.ts";
import type { PlacePolicy, TurnOptions } from "./engine-options.ts";
import { settledByPeople } from "./human-first.ts";
import { lineText } from "./line-text.ts";
import { readRoomFacts } from "./room-facts.ts";
import { isSentAgain, sendPost } from "./send-post.ts";
import { stayQuiet } from "./stay-quiet.ts";
import { linesAfter } from "./turn.ts";

/** Lines looked through for a person's answer. */
const LINES_LOOKED_AT = 200;

/** The posts of one place on their way out, one after the other. */
export interface Outbox {
  /** Reads what is to be sent; also what an earlier process left. */
  load(): Promise<void>;
  /** The stream in which a post is shown already. */
  attach(key: string, stream: PostStream): void;
  /** Sends the next post that is due. False when the lease has passed on. */
  sendNext(signal: AbortSignal): Promise<boolean>;
  /** Ends what was shown of answers to these messages and will not be finished. */
  abandonWriting(inboundKeys: readonly string[], signal: AbortSignal): Promise<void>;
  /** Deferred posts whose time has come. */
  dueForDigest(now: number): StoredPost[];
  /** When there is something to do: milliseconds since 1970. */
  nextDue(): number | undefined;
  isEmpty(): boolean;
}

/**
 * Order: a post whose sending has begun is finished first, then answers to who asked us by name, then the others; within
 * each the order they were put in. A post that waits for its next try holds up those behind it.
 */
export function byTurn(left: StoredPost, right: StoredPost): number {
  return (
    Number(right.attempts > 0) - Number(left.attempts > 0) ||
    Number(right.mentioned) - Number(left.mentioned) ||
    left.seq - right.seq
  );
}

/** The outbox of a place whose lease `owner` holds. */
export function createOutbox(place: Place, policy: () => PlacePolicy, options: TurnOptions): Outbox {
  const { store, clock, owner } = options;
  const key = placeKey(place);
  const streams = new Map<string, PostStream>();
  const refusals = new Map<string, number>();
  let posts: StoredPost[] = [];

  const toSend = (): StoredPost[] =>
    posts.filter(({ state }) => state === "waiting" || state === "sending").toSorted(byTurn);
  const load = async (): Promise<void> => {
    posts = await store.unsentPosts(key);
  };
  const finish = async (stored: StoredPost, end: SendEnd): Promise<void> => {
    await store.endSend(stored.post.idempotencyKey, end, clock.now());
    await noteInLedger(stored, end, options);
    await load();
  };

  return {
    load,
    attach: (postKey, stream) => void streams.set(postKey, stream),
    async sendNext(signal) {
      const now = clock.now();
      const [next] = toSend();
      if (next === undefined || next.notBefore > now) return true;
      const postKey = next.post.idempotencyKey;
      const stream = streams.get(postKey);
      const isBegun = next.state === "sending" || next.attempts > 0;
      if (isBegun && !isSentAgain(next, options.channel(place.channel), now)) {
        await finish(next, { state: "unknown", code: "channel_unknown_outcome" });
        return true;
      }
      if (next.state === "waiting") {
        const stopped = stream === undefined ? await lookAgain(next, policy(), options) : undefined;
        if (stopped !== undefined) {
          await finish(next, stopped);
          if (stopped.state === "cancelled") stayQuiet(place.channel, next.post.target, options);
          return true;
        }
      }
      if (!(await store.beginSend(postKey, owner, clock.now()))) {
        // Either somebody ended it, or the place is another process's now.
        await load();
        return !toSend().some(({ post }) => post.idempotencyKey === postKey);
      }
      streams.delete(postKey);
      const refused = refusals.get(postKey) ?? 0;
      const end = await sendPost(next, { stream, refusals: refused }, options, signal);
      if (end?.state === "waiting") refusals.set(postKey, refused + 1);
      else refusals.delete(postKey);
      if (end !== undefined) await finish(next, end);
      return true;
    },
    async abandonWriting(inboundKeys, signal) {
      const stale = posts.filter(
        ({ state, inboundKey = "" }) => state === "writing" && inboundKeys.includes(inboundKey),
      );
      for (const { post, progress } of stale) {
        // The list may be older than a turn that has finished the post meanwhile.
        if ((await store.findPost(post.idempotencyKey))?.state !== "writing") continue;
        const save = (state: string) => store.saveProgress(post.idempotencyKey, state);
        const channel = options.channel(place.channel);
        try {
          const stream = await channel?.openStream?.(post, { saved: progress, save }, signal);
          await stream?.abandon();
        } catch (error) {
          options.logger.warn("post.abandon-failed", { channel: place.channel, error: errorMessage(error) });
        }
        await store.endSend(post.idempotencyKey, { state: "cancelled", reason: "no-answer" }, clock.now());
      }
      if (stale.length > 0) await load();
    },
    dueForDigest: (now) => posts.filter(({ state, notBefore }) => state === "deferred" && notBefore <= now),
    nextDue() {
      const [next] = toSend();
      const deferred = posts.filter(({ state }) => state === "deferred").map(({ notBefore }) => notBefore);
      const times = [...(next === undefined ? [] : [next.notBefore]), ...deferred];
      return times.length === 0 ? undefined : Math.min(...times);
    },
    isEmpty: () => posts.every(({ state }) => state === "writing"),
  };
}

/** Reads the room once more, just before a post leaves; undefined when it may. */
async function lookAgain(stored: StoredPost, policy: PlacePolicy, options: TurnOptions): Promise<SendEnd | undefined> {
  const { store, clock } = options;
  const { inboundKey, attempts, expiresAt, place, post } = stored;
  const now = clock.now();
  if (now > expiresAt) return { state: "cancelled", reason: "too-old" };
  // Begun is begun; and a notice is the owner's or an admin's word.
  if (attempts > 0 || inboundKey === undefined) return undefined;
  if ((await store.recalledAmong([inboundKey])).size > 0) return { state: "cancelled", reason: "recalled" };
  if (!stored.mentioned && (await isSettled(stored, options))) return { state: "cancelled", reason: "human-first" };
  if (post.target.conversation.kind === "direct") return undefined;
  const facts = await readRoomFacts(store, place, { now, except: post.idempotencyKey });
  const verdict = decideAttention(policy.attention, facts);
  switch (verdict.kind) {
    case "speak":
      return undefined;
    case "wait":
      return { state: "waiting", notBefore: verdict.until };
    case "defer":
      return post.kind === "answer"
        ? { state: "deferred", notBefore: verdict.until }
        : { state: "cancelled", reason: "quiet-hours" };
    case "drop":
      return { state: "cancelled", reason: verdict.reason };
  }
}

/** Whether people have settled what an answer is for. */
export async function isSettled(
  { inboundKey = "", question, placeKey: place }: StoredPost,
  { store }: Pick<TurnOptions, "store">,
): Promise<boolean> {
  const line = await store.findLine(inboundKey);
  if (line === undefined) return false;
  const { message, receivedAt } = line;
  const lines = await store.recentLines(place, { since: receivedAt, limit: LINES_LOOKED_AT });
  const { id, name } = message.sender;
  const asked = { messageIds: [message.id], askerId: id, askerName: name, text: question ?? lineText(message) };
  return settledByPeople({ ...asked, askedAt: message.sentAt }, linesAfter(lines, line)) !== undefined;
}

/** What was written down as answered and did not go out, or may not have. */
async function noteInLedger(
  { inboundKey, state, post }: StoredPost,
  end: SendEnd,
  { store }: TurnOptions,
): Promise<void> {
  if (inboundKey === undefined || end.state === "sent" || end.state === "waiting" || end.state === "deferred") return;
  const record = (await store.findRecords(inboundKey)).find(({ postKey }) => postKey === post.idempotencyKey);
  if (record === undefined) return;
  switch (end.state) {
    case "failed":
      await store.record([{ ...record, outcome: "failed", code: end.code }]);
      break;
    case "unknown":
      // Nobody can tell whether it was shown: it stays answered, with the doubt beside it.
      await store.record([{ ...record, code: end.code, extra: { ...record.extra, post: "unknown" } }]);
      break;
    case "cancelled":
      if (state === "writing") break;
      await store.record([
        { ...record, outcome: end.reason === "recalled" ? "recalled" : "declined", reason: end.reason },
      ]);
      break;
    case "merged":
      break;
  }
}
