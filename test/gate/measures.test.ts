import { expect, test } from "vitest";
import { areaUnderCurve, bestPoint, bootstrap, measuresAt, precisionRecallCurve } from "../../src/gate/measures.ts";

const judged = [
  { probability: 0.9, positive: true },
  { probability: 0.8, positive: false },
  { probability: 0.7, positive: true },
  { probability: 0.2, positive: false },
];

test("precision, recall and F1 at a threshold", () => {
  expect(measuresAt(judged, 0.75)).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 });
  expect(measuresAt(judged, 0.95)).toEqual({ precision: 0, recall: 0, f1: 0 });
});

test("the area counts pairs, ties by half", () => {
  expect(areaUnderCurve(judged)).toBe(0.75);
  expect(areaUnderCurve(judged.map((line) => ({ ...line, probability: 0.5 })))).toBe(0.5);
  expect(areaUnderCurve([])).toBe(0.5);
});

test("the curve runs from the strictest threshold to recall 1, and its best point has the best F1", () => {
  const curve = precisionRecallCurve(judged);
  expect(curve.at(0)).toMatchObject({ precision: 1, recall: 0.5 });
  expect(curve.at(-1)).toMatchObject({ precision: 0.5, recall: 1 });
  expect(bestPoint(judged).f1).toBeCloseTo(0.8, 9);
  expect(measuresAt(judged, bestPoint(judged).threshold).f1).toBeCloseTo(0.8, 9);
});

test("a bootstrap interval holds the middle of its draws and repeats for a seed", () => {
  const mean = (drawn: number[]): number => drawn.reduce((sum, index) => sum + (index % 2), 0) / drawn.length;
  const once = bootstrap(100, mean, { draws: 200, seed: 5 });
  expect(bootstrap(100, mean, { draws: 200, seed: 5 })).toEqual(once);
  expect(once.interval.low).toBeLessThan(0.5);
  expect(once.interval.high).toBeGreaterThan(0.5);
});
