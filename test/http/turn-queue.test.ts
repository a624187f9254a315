import fc from "fast-check";
import { expect, test } from "vitest";
import { RequestFault } from "../../src/http/problem.ts";
import { createTurnQueue, type Aside, type TurnQueue } from "../../src/http/turn-queue.ts";

const { signal } = new AbortController();
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let [resolve, reject]: [(value: T) => void, (error: Error) => void] = [() => undefined, () => undefined];
  const promise = new Promise<T>((onValue, onError) => {
    [resolve, reject] = [onValue, onError];
  });
  return { promise, resolve, reject };
}

/** A turn of the queue that begins, is told to go on, and ends when the test says so. */
function turnOf(queue: TurnQueue, name: string, seen: string[]) {
  const [end, goOn] = [deferred(), deferred()];
  const done = queue.run(async (aside: Aside) => {
    seen.push(`${name} begins`);
    if (name.endsWith("*")) {
      await aside(async () => goOn.promise);
      seen.push(`${name} goes on`);
    }
    await end.promise;
    seen.push(`${name} ends`);
  }, signal);
  return { done, end: () => end.resolve(), goOn: () => goOn.resolve() };
}

function queueOf(options: { atOnce?: number; maxWaiting?: number } = {}): TurnQueue {
  return createTurnQueue({ atOnce: 1, maxWaiting: 10, now: () => 0, ...options });
}

test("turns begin in the order they came, so many at once", async () => {
  const queue = queueOf({ atOnce: 2 });
  const seen: string[] = [];
  const turns = ["a", "b", "c", "d"].map((name) => turnOf(queue, name, seen));
  await settled();
  expect(seen).toEqual(["a begins", "b begins"]);
  turns[1]?.end();
  await settled();
  expect(seen.slice(2)).toEqual(["b ends", "c begins"]);
  for (const turn of turns) turn.end();
  await Promise.all(turns.map(({ done }) => done));
  expect(seen.filter((each) => each.endsWith("begins"))).toEqual(["a begins", "b begins", "c begins", "d begins"]);
});

test("who waits for another machine lets the next one work, and goes on before those that have not begun", async () => {
  const queue = queueOf();
  const seen: string[] = [];
  const [first, second, third] = ["a*", "b", "c"].map((name) => turnOf(queue, name, seen));
  await settled();
  expect(seen).toEqual(["a* begins", "b begins"]);
  first?.goOn();
  await settled();
  expect(seen).toHaveLength(2);
  second?.end();
  await settled();
  expect(seen.slice(2)).toEqual(["b ends", "a* goes on"]);
  for (const turn of [first, second, third]) turn?.end();
  await third?.done;
  expect(seen.slice(4)).toEqual(["a* ends", "c begins", "c ends"]);
});

test("a turn that fails, also aside, makes room", async () => {
  const queue = queueOf();
  const fault = new Error("the gateway is gone");
  const fail = async (): Promise<never> => Promise.reject(fault);
  await expect(queue.run(fail, signal)).rejects.toBe(fault);
  await expect(queue.run(async (aside) => aside(fail), signal)).rejects.toBe(fault);
  const throwing = (): never => {
    throw fault;
  };
  await expect(queue.run(async (aside) => aside(throwing), signal)).rejects.toBe(fault);
  expect(await queue.run(async () => "room", signal)).toBe("room");
});

test("who hangs up while waiting never begins, and the others keep their order", async () => {
  const queue = queueOf();
  const seen: string[] = [];
  const first = turnOf(queue, "a", seen);
  const gone = new AbortController();
  const left = queue.run(async () => seen.push("gone begins"), gone.signal);
  const last = turnOf(queue, "c", seen);
  gone.abort(new Error("hung up"));
  await expect(left).rejects.toThrow("hung up");
  await expect(queue.run(async () => seen.push("late begins"), gone.signal)).rejects.toThrow("hung up");
  first.end();
  last.end();
  await last.done;
  expect(seen).toEqual(["a begins", "a ends", "c begins", "c ends"]);
});

test("tells how long a turn waited", async () => {
  let time = 0;
  const queue = createTurnQueue({ atOnce: 1, maxWaiting: 1, now: () => time });
  const end = deferred();
  const waits: number[] = [];
  const turns = [0, 1].map(() =>
    queue.run(async (_aside, waitedMs) => {
      waits.push(waitedMs);
      await end.promise;
    }, signal),
  );
  await settled();
  time = 40;
  end.resolve();
  await Promise.all(turns);
  expect(waits).toEqual([0, 40]);
});

test("beyond its bound it says 503 and when to come again, by the time that turns take", async () => {
  let time = 0;
  const queue = createTurnQueue({ atOnce: 2, maxWaiting: 6, now: () => time });
  await queue.run(async () => {
    time += 1500;
  }, signal);
  const seen: string[] = [];
  const turns = Array.from({ length: 8 }, (_, index) => turnOf(queue, String(index), seen));
  const fault = await queue.run(async () => undefined, signal).catch((error: unknown) => error);
  // 6 turns of 1.5 s, two at a time.
  expect(fault).toMatchObject({ problem: { status: 503, code: "busy", retryAfterS: 5 } });
  expect(() => queue.assertRoom()).toThrow(RequestFault);
  for (const turn of turns) turn.end();
  await Promise.all(turns.map(({ done }) => done));
  expect(() => queue.assertRoom()).not.toThrow();
});

test("never do more work at once than are allowed, and every turn ends", async () => {
  const turn = fc.record({
    asides: fc.integer({ min: 0, max: 3 }),
    ticks: fc.integer({ min: 0, max: 3 }),
    fails: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 20 }), fc.integer({ min: 1, max: 4 }), async (turns, atOnce) => {
      const queue = createTurnQueue({ atOnce, maxWaiting: 100, now: () => 0 });
      let [working, most] = [0, 0];
      const work = async (ticks: number): Promise<void> => {
        most = Math.max(most, ++working);
        for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
        working -= 1;
      };
      const ends = await Promise.allSettled(
        turns.map(({ asides, ticks, fails }) =>
          queue.run(async (aside) => {
            for (let round = 0; round < asides; round++) {
              await work(ticks);
              await aside(settled);
            }
            await work(ticks);
            if (fails) throw new Error("failed");
          }, signal),
        ),
      );
      expect(most).toBeLessThanOrEqual(atOnce);
      expect(ends.map(({ status }) => status === "rejected")).toEqual(turns.map(({ fails }) => fails));
      expect(await queue.run(async () => "room", signal)).toBe("room");
    }),
    { numRuns: 50 },
  );
});
