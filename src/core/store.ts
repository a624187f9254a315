import type { ChannelEvent, Feedback, Post } from "./channel.ts";
import type { ErrorCode } from "./errors.ts";
import type { Conversation, Message } from "./message.ts";
import type { TokenUsage } from "./model.ts";
import type { GateScores } from "./outcome.ts";

/** A conversation as one bot sees it: two bots in one group have two places. Threads share their conversation's. */
export interface Place {
  channel: string;
  app: string;
  conversationId: string;
}

/** One text for a place; no two places share one. */
export function placeKey({ channel, app, conversationId }: Place): string {
  return joined(channel, app, conversationId);
}

/** The place that a `placeKey` is of. */
export function placeOfKey(key: string): Place {
  const [channel = "", app = "", conversationId = ""] = key.split("/").map(decodeURIComponent);
  return { channel, app, conversationId };
}

/** One text for a message, by the platform's id: what it is de-duplicated by and what the ledger calls it. */
export function messageKey({ channel, app, id }: { channel: string; app: string; id: string }): string {
  return joined(channel, app, id);
}

/** The place a message was written in. */
export function placeOf(message: Pick<Message, "channel" | "app" | "conversation">): Place {
  return { channel: message.channel, app: message.app, conversationId: message.conversation.id };
}

/** Where an event belongs; feedback may not say, and then has a place of its own. */
export function placeOfEvent(event: ChannelEvent): Place {
  switch (event.kind) {
    case "message":
      return placeOf(event.message);
    case "recalled":
      return { channel: event.channel, app: event.app, conversationId: event.conversationId };
    case "feedback": {
      const { channel, app, conversationId = "" } = event.feedback;
      return { channel, app, conversationId };
    }
  }
}

/** What an event is de-duplicated by. */
export function eventKey(event: ChannelEvent): string {
  switch (event.kind) {
    case "message":
      return messageKey(event.message);
    case "recalled":
      return recallKey(messageKey({ channel: event.channel, app: event.app, id: event.messageId }));
    case "feedback":
      return `feedback:${event.eventId === undefined ? feedbackKey(event.feedback) : joined(event.feedback.channel, event.feedback.app, event.eventId)}`;
  }
}

/** Key of the event that takes the message back. */
export function recallKey(ofMessage: string): string {
  return `recall:${ofMessage}`;
}

function feedbackKey(feedback: Feedback): string {
  const { channel, app, messageId = "", idempotencyKey = "", userId, vote, comment = "", at } = feedback;
  return joined(channel, app, messageId, idempotencyKey, userId, vote, comment, String(at));
}

/** The parts are escaped, so that none can hold the slash between them. */
function joined(...parts: string[]): string {
  return parts.map((part) => encodeURIComponent(part.toWellFormed())).join("/");
}

/** An event on the disk. */
export interface StoredEvent {
  key: string;
  /** `placeKey` of where it happened. */
  place: string;
  event: ChannelEvent;
  /** Milliseconds since 1970, by our clock. */
  receivedAt: number;
}

/** A message on the disk. */
export interface StoredLine {
  key: string;
  message: Message;
  receivedAt: number;
}

/** Who works on a place, and until when nobody else may: milliseconds since 1970. */
export interface Lease {
  owner: string;
  until: number;
}

/**
 * `writing`: being shown while it is written, its text not known yet. `deferred`: waits for its time, to be part of a
 * digest. `sending`: the platform may have it. `unknown`: it may have been shown, and is never sent again. `merged`: a
 * digest says it.
 */
export type PostState =
  | "writing"
  | "waiting"
  | "deferred"
  | "sending"
  | "sent"
  | "failed"
  | "unknown"
  | "cancelled"
  | "merged";

/** A post as it is put into the outbox. */
export interface NewPost {
  /** The place it goes to; its `target.conversation` is of it. */
  place: Place;
  post: Post;
  state: "writing" | "waiting" | "deferred";
  /** Key of the message that it answers; absent for a notice. */
  inboundKey?: string;
  /** Who asked, for their history. */
  askerId?: string;
  /** What was asked, as it was understood; deleted with the raw messages. */
  question?: string;
  mentioned: boolean;
  /** Not to be sent earlier: milliseconds since 1970. */
  notBefore: number;
  /** No longer worth sending after this: milliseconds since 1970. */
  expiresAt: number;
}

/** A post in the outbox. `seq` grows: posts of one place leave in its order. */
export interface StoredPost extends NewPostWithState {
  seq: number;
  /** `placeKey` of its place. */
  placeKey: string;
  /** Sends begun. */
  attempts: number;
  createdAt: number;
  /** When it was sent; milliseconds since 1970. */
  sentAt?: number;
  /** What the channel keeps of a post on its way. */
  progress?: string;
  /** The platform's ids of what was posted. */
  messageIds: string[];
  /** Why it failed. */
  code?: ErrorCode;
  /** Why it was cancelled, for the ledger. */
  reason?: string;
}

type NewPostWithState = Omit<NewPost, "state"> & { state: PostState };

/** How a send, or the wish to send, ended. */
export type SendEnd =
  | { state: "sent"; messageIds: string[] }
  /** To be tried again, not before a time. */
  | { state: "waiting" | "deferred"; notBefore: number; code?: ErrorCode }
  | { state: "failed" | "unknown"; code: ErrorCode }
  | { state: "cancelled" | "merged"; reason: string };

/** What one step of a turn found. */
export interface LedgerStep {
  /** Such as `gate`, `attention`, `human-first`, `detect-question`, `answer`. */
  name: string;
  durationMs: number;
  score?: number;
  threshold?: number;
  tokens?: number;
  /** What came of it where it is no score; one word or a code. */
  result?: string;
}

/**
 * What became of one message. `joined`: it was read together with `leadId`. `heard`: kept for the room, nobody asked us (a
 * bot's line, a place we only listen to).
 */
export const LEDGER_OUTCOMES = [
  "answered",
  "declined",
  "failed",
  "joined",
  "heard",
  "recalled",
  "expired",
  "command",
] as const;

export type LedgerOutcome = (typeof LEDGER_OUTCOMES)[number];

/** The record of one message. Texts go after `[store] retention_days`, the rest stays. */
export interface LedgerRecord {
  /** `messageKey` of it. */
  id: string;
  /** The platform's id of it. */
  messageId: string;
  /** When it was written; milliseconds since 1970. */
  at: number;
  channel: string;
  app: string;
  conversation: Conversation;
  senderId: string;
  mentioned: boolean;
  /** Undefined after the retention time. */
  text?: string;
  outcome: LedgerOutcome;
  /** A `DeclineReason`, or another word for why nothing was posted: `human-first`, `muted`, `recalled`, `too-old`. */
  reason?: string;
  code?: ErrorCode;
  /** `id` of the message whose record tells the rest, where the line was read together with others. */
  leadId?: string;
  scores?: GateScores;
  steps: LedgerStep[];
  model?: string;
  usage?: TokenUsage;
  gateVersion?: string;
  policyVersion?: string;
  /** Key of the post in the outbox. */
  postKey?: string;
  /** Facts that another room wants to keep with it; small, no texts of members. */
  extra?: Record<string, string | number | boolean>;
}

export interface LedgerQuery {
  /** At most this many; newest first. */
  limit: number;
  /** Older than this: milliseconds since 1970. */
  before?: number;
  /** Not older than this. */
  since?: number;
  channel?: string;
  conversationId?: string;
  /** `placeKey` of where it was written. */
  place?: string;
  outcome?: LedgerOutcome;
  /** A reason of silence, or the code of a fault. */
  reason?: string;
  /** Words that all stand in the text, in whatever case; a record whose text is gone has none. */
  text?: string;
}

/** How many records of a place ended in one way. */
export interface LedgerCount {
  /** `placeKey` of it. */
  place: string;
  kind: Conversation["kind"];
  outcome: LedgerOutcome;
  /** A reason of silence, or the code of a fault. */
  reason?: string;
  count: number;
  /** When the newest of them was written; milliseconds since 1970. */
  lastAt: number;
}

/** An opinion of a line or an answer, to tune the gate with. */
export interface Label {
  /** The same for the same opinion: a later one replaces it. */
  key: string;
  /** `messageKey` of the question. */
  messageId: string;
  /** Whether it was right to speak. */
  positive: boolean;
  /** Such as `vote`, `recall`, `command`; `console` for the owner's own, which is of the decision and of nothing else. */
  source: string;
  userId: string;
  at: number;
  /** The question's text, kept for tuning after the raw message is gone only where the owner asked for it. */
  text?: string;
  comment?: string;
}

/** What ends a turn, all of it or nothing. */
export interface Settlement {
  place: Place;
  owner: string;
  /** Keys of the events that need no more work. */
  done: string[];
  ledger: LedgerRecord[];
  posts: NewPost[];
  /** Posts of the outbox that end with it: a digest takes its parts along, a cancelled question its answer. */
  ends?: { key: string; end: SendEnd }[];
}

/** Events that came in. */
export interface EventStore {
  /** Keeps events, in one transaction. Tells for each whether it is new; a repeated one changes nothing. */
  takeIn(events: ChannelEvent[], now: number): Promise<boolean[]>;
  /** Events that nobody is done with, oldest first. */
  pendingEvents(place: string): Promise<StoredEvent[]>;
  /** How many such events there are in the places whose leases `owner` holds. */
  pendingCounts(owner: string): Promise<Map<string, number>>;
  /** How many there are in all places, whoever holds them. */
  countPending(): Promise<number>;
  /** Which of these messages were taken back. */
  recalledAmong(messageKeys: string[]): Promise<Set<string>>;
  /** False, and nothing is written, when the owner's lease has passed on or one of `done` is done already. */
  settle(settlement: Settlement, now: number): Promise<boolean>;
  /** The newest lines of a place, oldest first, bots' too. `since` is of `receivedAt`. */
  recentLines(place: string, options: { since?: number; limit: number }): Promise<StoredLine[]>;
  findLine(key: string): Promise<StoredLine | undefined>;
}

/** Who works where: so that several processes on one database share the places. */
export interface LeaseStore {
  /** Takes or renews the lease of a place; false while another owner's runs. */
  claim(place: string, lease: Lease, now: number): Promise<boolean>;
  /** Takes leases of places that have work to do and no owner; at most `limit`. Returns what it took. */
  claimWork(lease: Lease, now: number, limit: number): Promise<string[]>;
  /** Renews the leases that `owner` still holds; returns their places. */
  renew(lease: Lease, now: number): Promise<string[]>;
  /** Gives leases back: those of `places`, or all of the owner's. */
  release(owner: string, places?: string[]): Promise<void>;
}

/** Posts on their way out. */
export interface PostStore {
  /** Puts a post into the outbox unless its key is there; returns what is there. */
  reservePost(post: NewPost, now: number): Promise<StoredPost>;
  /** Posts that are not out yet, in the order they leave. */
  unsentPosts(place: string): Promise<StoredPost[]>;
  /** `waiting` or `sending` → `sending`, one more attempt; false when the lease has passed on or it is in no such state. */
  beginSend(key: string, owner: string, now: number): Promise<boolean>;
  saveProgress(key: string, progress: string): Promise<void>;
  /** Nothing changes for a post that has ended already. */
  endSend(key: string, end: SendEnd, now: number): Promise<void>;
  findPost(key: string): Promise<StoredPost | undefined>;
  /** Those of the keys that there are, in any order. */
  findPosts(keys: readonly string[]): Promise<StoredPost[]>;
  /** By a platform's id of what was posted. */
  findPostByMessage(channel: string, app: string, messageId: string): Promise<StoredPost | undefined>;
  /** By the message that was answered. */
  findPostsTo(inboundKey: string): Promise<StoredPost[]>;
  /** What was sent to a place at `since` or later, oldest first, `unknown` ones too: members may have seen them. */
  sentPosts(place: string, since: number): Promise<StoredPost[]>;
  /** When such posts went out, of all places, oldest first. `place` is a `placeKey`. */
  sentTimes(since: number): Promise<{ place: string; at: number }[]>;
  /** The newest answers to one person in one thread, oldest first. */
  answersTo(
    place: string,
    asker: { id: string; thread: string | undefined },
    options: { since: number; limit: number },
  ): Promise<StoredPost[]>;
}

/** Why it spoke and why it did not. */
export interface LedgerStore {
  /** Writes records; one with the same id replaces the earlier one. */
  record(records: LedgerRecord[]): Promise<void>;
  /** Newest first. */
  ledger(query: LedgerQuery): Promise<LedgerRecord[]>;
  /** How the records of a time ended, by place; of many it takes a while in which nothing else is done. */
  ledgerCounts(options: { since: number; before?: number }): Promise<LedgerCount[]>;
  /** By `messageKey`, or by the platform's id: then there may be several. */
  findRecords(id: string): Promise<LedgerRecord[]>;
  addLabel(label: Label): Promise<void>;
  /** For an opinion that was taken back. */
  removeLabel(key: string): Promise<void>;
  /** Oldest first; `messageIds` are `messageKey`s of questions. */
  labels(options?: { since?: number; messageIds?: readonly string[] }): Promise<Label[]>;
}

/** Small things to remember, such as until when a place is muted. */
export interface NoteStore {
  /** An undefined value forgets it. */
  putNote(scope: string, name: string, value: string | undefined, now: number): Promise<void>;
  note(scope: string, name: string): Promise<string | undefined>;
  notes(scope: string): Promise<Map<string, string>>;
}

/**
 * What must survive `kill -9`. A call has reached the disk when it resolves. Every implementation passes
 * `test/conformance/store.ts`. All methods @throws AppError `store_unavailable`, `disk_full`.
 */
export interface Store extends EventStore, LeaseStore, PostStore, LedgerStore, NoteStore {
  /** Deletes the raw texts received or posted before `before`; ledger and labels keep the rest. Returns lines deleted. */
  forget(before: number): Promise<number>;
  /** Whether it can be written. */
  check(): Promise<void>;
  close(): Promise<void>;
}
