import type { Clock } from "../../../core/runtime.ts";

/** The platform hangs up after 5 s; what is to reach it in time must leave us before. */
const HOLD_MS = 4200;

/** Longer than the platform waits: it hangs up first and asks again. */
const HANG_UP_MS = 5600;

/** The platform asks three times in all. */
const MAX_TRIES = 3;

/** No further try comes after this, counted from the first. */
const LAST_TRY_MS = 16_000;

/** How long what was given is kept for a try that comes late. */
const KEPT_MS = 60_000;

/** How a try of the platform ends: with a text, with an empty reply, or by letting the platform hang up and ask again. */
export type TryEnd = { kind: "text"; text: string } | { kind: "empty" } | { kind: "ask-again" };

/** The requests that the platform holds open for an answer, by message. */
export interface PassiveReplies {
  /** One more try. To be called before the message is handed in, so that no answer comes too early. */
  open(messageId: string): Promise<TryEnd>;
  /** Whether a try is open now. */
  isOpen(messageId: string): boolean;
  /** Ends the open tries, and all later ones, with this text; false when none is open. */
  give(messageId: string, text: string): boolean;
  /** Waits for the next try; false when none can come. */
  nextTry(messageId: string, signal: AbortSignal): Promise<boolean>;
  /** Ends the open tries, and all later ones, with an empty reply. */
  endEmpty(messageId: string): void;
  /** As if no try had come: the message was not kept. */
  forget(messageId: string): void;
  /** Ends everything: we are going. */
  close(): void;
}

interface Pending {
  firstAt: number;
  tries: number;
  /** How it ends, once that is known. */
  end: TryEnd | undefined;
  waiting: Set<(end: TryEnd) => void>;
  /** Answers that wait for a try. */
  arrivals: Set<() => void>;
}

/**
 * @param canSendLater true where the customer message API takes what comes late. Without it a try that ends without an
 * answer is left to time out, because an empty reply would end the asking; only the last one gets it.
 */
export function createPassiveReplies({ clock, canSendLater }: { clock: Clock; canSendLater: boolean }): PassiveReplies {
  const pendings = new Map<string, Pending>();
  let isClosed = false;

  const sweep = (): void => {
    for (const [id, { firstAt }] of pendings) if (clock.now() - firstAt > KEPT_MS) pendings.delete(id);
  };
  const endAll = (pending: Pending, end: TryEnd): void => {
    pending.end = end;
    for (const finish of pending.waiting) finish(end);
    for (const arrive of pending.arrivals) arrive();
  };

  return {
    open: (messageId) => {
      sweep();
      const pending: Pending = pendings.get(messageId) ?? {
        firstAt: clock.now(),
        tries: 0,
        end: undefined,
        waiting: new Set(),
        arrivals: new Set(),
      };
      pendings.set(messageId, pending);
      pending.tries += 1;
      if (pending.end !== undefined) return Promise.resolve(pending.end);
      if (isClosed) return Promise.resolve({ kind: canSendLater ? "empty" : "ask-again" });
      const isLast = canSendLater || pending.tries >= MAX_TRIES;
      const end = waitForEnd(pending, clock, isLast ? HOLD_MS : HANG_UP_MS, isLast);
      for (const arrive of pending.arrivals) arrive();
      return end;
    },
    isOpen: (messageId) => (pendings.get(messageId)?.waiting.size ?? 0) > 0,
    give: (messageId, text) => {
      const pending = pendings.get(messageId);
      if (pending === undefined || pending.waiting.size === 0) return false;
      endAll(pending, { kind: "text", text });
      return true;
    },
    nextTry: async (messageId, signal) => {
      const pending = pendings.get(messageId);
      const leftMs = (pending?.firstAt ?? -Infinity) + LAST_TRY_MS - clock.now();
      const isOver = pending === undefined || pending.end !== undefined || pending.tries >= MAX_TRIES;
      if (isClosed || signal.aborted || isOver || leftMs <= 0) return false;
      const ended = new AbortController();
      await new Promise<void>((resolve) => {
        const arrive = (): void => {
          pending.arrivals.delete(arrive);
          resolve();
        };
        pending.arrivals.add(arrive);
        clock.sleep(leftMs, AbortSignal.any([signal, ended.signal])).then(arrive, arrive);
      });
      ended.abort();
      return pending.waiting.size > 0;
    },
    endEmpty: (messageId) => {
      const pending = pendings.get(messageId);
      if (pending !== undefined && pending.end === undefined) endAll(pending, { kind: "empty" });
    },
    forget: (messageId) => {
      const pending = pendings.get(messageId);
      pendings.delete(messageId);
      if (pending !== undefined && pending.end === undefined) endAll(pending, { kind: "ask-again" });
    },
    close: () => {
      isClosed = true;
      for (const pending of pendings.values()) {
        // Its answer may still come, from the outbox, after a restart.
        const end: TryEnd = { kind: canSendLater ? "empty" : "ask-again" };
        for (const finish of pending.waiting) finish(end);
        for (const arrive of pending.arrivals) arrive();
      }
    },
  };
}

function waitForEnd(pending: Pending, clock: Clock, holdMs: number, isLast: boolean): Promise<TryEnd> {
  const ended = new AbortController();
  return new Promise((resolve) => {
    const finish = (end: TryEnd): void => {
      pending.waiting.delete(finish);
      resolve(end);
      ended.abort();
    };
    pending.waiting.add(finish);
    const late = (): void => finish(isLast ? { kind: "empty" } : { kind: "ask-again" });
    // The sleep ends early only because `finish` has been called already.
    clock.sleep(holdMs, ended.signal).then(late, () => undefined);
  });
}
