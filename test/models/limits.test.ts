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

test.each([20, 50])(
  "%i parallel calls under 30 a minute: never more in any minute, in the order they came",
  async (count) => {
    const clock = createManualClock();
    const limiter = new RateLimiter({ requestsPerMinute: 30, tokensPerMinute: 0 }, clock);
    const served: { call: number; at: number }[] = [];
    const calls = Array.from({ length: count }, (_, call) =>
      limiter.take(1, new AbortController().signal).then(() => served.push({ call, at: clock.now() })),
    );
    await settle();
    expect(served).toHaveLength(Math.min(count, 30));
    await clock.advance(120_000);
    await Promise.all(calls);
    expect(served.map(({ call }) => call)).toEqual(Array.from({ length: count }, (_, call) => call));
    served.forEach(({ at }, index) =>
      expect(at - (served[index - 30]?.at ?? -Infinity)).toBeGreaterThanOrEqual(60_000),
    );
  },
);

test("many that give up cost those who stay nothing", async () => {
  const clock = createManualClock();
  const limiter = new RateLimiter({ requestsPerMinute: 2, tokensPerMinute: 0 }, clock);
  const leaving = new AbortController();
  const served: string[] = [];
  await limiter.take(1, never);
  await limiter.take(1, never);
  const gone = Array.from({ length: 20 }, () => limiter.take(1, AbortSignal.any([leaving.signal])));
  const stays = ["a", "b"].map((name) => limiter.take(1, never).then(() => served.push(name)));
  await clock.advance(59_999);
  leaving.abort();
  const ends = await Promise.allSettled(gone);
  expect(ends.every(({ status }) => status === "rejected")).toBe(true);
  expect(served).toEqual([]);
  await clock.advance(1);
  await Promise.all(stays);
  expect(served).toEqual(["a", "b"]);
});

test("a call of many tokens has its turn although small ones keep coming", async () => {
  const clock = createManualClock();
  const limiter = new RateLimiter({ requestsPerMinute: 0, tokensPerMinute: 100 }, clock);
  const served: string[] = [];
  await limiter.take(60, never);
  const big = limiter.take(90, never).then(() => served.push("big"));
  const small = Array.from({ length: 5 }, () => limiter.take(1, never).then(() => served.push("small")));
  await clock.advance(60_000);
  await Promise.all([big, ...small]);
  expect(served[0]).toBe("big");
});

test("a gateway's wish to wait holds for the other calls as well, limit or none", async () => {
  for (const requestsPerMinute of [0, 30]) {
    const clock = createManualClock();
    const limiter = new RateLimiter({ requestsPerMinute, tokensPerMinute: 0 }, clock);
    let isOut = false;
    limiter.pause(7000);
    limiter.pause(2000);
    const call = limiter.take(1, never).then(() => (isOut = true));
    await clock.advance(6999);
    expect(isOut).toBe(false);
    await clock.advance(1);
    await call;
  }
});
