import { z } from "zod";
import type { Clock } from "../../../core/runtime.ts";
import type { NoteStore } from "../../../core/store.ts";

const DAY_MS = 86_400_000;

/** An answer that no poll asked for within this time is of no use to anybody. */
const KEPT_MS = 7 * DAY_MS;

const answerSchema = z.object({
  /** Conversation it is for, and the `query_id` of the request it answers. */
  place: z.string(),
  queryId: z.string(),
  at: z.number(),
  /** An element of `data` in the reply to a poll, as JSON; empty once it was handed over. */
  element: z.string(),
});

type QueuedAnswer = z.infer<typeof answerSchema>;

/** Answers that wait for the phone to ask for them, on the disk. */
export interface PollQueue {
  /** Keeps an answer. One with a key that is there already, or was handed over, changes nothing. */
  put(key: string, answer: Omit<QueuedAnswer, "at">): Promise<void>;
  /** Hands over, oldest first, what waits for a conversation or a `query_id`. Nothing is handed over twice. */
  take(poll: { place: string; queryId: string }): Promise<string[]>;
}

/**
 * The rule where a process dies while a poll is answered: an answer is marked before it is handed over, so that it may be
 * lost with the connection but is never shown twice.
 */
export function createPollQueue({
  scope,
  notes,
  clock,
}: {
  scope: string;
  notes: Pick<NoteStore, "putNote" | "notes">;
  clock: Clock;
}): PollQueue {
  let last: Promise<unknown> = Promise.resolve();
  /** One after another: two polls at once must not find the same answer. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const turn = last.then(act, act);
    last = turn.catch(() => undefined);
    return turn;
  };
  const all = async (): Promise<[string, QueuedAnswer][]> => {
    const found: [string, QueuedAnswer][] = [];
    for (const [key, text] of await notes.notes(scope)) {
      const { success, data } = answerSchema.safeParse(JSON.parse(text));
      if (success && clock.now() - data.at <= KEPT_MS) found.push([key, data]);
      else await notes.putNote(scope, key, undefined, clock.now());
    }
    return found.toSorted(([, left], [, right]) => left.at - right.at);
  };
  const write = (key: string, answer: QueuedAnswer): Promise<void> =>
    notes.putNote(scope, key, JSON.stringify(answer), clock.now());

  return {
    put: (key, answer) =>
      inTurn(async () => {
        const isThere = (await all()).some(([other]) => other === key);
        if (!isThere) await write(key, { ...answer, at: clock.now() });
      }),
    take: ({ place, queryId }) =>
      inTurn(async () => {
        const taken: string[] = [];
        for (const [key, answer] of await all()) {
          if (answer.element === "" || (answer.place !== place && answer.queryId !== queryId)) continue;
          // The empty one stays behind, so that a send that is repeated after a crash finds it was done.
          await write(key, { ...answer, element: "" });
          taken.push(answer.element);
        }
        return taken;
      }),
  };
}
