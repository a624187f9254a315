import type { PostStream } from "../core/channel.ts";
import { AppError, errorMessage } from "../core/errors.ts";
import type { Message } from "../core/message.ts";
import { messageKey, placeKey, type LedgerRecord, type NewPost, type Place, type StoredEvent } from "../core/store.ts";
import { expectedValue } from "./attention.ts";
import { createBursts } from "./burst.ts";
import type { PlacePolicy, TurnOptions } from "./engine-options.ts";
import { keepVote } from "./feedback-label.ts";
import { settleDigest } from "./morning-digest.ts";
import { createOutbox } from "./outbox.ts";
import { keysOf, questionOf, recordOf, recordsOf, type Question } from "./question.ts";
import { stayQuietOn } from "./stay-quiet.ts";
import { takeLine } from "./take-line.ts";
import { advanceTurn, type TurnResult } from "./turn.ts";

/** The work of one place, in memory as long as there is some. */
export interface PlaceWorker {
  /** Takes what the store has pending; also what other processes took in. */
  load(): Promise<void>;
  push(event: StoredEvent): void;
  /** Looks at the outbox again. */
  refreshPosts(): void;
  /** Events that are not done with. */
  pendingCount(): number;
  /** Since when there has been nothing to do; undefined while there is. */
  idleSince(): number | undefined;
  /** Starts nothing new. */
  close(): void;
}

export interface PlaceWorkerOptions {
  place: Place;
  policy: () => PlacePolicy;
  options: TurnOptions;
  /** Aborts what runs. */
  signal: AbortSignal;
  /** Keeps count of what runs. */
  track: (work: Promise<void>) => void;
  /** Called when the lease has passed on or the store does not answer: the place is to be dropped and taken up anew. */
  onLost: () => void;
}

/**
 * Reads, gates, answers and posts at one place: one turn and one send at a time, lines and recalls at any time. Everything
 * it knows is in the store; memory holds only what has not ended.
 */
export function createPlaceWorker(given: PlaceWorkerOptions): PlaceWorker {
  const { place, policy, options, signal, track, onLost } = given;
  const { store, clock, logger, owner } = options;
  const key = placeKey(place);
  const bursts = createBursts(policy());
  const outbox = createOutbox(place, policy, options);
  const known = new Set<string>();
  let mailbox: StoredEvent[] = [];
  let questions: Question[] = [];
  let turning: Question | undefined;
  let isSending = false;
  let postsAreStale = false;
  let isPumping = false;
  let isWoken = false;
  let isClosed = false;
  let lastBusyAt = clock.now();
  let timer: { at: number; controller: AbortController } | undefined;

  const guard = (what: string, work: () => Promise<void>): void => {
    track(
      work().catch((error: unknown) => {
        if (signal.aborted) return;
        logger.error("place.failed", { what, place: key, error: errorMessage(error), stack: stackOf(error) });
        lose();
      }),
    );
  };
  const lose = (): void => {
    close();
    onLost();
  };
  const close = (): void => {
    isClosed = true;
    timer?.controller.abort();
  };

  const wake = (): void => {
    isWoken = true;
    if (isPumping || isClosed) return;
    isPumping = true;
    guard("pump", async () => {
      try {
        do {
          isWoken = false;
          await pump();
        } while (mustPumpAgain());
      } finally {
        isPumping = false;
      }
      schedule();
    });
  };

  const mustPumpAgain = (): boolean => isWoken && !isClosed;

  const schedule = (): void => {
    const at = nextDue();
    if (at === undefined || isClosed || (timer !== undefined && timer.at <= at)) return;
    timer?.controller.abort();
    const mine = { at, controller: new AbortController() };
    timer = mine;
    const rung = async (): Promise<void> => {
      await clock.sleep(Math.max(0, at - clock.now()), mine.controller.signal);
      if (timer === mine) timer = undefined;
      wake();
    };
    // A sleep that is called off rejects; nobody waits for it any more.
    rung().catch(() => undefined);
  };

  const nextDue = (): number | undefined => {
    const times = [
      bursts.nextEnd(),
      ...(turning === undefined ? questions.map(({ dueAt }) => dueAt) : []),
      ...(isSending ? [] : [outbox.nextDue()]),
    ].filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  };

  const pump = async (): Promise<void> => {
    lastBusyAt = clock.now();
    if (!(await readMailbox())) return lose();
    for (const burst of bursts.takeEnded(clock.now())) {
      const question = questionOf(burst);
      if (question !== undefined) questions.push(question);
    }
    if (postsAreStale && !isSending) {
      postsAreStale = false;
      await outbox.load();
    }
    const now = clock.now();
    const due = outbox.dueForDigest(now);
    if (due.length > 0 && !isSending) {
      if (!(await settleDigest(place, due, policy(), options))) return lose();
      await outbox.load();
    }
    startTurn(now);
    startSend(now);
  };

  const startTurn = (now: number): void => {
    if (turning !== undefined) return;
    const [next] = questions.filter(({ dueAt }) => dueAt <= now).toSorted(byUrgency);
    if (next === undefined) return;
    questions = questions.filter((question) => question !== next);
    turning = next;
    guard("turn", async () => {
      const isOurs = await turn(next);
      turning = undefined;
      if (!isOurs) lose();
      else wake();
    });
  };

  const turn = async (question: Question): Promise<boolean> => {
    const result = await advanceTurn(question, policy(), options, signal).catch((error: unknown): TurnResult => {
      if (isOperational(error) || signal.aborted) throw error;
      logger.error("turn.bug", { place: key, error: errorMessage(error), stack: stackOf(error) });
      return { kind: "end", question, ending: { outcome: "failed", reason: "bug" }, posts: [] };
    });
    if (result.kind === "later") {
      questions.push(result.question);
      return true;
    }
    const done = keysOf(result.question);
    if (!(await settle(done, recordsOf(result.question, result.ending), result.posts, result.stream))) return false;
    await outbox.abandonWriting(done, signal);
    const replied = result.posts.map(({ post }) => post.target.inReplyTo);
    const { lines, gone } = result.question;
    const silent = [...lines, ...gone].filter(({ message }) => !replied.includes(message.id));
    stayQuietOn(
      silent.map(({ message }) => message),
      options,
    );
    return true;
  };

  const settle = async (
    done: string[],
    ledger: LedgerRecord[],
    posts: NewPost[],
    stream?: PostStream,
  ): Promise<boolean> => {
    const isOurs = await store.settle({ place, owner, done, ledger, posts }, clock.now());
    if (!isOurs) return false;
    for (const one of done) known.delete(one);
    const [post] = posts;
    if (post === undefined) return true;
    if (stream !== undefined) outbox.attach(post.post.idempotencyKey, stream);
    if (isSending) postsAreStale = true;
    else await outbox.load();
    return true;
  };

  const startSend = (now: number): void => {
    const due = outbox.nextDue();
    if (isSending || due === undefined || due > now) return;
    isSending = true;
    guard("send", async () => {
      const isOurs = await outbox.sendNext(signal);
      isSending = false;
      if (!isOurs) lose();
      else wake();
    });
  };

  /** Reads what came in; false when the place is no longer ours. */
  const readMailbox = async (): Promise<boolean> => {
    const taken = mailbox;
    mailbox = [];
    const handled: Handled = { done: [], ledger: [], posts: [], silent: [] };
    for (const stored of taken) {
      if (known.has(stored.key)) continue;
      known.add(stored.key);
      try {
        await readEvent(stored, handled);
      } catch (error) {
        if (isOperational(error) || signal.aborted) throw error;
        // A line that cannot be read must not stop those behind it.
        logger.error("event.bug", { place: key, error: errorMessage(error), stack: stackOf(error) });
        handled.done.push(stored.key);
      }
    }
    const { done, ledger, posts, silent } = handled;
    if (done.length > 0 && !(await settle(done, ledger, posts))) return false;
    stayQuietOn(silent, options);
    return true;
  };

  const readEvent = async (stored: StoredEvent, handled: Handled): Promise<void> => {
    const { event } = stored;
    const { done, ledger, posts, silent } = handled;
    switch (event.kind) {
      case "message": {
        const line = { key: stored.key, message: event.message, receivedAt: stored.receivedAt };
        const verdict = await takeLine(line, policy(), options, signal);
        if (verdict.kind === "joins") return bursts.add(verdict.line);
        done.push(stored.key);
        ledger.push(verdict.record);
        posts.push(...verdict.posts);
        if (verdict.posts.length === 0) silent.push(event.message);
        return;
      }
      case "recalled":
        await takeBack(messageKey({ channel: event.channel, app: event.app, id: event.messageId }), handled);
        done.push(stored.key);
        return;
      case "feedback":
        await keepVote(store, event.feedback);
        done.push(stored.key);
    }
  };

  /** A line was taken back: out of its burst, and its answer out of the outbox. A turn that runs sees it by itself. */
  const takeBack = async (lineKey: string, { done, ledger, silent }: Handled): Promise<void> => {
    bursts.drop(lineKey);
    const isAsked = [...questions, ...(turning === undefined ? [] : [turning])].some((question) =>
      keysOf(question).includes(lineKey),
    );
    if (isAsked) {
      for (const question of questions) {
        if (!keysOf(question).includes(lineKey)) continue;
        question.isTouched = true;
        question.dueAt = 0;
      }
      return;
    }
    const line = await store.findLine(lineKey);
    if (line !== undefined && known.has(lineKey)) {
      done.push(lineKey);
      ledger.push(recordOf(line, { outcome: "recalled" }));
      silent.push(line.message);
    }
    postsAreStale ||= (await store.findPostsTo(lineKey)).some(({ state }) => state === "waiting");
  };

  return {
    async load() {
      mailbox.push(...(await store.pendingEvents(key)));
      postsAreStale = true;
      wake();
    },
    push(event) {
      mailbox.push(event);
      wake();
    },
    refreshPosts() {
      postsAreStale = true;
      wake();
    },
    pendingCount: () => known.size + mailbox.length,
    idleSince() {
      const isBusy = isPumping || isSending || turning !== undefined || mailbox.length > 0 || known.size > 0;
      const due = outbox.nextDue();
      // What is due much later is found again by its time.
      return isBusy || (due !== undefined && due <= clock.now() + options.limits.idleMs) ? undefined : lastBusyAt;
    },
    close,
  };
}

/** What the reading of a mailbox comes to. */
interface Handled {
  done: string[];
  ledger: LedgerRecord[];
  posts: NewPost[];
  /** Lines that nothing will be posted in reply to. */
  silent: Message[];
}

/** Who asked us by name first, then by what the answer is worth, then who asked first. */
function byUrgency(left: Question, right: Question): number {
  return Number(right.mentioned) - Number(left.mentioned) || worth(right) - worth(left) || left.askedAt - right.askedAt;
}

function worth({ scores }: Question): number {
  return scores === undefined ? 0 : expectedValue(scores);
}

function isOperational(error: unknown): boolean {
  return error instanceof AppError;
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
