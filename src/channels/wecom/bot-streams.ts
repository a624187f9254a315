import { errorMessage } from "../../core/errors.ts";
import type { Clock, Logger } from "../../core/runtime.ts";
import type { StreamFrame } from "./encode.ts";
import type { StreamIds } from "./stream-id.ts";

/** WeCom polls for six minutes; the bubble is closed before it gives up. */
export const STREAM_LIFE_MS = 330_000;

/** Later than any poll. */
const FORGET_AFTER_MS = 400_000;

/** Beyond it the oldest are forgotten early: their answers take the response address. */
const MAX_STREAMS = 20_000;

/** A bubble in the chat that WeCom asks us about. */
export interface BotStream {
  readonly id: string;
  /** When it began; milliseconds since 1970. */
  readonly createdAt: number;
  /** Who fills it. */
  owner: string | undefined;
  /** Runs, and has to succeed, before a poll gets more of an unfinished text. */
  beforeShow: ((content: string) => Promise<void>) | undefined;
  /** What WeCom has been told; what it is told next begins with it. */
  shown(): string;
  /** The text so far; one that does not go on from the text before is left out. */
  update(content: string): void;
  /**
   * The whole text: the next poll takes it and is the last.
   * @param content begins with what is shown
   * @param before runs, and has to succeed, before a poll gets it
   * @returns false when it has ended, is too old, or has another whole text
   */
  complete(content: string, before?: () => Promise<void>): boolean;
  /**
   * Nothing more comes into it, a whole text is taken back: the next poll ends it with what is shown.
   * @returns false when a poll has the whole text, or is getting it
   */
  close(): boolean;
  /** Whether it has a whole text, taken or not. */
  isComplete(): boolean;
  isTaken(): boolean;
  /** Resolves when a poll has taken the whole text. */
  readonly taken: Promise<void>;
  /** What WeCom is told now, by a poll or in reply to the message itself. */
  next(): Promise<StreamFrame>;
}

/** `pending`: ours, but nothing is known of it here (yet). */
export type PollAnswer = { kind: "frame"; frame: StreamFrame } | { kind: "pending" };

export interface BotStreams {
  /** The stream of a message that came in, the same when it comes in again. */
  begin(messageId: string): BotStream;
  /** The stream of that id, begun where it is not known. `shown`: what WeCom was told before a restart. */
  resume(id: string, options: { createdAt: number; shown?: string }): BotStream;
  find(id: string): BotStream | undefined;
  poll(id: string): Promise<PollAnswer>;
}

/** Keeps the streams of one bot in memory; what has to survive is saved through `before` and `beforeShow`. */
export function createBotStreams({ ids, clock, logger }: { ids: StreamIds; clock: Clock; logger: Logger }): BotStreams {
  const streams = new Map<string, BotStream>();
  /** When ids were asked for first that are ours but not known here. */
  const pending = new Map<string, { createdAt: number }>();

  const resume: BotStreams["resume"] = (id, { createdAt, shown = "" }) => {
    forget(streams, clock.now());
    const stream = streams.get(id) ?? createStream({ id, createdAt, shown, clock, logger });
    streams.set(id, stream);
    return stream;
  };
  const isPending = (id: string): boolean => {
    if (!ids.isOurs(id)) return false;
    forget(pending, clock.now());
    const since = pending.get(id) ?? { createdAt: clock.now() };
    pending.set(id, since);
    return clock.now() - since.createdAt < STREAM_LIFE_MS;
  };
  return {
    resume,
    find: (id) => streams.get(id),
    begin: (messageId) => resume(ids.create(messageId), { createdAt: clock.now() }),
    poll: async (id) => {
      const known = streams.get(id);
      if (known !== undefined) return { kind: "frame", frame: await known.next() };
      // Another process has it, or this one has not come to it since its start.
      return isPending(id) ? { kind: "pending" } : { kind: "frame", frame: { id, finish: true, content: "" } };
    },
  };
}

function forget(known: Map<string, { createdAt: number }>, now: number): void {
  for (const [id, { createdAt }] of known) {
    // Nearly in the order of their age: what a resumed one holds up goes with it.
    if (now - createdAt < FORGET_AFTER_MS && known.size < MAX_STREAMS) return;
    known.delete(id);
  }
}

interface NewStream {
  id: string;
  createdAt: number;
  shown: string;
  clock: Clock;
  logger: Logger;
}

type StreamState = "open" | "ready" | "ending" | "ended";

function createStream({ id, createdAt, shown: shownBefore, clock, logger }: NewStream): BotStream {
  /** What frames have said. */
  let told = shownBefore;
  /** What they have said or are about to say. */
  let shown = shownBefore;
  let content = shownBefore;
  let state: StreamState = "open";
  let before: (() => Promise<void>) | undefined;
  let isWhole = false;
  let isTaken = false;
  let take: (() => void) | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const taken = new Promise<void>((resolve) => {
    take = resolve;
  });
  const isOld = (): boolean => clock.now() - createdAt >= STREAM_LIFE_MS;

  /** What could not be kept is not shown: the next poll tries again. */
  const isKept = async (keep: (() => Promise<void>) | undefined): Promise<boolean> => {
    try {
      await keep?.();
      return true;
    } catch (error) {
      logger.error("wecom.stream.not_saved", { stream: id, error: errorMessage(error) });
      return false;
    }
  };
  const grow = async (): Promise<void> => {
    if (content === told) return;
    shown = content;
    const next = shown;
    if (await isKept(() => stream.beforeShow?.(next) ?? Promise.resolve())) told = next;
  };
  const end = async (): Promise<boolean> => {
    state = "ending";
    if (!(await isKept(before))) {
      state = "ready";
      return false;
    }
    state = "ended";
    shown = content;
    told = content;
    if (isWhole) {
      isTaken = true;
      take?.();
    }
    return true;
  };
  const advance = async (): Promise<StreamFrame> => {
    if (state === "ended") return { id, finish: true, content: told };
    if (state === "open" && isOld()) stream.close();
    if (state === "ready") return { id, finish: await end(), content: told };
    await grow();
    return { id, finish: false, content: told };
  };

  const stream: BotStream = {
    id,
    createdAt,
    taken,
    owner: undefined,
    beforeShow: undefined,
    shown: () => shown,
    isComplete: () => isWhole,
    isTaken: () => isTaken,
    update: (next) => {
      if (state === "open" && next.startsWith(content)) content = next;
    },
    complete: (next, keep) => {
      if (state === "ending" || state === "ended" || isWhole || isOld() || !next.startsWith(shown)) return false;
      content = next;
      before = keep;
      isWhole = true;
      state = "ready";
      return true;
    },
    close: () => {
      if (state === "ending") return false;
      if (state === "ended") return !isWhole;
      content = shown;
      before = undefined;
      isWhole = false;
      state = "ready";
      return true;
    },
    // One poll after the other: each is told at least what the one before it was.
    next: () => {
      const turn = queue.then(advance);
      queue = turn.catch(() => undefined);
      return turn;
    },
  };
  return stream;
}
