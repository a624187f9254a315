import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { parseRetryAfter } from "../../src/models/gateway-errors.ts";
import { retry } from "../../src/models/retry.ts";
import { createJumpingClock, createManualClock, settle } from "./stand-in/clocks.ts";

const never = new AbortController().signal;

function failing(error: Error): { attempt: () => Promise<never>; calls: () => number } {
  let calls = 0;
  return {
    attempt: () => {
      calls += 1;
      return Promise.reject(error);
    },
    calls: () => calls,
  };
}

test("waits a random time under a doubling ceiling and gives up after three attempts", async () => {
  const clock = createJumpingClock();
  const { attempt, calls } = failing(new AppError("model_unreachable", "down", { retryable: true }));
  const call = retry(attempt, { clock, random: () => 0.5, signal: never });
  await expect(call).rejects.toMatchObject({ code: "model_unreachable" });
  expect(calls()).toBe(3);
  expect(clock.sleeps).toEqual([250, 500]);
});

test("does not spend the owner's time three times: a timeout that took it all is final, another trouble is not", async () => {
  for (const [code, expected] of [
    ["timeout", 1],
    ["model_unreachable", 3],
  ] as const) {
    const clock = createJumpingClock();
    let calls = 0;
    const attempt = async (): Promise<never> => {
      calls += 1;
      await clock.sleep(60_000);
      throw new AppError(code, "slow", { retryable: true });
    };
    const call = retry(attempt, { clock, random: () => 0, signal: never, patienceMs: 60_000 });
    await expect(call).rejects.toMatchObject({ code });
    expect(calls).toBe(expected);
  }
});

test("waits at least as long as Retry-After asks", async () => {
  const clock = createJumpingClock();
  const { attempt } = failing(new AppError("model_rate_limited", "slow", { retryable: true, retryAfterMs: 7000 }));
  await expect(retry(attempt, { clock, random: () => 0, signal: never })).rejects.toBeInstanceOf(AppError);
  expect(clock.sleeps).toEqual([7000, 7000]);
});

test("does not wait where Retry-After asks for more than a minute", async () => {
  const clock = createJumpingClock();
  const { attempt, calls } = failing(
    new AppError("model_rate_limited", "slow", { retryable: true, retryAfterMs: 3_600_000 }),
  );
  await expect(retry(attempt, { clock, random: () => 0, signal: never })).rejects.toBeInstanceOf(AppError);
  expect(calls()).toBe(1);
});

test.each([new AppError("model_rejected_request", "bad"), new TypeError("a bug")])(
  "never repeats %s",
  async (error) => {
    const { attempt, calls } = failing(error);
    await expect(retry(attempt, { clock: createJumpingClock(), random: () => 0, signal: never })).rejects.toBe(error);
    expect(calls()).toBe(1);
  },
);

test("a caller that gives up during a wait is not kept", async () => {
  const controller = new AbortController();
  const { attempt, calls } = failing(new AppError("model_unreachable", "down", { retryable: true }));
  const call = retry(attempt, { clock: createManualClock(), random: () => 0.5, signal: controller.signal });
  const outcome = expect(call).rejects.toMatchObject({ code: "aborted" });
  await settle();
  controller.abort();
  await outcome;
  expect(calls()).toBe(1);
});

test.each([
  ["2", 2000],
  ["0.5", 500],
  ["Tue, 14 Nov 2023 22:13:25 GMT", 5000],
  ["Tue, 14 Nov 2023 22:00:00 GMT", 0],
  ["soon", undefined],
  ["", undefined],
  [null, undefined],
])("Retry-After %s is %s ms", (header, ms) => {
  expect(parseRetryAfter(header, 1_700_000_000_000)).toBe(ms);
});
