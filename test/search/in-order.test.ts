import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { inOrder } from "../../src/search/in-order.ts";

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const result of results) all.push(result);
  return all;
}

test("gives results in the items' order whatever finishes first", async () => {
  const work = async (ms: number): Promise<number> => {
    await sleep(ms);
    return ms;
  };
  expect(await collect(inOrder([9, 1, 5, 0, 3], work, { concurrent: 3, ahead: 4 }))).toEqual([9, 1, 5, 0, 3]);
  expect(await collect(inOrder([], work, { concurrent: 3, ahead: 4 }))).toEqual([]);
});

test("runs no more at once and no further ahead than allowed", async () => {
  let running = 0;
  let most = 0;
  let begun = 0;
  let taken = 0;
  const work = async (): Promise<void> => {
    begun++;
    running++;
    most = Math.max(most, running);
    await sleep(1);
    running--;
  };
  for await (const _ of inOrder(Array.from({ length: 30 }), work, { concurrent: 2, ahead: 5 })) {
    taken++;
    expect(begun - taken).toBeLessThanOrEqual(5);
  }
  expect(most).toBe(2);
});

test("reports a fault in its turn, once nothing runs any more", async () => {
  let running = 0;
  const work = async (n: number): Promise<number> => {
    running++;
    await sleep(n === 1 ? 0 : 5);
    running--;
    if (n === 1) throw new Error("second");
    return n;
  };
  const seen: number[] = [];
  const run = async (): Promise<void> => {
    for await (const n of inOrder([0, 1, 2, 3], work, { concurrent: 4, ahead: 4 })) seen.push(n);
  };
  await expect(run()).rejects.toThrow("second");
  expect(seen).toEqual([0]);
  expect(running).toBe(0);
});
