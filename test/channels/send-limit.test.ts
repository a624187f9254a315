import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createSendLimit } from "../../src/channels/send-limit.ts";
import { createManualClock, settle } from "../models/stand-in/clocks.ts";

const never = new AbortController().signal;
const MINUTE = { max: 20, windowMs: 60_000 };

test("25 sends at once: 20 go, 5 wait for the window to pass, in their order", async () => {
  const clock = createManualClock();
  const limit = createSendLimit({ windows: [MINUTE], clock });
  const sent: number[] = [];
  const all = Promise.all(Array.from({ length: 25 }, (_, n) => limit.run("bot", async () => void sent.push(n), never)));
  await settle();
  expect(sent).toHaveLength(20);
  await clock.advance(59_999);
  expect(sent).toHaveLength(20);
  await clock.advance(1);
  await all;
  expect(sent).toEqual(Array.from({ length: 25 }, (_, n) => n));
});

test("one key does not wait for another", async () => {
  const clock = createManualClock();
  const limit = createSendLimit({ windows: [{ max: 1, windowMs: 1000 }], clock });
  const sent: string[] = [];
  const send = (key: string): Promise<void> => limit.run(key, async () => void sent.push(key), never);
  const all = Promise.all([send("a"), send("a"), send("b")]);
  await settle();
  expect(sent).toEqual(["a", "b"]);
  await clock.advance(1000);
  await all;
  expect(sent).toEqual(["a", "b", "a"]);
});

test("a send counts until the window after its reply has passed", async () => {
  const clock = createManualClock();
  const limit = createSendLimit({ windows: [{ max: 1, windowMs: 1000 }], clock });
  const starts: number[] = [];
  const began = clock.now();
  const slow = (): Promise<void> => {
    starts.push(clock.now() - began);
    return clock.sleep(700);
  };
  const both = Promise.all([limit.run("a", slow, never), limit.run("a", slow, never)]);
  await clock.advance(3000);
  await both;
  expect(starts).toEqual([0, 1700]);
});

test("all windows hold at once", async () => {
  const clock = createManualClock();
  const windows = [
    { max: 2, windowMs: 1000 },
    { max: 3, windowMs: 60_000 },
  ];
  const limit = createSendLimit({ windows, clock });
  const began = clock.now();
  const starts: number[] = [];
  const sends = Array.from({ length: 4 }, () =>
    limit.run("a", async () => void starts.push(clock.now() - began), never),
  );
  await clock.advance(120_000);
  await Promise.all(sends);
  expect(starts).toEqual([0, 0, 1000, 60_000]);
});

test("an aborted caller leaves the queue and uses nothing up", async () => {
  const clock = createManualClock();
  const limit = createSendLimit({ windows: [{ max: 1, windowMs: 1000 }], clock });
  const sent: string[] = [];
  await limit.run("a", async () => void sent.push("first"), never);
  const giving = new AbortController();
  const second = limit.run("a", async () => void sent.push("second"), giving.signal);
  const third = limit.run("a", async () => void sent.push("third"), never);
  giving.abort();
  await expect(second).rejects.toMatchObject({ code: "aborted" });
  await clock.advance(1000);
  await third;
  expect(sent).toEqual(["first", "third"]);
  await expect(limit.run("a", async () => undefined, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
});

test("nobody sleeps once the last waiting caller has left", async () => {
  const clock = createManualClock();
  const limit = createSendLimit({ windows: [{ max: 1, windowMs: 1000 }], clock });
  await limit.run("a", async () => undefined, never);
  const giving = new AbortController();
  const waiting = limit.run("a", async () => undefined, giving.signal);
  await settle();
  expect(clock.sleeping()).toBe(1);
  giving.abort();
  await expect(waiting).rejects.toMatchObject({ code: "aborted" });
  await settle();
  expect(clock.sleeping()).toBe(0);
});

test("a pause holds the key back, and a failed send counts as one", async () => {
  const clock = createManualClock();
  const limit = createSendLimit({ windows: [{ max: 2, windowMs: 1000 }], clock });
  const began = clock.now();
  await expect(limit.run("a", () => Promise.reject(new Error("no")), never)).rejects.toThrow("no");
  limit.pause("a", 5000);
  const starts: number[] = [];
  const sends = [1, 2].map(() => limit.run("a", async () => void starts.push(clock.now() - began), never));
  await clock.advance(10_000);
  await Promise.all(sends);
  expect(starts).toEqual([5000, 5000]);
});

test("in no window are there more sends than allowed, and all of them go", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.record({ gap: fc.integer({ min: 0, max: 900 }), takes: fc.integer({ min: 0, max: 400 }) }), {
        minLength: 1,
        maxLength: 15,
      }),
      async (max, plan) => {
        const clock = createManualClock();
        const limit = createSendLimit({ windows: [{ max, windowMs: 1000 }], clock });
        const arrivals: number[] = [];
        const sends: Promise<void>[] = [];
        for (const { gap, takes } of plan) {
          sends.push(
            limit.run(
              "a",
              async () => {
                // Arrives at the platform at the very end of the call, the worst case.
                if (takes > 0) await clock.sleep(takes);
                arrivals.push(clock.now());
              },
              never,
            ),
          );
          await clock.advance(gap);
        }
        await clock.advance(60_000);
        await Promise.all(sends);
        expect(arrivals).toHaveLength(plan.length);
        arrivals.forEach((at, index) => {
          const earlier = arrivals[index - max];
          expect(earlier === undefined || at - earlier >= 1000).toBe(true);
        });
      },
    ),
    { numRuns: 60 },
  );
});
