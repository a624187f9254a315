import fc from "fast-check";
import { expect, test } from "vitest";
import { createPassiveReplies, type TryEnd } from "../../../src/channels/wechat/official/passive-replies.ts";
import { createManualClock, settle } from "../../models/stand-in/clocks.ts";
import { never } from "./posts.ts";

const step = fc.oneof(
  fc.constant({ kind: "open" as const }),
  fc.constant({ kind: "give" as const }),
  fc.constant({ kind: "quiet" as const }),
  fc.integer({ min: 1, max: 6000 }).map((ms) => ({ kind: "wait" as const, ms })),
);

test("whatever comes in whatever order: every try ends within 6 s, and all that end with a text end with the first one", async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 20 }), async (canSendLater, steps) => {
      const clock = createManualClock();
      const replies = createPassiveReplies({ clock, canSendLater });
      const tries: { openedAt: number; endedAt?: number; end?: TryEnd }[] = [];
      let given: string | undefined;
      for (const [index, action] of steps.entries()) {
        if (action.kind === "open") {
          const one: (typeof tries)[number] = { openedAt: clock.now() };
          tries.push(one);
          void replies.open("m").then((end) => Object.assign(one, { end, endedAt: clock.now() }));
        } else if (action.kind === "give") {
          const isOpen = replies.isOpen("m");
          expect(replies.give("m", `text ${index}`)).toBe(isOpen);
          if (isOpen) given ??= `text ${index}`;
        } else if (action.kind === "quiet") {
          replies.endEmpty("m");
        } else {
          await clock.advance(action.ms);
        }
        await settle();
      }
      await clock.advance(6000);
      await settle();
      for (const { openedAt, endedAt, end } of tries) {
        expect((endedAt ?? Infinity) - openedAt).toBeLessThan(6000);
        if (end?.kind === "text") expect(end.text).toBe(given);
        if (canSendLater) expect(end?.kind).not.toBe("ask-again");
      }
    }),
    { numRuns: 60 },
  );
});

test("tries of one message say nothing about another", async () => {
  const replies = createPassiveReplies({ clock: createManualClock(), canSendLater: true });
  const first = replies.open("a");
  expect(replies.give("b", "text")).toBe(false);
  expect(await replies.nextTry("b", never)).toBe(false);
  expect(replies.give("a", "text")).toBe(true);
  expect(await first).toEqual({ kind: "text", text: "text" });
});

test("of two answers that wait, one that is cancelled does not keep the other from the next try", async () => {
  const clock = createManualClock();
  const replies = createPassiveReplies({ clock, canSendLater: false });
  const first = replies.open("a");
  await clock.advance(5600);
  await first;
  const cancelled = new AbortController();
  const waiting = [replies.nextTry("a", cancelled.signal), replies.nextTry("a", never)];
  cancelled.abort();
  await waiting[0];
  void replies.open("a");
  expect(await waiting[1]).toBe(true);
});

test("an answer waits for the next try no longer than one can come, and not when it is cancelled", async () => {
  const clock = createManualClock();
  const replies = createPassiveReplies({ clock, canSendLater: false });
  const first = replies.open("a");
  await clock.advance(5600);
  expect(await first).toEqual({ kind: "ask-again" });
  const cancelled = new AbortController();
  const waiting = [replies.nextTry("a", cancelled.signal), replies.nextTry("a", never)];
  cancelled.abort();
  expect(await waiting[0]).toBe(false);
  await clock.advance(16_000);
  expect(await waiting[1]).toBe(false);
});
