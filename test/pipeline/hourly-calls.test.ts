import fc from "fast-check";
import { expect, test } from "vitest";
import { createHourlyCalls } from "../../src/pipeline/hourly-calls.ts";

const MINUTE_MS = 60_000;

test("lets so many calls out in any 60 minutes, not in each hour of the clock", () => {
  let now = 0;
  const calls = createHourlyCalls({ now: () => now });
  expect([calls.take(2), calls.take(2), calls.take(2)]).toEqual([true, true, false]);
  now = 59 * MINUTE_MS;
  expect(calls.take(2)).toBe(false);
  now = 60 * MINUTE_MS;
  expect([calls.take(2), calls.take(2), calls.take(2)]).toEqual([true, true, false]);
});

test("counts the calls of all groups together, each against its own limit", () => {
  const calls = createHourlyCalls({ now: () => 0 });
  expect([calls.take(1), calls.take(1), calls.take(3), calls.take(0)]).toEqual([true, false, true, false]);
});

test("a clock that was put back does not stop the calls for longer than an hour", () => {
  let now = 1000 * MINUTE_MS;
  const calls = createHourlyCalls({ now: () => now });
  calls.take(1);
  now = 0;
  expect(calls.take(1)).toBe(true);
});

test("no 60 minutes ever hold more calls than allowed", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40 })), fc.integer({ min: 0, max: 4 }), (steps, perHour) => {
      let now = 0;
      const calls = createHourlyCalls({ now: () => now });
      const out: number[] = [];
      for (const step of steps) {
        now += step * MINUTE_MS;
        if (calls.take(perHour)) out.push(now);
      }
      for (const at of out) {
        const within = out.filter((other) => other <= at && other > at - 60 * MINUTE_MS);
        expect(within.length).toBeLessThanOrEqual(perHour);
      }
    }),
  );
});
