import type { Conversation, Message, Reply } from "./message.ts";

/** A member's opinion of one of our posts. */
export interface Feedback {
  channel: string;
  app: string;
  conversationId?: string;
  /** The post: by its platform id, or by the idempotency key it was sent with. */
  messageId?: string;
  idempotencyKey?: string;
  userId: string;
  /** `none` takes an earlier vote back. */
  vote: "up" | "down" | "none";
  /** What the member wrote beside it. */
  comment?: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** What a platform tells us. */
export type ChannelEvent =
  | { kind: "message"; message: Message }
  | { kind: "recalled"; channel: string; app: string; conversationId: string; messageId: string; at: number }
  /** `eventId` tells repeated deliveries apart where the platform numbers its events. */
  | { kind: "feedback"; feedback: Feedback; eventId?: string };

/**
 * Takes an event. Resolves once it is on the disk, whoever else asks for it then: only after that may the platform get its
 * 200. Rejects when it could not be kept; the platform is told so and sends it again.
 */
export type Intake = (event: ChannelEvent) => Promise<void>;

/** A request of a platform, before anything of it is believed. */
export interface WebhookRequest {
  method: string;
  /** Decoded once. */
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  /** As it came: signatures are over bytes. */
  body: Uint8Array;
}

export interface WebhookReply {
  status: number;
  contentType?: string;
  body?: string;
}

/** Told of the calls a channel makes, for counting. */
export interface OutboundObserver {
  /** `api` is a fixed name such as `send a message`; `code` the platform's own (`0` is fine), an HTTP status or a fault's code. */
  called(call: { api: string; code: string }): void;
  /** A call is going to be made once more. */
  retried(): void;
}

/** Where a post goes. */
export interface PostTarget {
  conversation: Conversation;
  /** The platform's id of the message that is answered; absent for a notice to the whole conversation. */
  inReplyTo?: string;
  /** Who asked, to be mentioned where the platform has no reply of its own. */
  asker?: { id: string; name?: string };
  /** `Message.replyContext` of the message that is answered. */
  replyContext?: string;
}

/** A reply on its way to its place. */
export interface Post extends Omit<Reply, "inReplyTo"> {
  /** The same for the same post, whatever happens in between; at most 50 characters of `[A-Za-z0-9_-]`. */
  idempotencyKey: string;
  target: PostTarget;
  /** Whether members may vote on it. */
  takesFeedback: boolean;
}

/** What a channel keeps of a post on its way (a card's id, parts that are out), so that a restart goes on from there. */
export interface SendProgress {
  /** As `save` had it last, also before a restart; undefined at first. */
  saved: string | undefined;
  /** Resolves once it is on the disk. */
  save(state: string): Promise<void>;
}

export interface SendReceipt {
  /** The platform's ids of what was posted, in order; empty where it gives none. */
  messageIds: string[];
}

/** A post that is shown while it is written. */
export interface PostStream {
  /** The whole text so far; only ever grows. May leave out updates, never reorders them. */
  update(markdown: string): void;
  /** The final text, with citations. */
  finish(post: Post): Promise<SendReceipt>;
  /** Nothing will come: whatever is shown is closed or withdrawn without a word about the fault. */
  abandon(): Promise<void>;
}

/** What a platform can do. */
export interface ChannelAbilities {
  /** Lines of a group that do not mention us reach us too. */
  hearsEverything: boolean;
  /** Sending a post twice with one key shows it once; false: an unknown outcome stays unknown. */
  sendsOnce: boolean;
  /**
   * The channel itself saves (`SendProgress`) before each call that cannot be repeated. Then a post found in `sending` after
   * a restart is sent again with what was saved, also where `sendsOnce` is false: the channel goes on with what was surely
   * not shown, repeats nothing else, and says `channel_unknown_outcome` where something stays open.
   */
  resumesSends?: boolean;
  recalls: boolean;
  takesFeedback: boolean;
}

/** A line of `doctor` about a channel. */
export interface ChannelFinding {
  /** Such as `token`, `identity`, `scope`. */
  what: string;
  status: "ok" | "warning" | "failed" | "skipped";
  /** English; the codes are what is localised. */
  detail: string;
  remedy: string;
}

/** A chat platform: group in, reply out. Every implementation passes `test/conformance/channel.ts`. */
export interface Channel {
  /** As in the config. */
  name: string;
  kind: string;
  abilities: ChannelAbilities;
  /** Connects and learns the bot's identity; resolves when messages can come in. @throws AppError `channel_*` */
  start(intake: Intake): Promise<void>;
  /** Takes nothing more in; what is being sent may end. */
  stop(): Promise<void>;
  /** Whether the secret end of an address is this channel's, told in constant time. Only where the address is the secret. */
  ownsSuffix?(suffix: string): boolean;
  /** Verifies, decodes, hands in, replies. Absent where the platform does not call us. */
  receive?(request: WebhookRequest): Promise<WebhookReply>;
  /**
   * Posts, in parts where it is too long. Waits for the platform's limits by itself.
   * @throws AppError `channel_limited` and `channel_unreachable` (retryable, same key), `channel_unknown_outcome` (it may
   * have been shown; never retried where `sendsOnce` is false), `channel_rejected` and `channel_unauthorised` (final)
   */
  send(post: Post, progress: SendProgress, signal: AbortSignal): Promise<SendReceipt>;
  /** Begins a post that grows. Absent where the platform shows whole posts only. */
  openStream?(
    post: Pick<Post, "idempotencyKey" | "target">,
    progress: SendProgress,
    signal: AbortSignal,
  ): Promise<PostStream>;
  /** Withdraws a post. @throws AppError `channel_*` */
  recall?(target: PostTarget, messageIds: string[], signal: AbortSignal): Promise<void>;
  /** Shows that work is going on (a reaction); returns how to take it away. Faults of it matter to nobody. */
  markWorking?(target: PostTarget, signal: AbortSignal): Promise<() => Promise<void>>;
  /**
   * Nothing will be posted in reply to this message: whatever shows that we are at it is ended without a word. Faults of it
   * matter to nobody.
   */
  stayQuiet?(target: PostTarget): Promise<void>;
  /** Looks at token, identity and permissions, for `doctor`. */
  check(signal: AbortSignal): Promise<ChannelFinding[]>;
}
