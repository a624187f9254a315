import { getEventListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { withinTime, type TimeLimit } from "../../src/pipeline/within-time.ts";

const never = async (): Promise<never> => new Promise<never>(() => undefined);

/** A clock whose time is up when the test says so. */
function heldClock(): { limit: TimeLimit; passTime: () => void; sleeps: AbortSignal[] } {
  let passTime = (): void => undefined;
  const sleeps: AbortSignal[] = [];
  const sleep = async (_ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal !== undefined) sleeps.push(signal);
    await new Promise<void>((resolve, reject) => {
      passTime = resolve;
      signal?.addEventListener("abort", () => reject(new Error("woken")));
    });
  };
  return { limit: { clock: { sleep }, timeoutMs: 2000, what: "The reply" }, passTime: () => passTime(), sleeps };
}

test("gives what the call gives, and calls the clock off", async () => {
  const { limit, sleeps } = heldClock();
  const signal = new AbortController().signal;
  expect(await withinTime(limit, signal, async () => "reply")).toBe("reply");
  expect(sleeps.map(({ aborted }) => aborted)).toEqual([true]);
});

test("a call that does not heed its signal does not hold up the caller when the time is over", async () => {
  const { limit, passTime } = heldClock();
  let given: AbortSignal | undefined;
  const ended = withinTime(limit, new AbortController().signal, (inner) => {
    given = inner;
    return never();
  });
  passTime();
  await expect(ended).rejects.toMatchObject({ code: "timeout", message: "The reply did not come within 2 s" });
  expect(given?.aborted).toBe(true);
});

test("the call hears of an abort with its reason, also of one that came before", async () => {
  const reason = new Error("hung up");
  const controller = new AbortController();
  const seen: unknown[] = [];
  const run = async (inner: AbortSignal): Promise<void> => {
    await delay(0);
    seen.push(inner.reason);
  };
  const ended = withinTime(heldClock().limit, controller.signal, run);
  controller.abort(reason);
  await ended;
  await withinTime(heldClock().limit, controller.signal, run);
  expect(seen).toEqual([reason, reason]);
});

test("nothing stays behind at a signal that lives on, whatever the end was", async () => {
  const { signal } = new AbortController();
  for (let call = 0; call < 20; call++) {
    const { limit, passTime } = heldClock();
    await withinTime(limit, signal, async () => call);
    await withinTime(heldClock().limit, signal, async () => Promise.reject(new Error("no reply"))).catch(
      () => undefined,
    );
    const late = withinTime(limit, signal, never).catch(() => undefined);
    passTime();
    await late;
  }
  expect(getEventListeners(signal, "abort")).toEqual([]);
  // What `AbortSignal.any` leaves behind is no listener: it is kept under a symbol of the signal.
  const held = Object.getOwnPropertySymbols(signal).filter((symbol) => symbol.description === "kDependantSignals");
  expect(held).toEqual([]);
});
