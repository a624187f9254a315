import { expect, test } from "vitest";
import { placeBuckets, termBuckets } from "../../src/gate/grams.ts";
import { addCosines, addWorth, rarityOf, viewShare, type BucketVector } from "../../src/gate/rare-buckets.ts";

const SIZE = 16;
const of = (...buckets: number[]): BucketVector => ({ buckets: Uint16Array.from(buckets) });
const LINES = [of(1, 2, 3), of(1, 2), of(1, 7), of(), of(1)];

test("a bucket that every line has counts for nothing, a rare one the most", () => {
  const rarity = rarityOf([of(1, 2), of(1, 2), of(1, 3)], SIZE);
  expect(rarity[1]).toBe(0);
  expect(rarity[3]).toBeGreaterThan(rarity[2] ?? 0);
});

test("cosines are symmetric, 1 with itself, 0 where nothing rare is shared", () => {
  const kernel = new Float32Array(LINES.length ** 2);
  const rarity = rarityOf(LINES, SIZE);
  addCosines(kernel, LINES, { rarity, variance: 2 });
  const at = (row: number, column: number): number => kernel[row * LINES.length + column] ?? Number.NaN;
  expect(at(0, 0)).toBeCloseTo(2, 5);
  expect(at(0, 1)).toBeCloseTo(at(1, 0), 6);
  expect(at(0, 1)).toBeGreaterThan(at(0, 2));
  expect(at(3, 3)).toBe(0);
});

test("weights learnt from lines say of a line what the cosines with those lines say", () => {
  const rarity = rarityOf(LINES, SIZE);
  const kernel = new Float32Array(LINES.length ** 2);
  addCosines(kernel, LINES, { rarity, variance: 1 });
  const worth = [0.5, -1, 0.25, 2, 3];
  const view = { weights: new Float32Array(SIZE), rarity };
  for (const [index, line] of LINES.entries()) addWorth(view, line, worth[index] ?? 0);
  for (const [row, line] of LINES.entries()) {
    const summed = worth.reduce((sum, value, column) => sum + value * (kernel[row * LINES.length + column] ?? 0), 0);
    expect(viewShare(view, line)).toBeCloseTo(summed, 5);
  }
});

test("terms are Latin words and numbers, whatever their case and width", () => {
  expect(termBuckets("ＲＴＭPose 怎么用？")).toEqual(termBuckets("rtmpose 在哪"));
  expect(termBuckets("今天天气不错").buckets).toHaveLength(0);
});

test("documents of one folder share its bucket, and the first counts most", () => {
  const [first, second] = [placeBuckets(["docs/a/x.md"]), placeBuckets(["docs/a/y.md"])];
  expect(first.buckets.filter((bucket) => second.buckets.includes(bucket))).toHaveLength(2);
  const amounts = placeBuckets(["x.md", "y.md"]).amounts ?? new Float32Array(0);
  expect([...amounts].toSorted((a, b) => a - b)).toEqual([0.5, 1]);
});
