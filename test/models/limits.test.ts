import * as fc from "fast-check";
import { expect, test } from "vitest";
import { RateLimiter } from "../../src/models/limits.ts";
import { createJumpingClock, createManualClock, settle } from "./stand-in/clocks.ts";

const never = new AbortController().signal;

test("in no sliding minute are there more calls than allowed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 25 }),
      async (requestsPerMinute, gaps) => {
        const clock = createJumpingClock();
        const limiter = new RateLimiter({ requestsPerMinute, tokensPerMinute: 0 }, clock);
        const times: number[] = [];
        for (const gap of gaps) {
          await limiter.take(1, never);
          times.push(clock.now());
          await clock.sleep(gap);
        }
        times.forEach((time, index) => {
          const before = times[index - requestsPerMinute];
          expect(before === undefined || time - before >= 60_000).toBe(true);
        });
      },
    ),
    { numRuns: 50 },
  );
});

test("20 calls at once under 8 a minute leave in the order they came", async () => {
  const clock = createManualClock();
  const limiter = new RateLimiter({ requestsPerMinute: 8, tokensPerMinute: 0 }, clock);
  const served: number[] = [];
  const calls = Array.from({ length: 20 }, (_, call) =>
    limiter.take(1, new AbortController().signal).then(() => served.push(call)),
  );
  await settle();
  expect(served).toHaveLength(8);
  await clock.advance(59_999);
  expect(served).toHaveLength(8);
  await clock.advance(1);
  expect(served).toHaveLength(16);
  await clock.advance(60_000);
  await Promise.all(calls);
  expect(served).toEqual(served.toSorted((a, b) => a - b));
});

test("a waiter that is cancelled leaves at once and uses nothing up", async () => {
  const clock = createManualClock();
  const limiter = new RateLimiter({ requestsPerMinute: 1, tokensPerMinute: 0 }, clock);
  const served: string[] = [];
  await limiter.take(1, never);
  const impatient = new AbortController();
  const sleeper = new AbortController();
  const first = limiter.take(1, sleeper.signal);
  const second = limiter.take(1, impatient.signal);
  const third = limiter.take(1, never).then(() => served.push("third"));
  await settle();
  impatient.abort();
  await expect(second).rejects.toMatchObject({ code: "aborted" });
  sleeper.abort();
  await expect(first).rejects.toMatchObject({ code: "aborted" });
  expect(served).toEqual([]);
  await clock.advance(60_000);
  await third;
  expect(served).toEqual(["third"]);
});

test("tokens are counted, those of the reply as well", async () => {
  const clock = createJumpingClock();
  const limiter = new RateLimiter({ requestsPerMinute: 0, tokensPerMinute: 100 }, clock);
  await limiter.take(40, never);
  limiter.addTokens(50);
  await limiter.take(10, never);
  expect(clock.sleeps).toEqual([]);
  await limiter.take(10, never);
  expect(clock.sleeps).toEqual([60_000]);
});

test("a call above the token limit waits for an empty window and then leaves", async () => {
  const clock = createJumpingClock();
  const limiter = new RateLimiter({ requestsPerMinute: 0, tokensPerMinute: 100 }, clock);
  await limiter.take(1, never);
  await limiter.take(5000, never);
  expect(clock.sleeps).toEqual([60_000]);
});

test("zero means no limit", async () => {
  const clock = createJumpingClock();
  const limiter = new RateLimiter({ requestsPerMinute: 0, tokensPerMinute: 0 }, clock);
  await Promise.all(Array.from({ length: 1000 }, () => limiter.take(1000, new AbortController().signal)));
  expect(clock.sleeps).toEqual([]);
});
