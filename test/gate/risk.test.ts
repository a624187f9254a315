import { expect, test } from "vitest";
import { binomialAtMost, boundedThreshold, upperBound } from "../../src/gate/risk.ts";

// One-sided 95 % bounds as tables of Clopper and Pearson's interval (two-sided 90 %) give them.
test.each([
  [0, 10, 0.2589],
  [1, 10, 0.3942],
  [0, 100, 0.02951],
  [5, 100, 0.1023],
  [10, 20, 0.698],
])("the upper bound of %i in %i is %f", (count, of, expected) => {
  expect(upperBound(count, of)).toBeCloseTo(expected, 3);
});

test("nothing seen, or nothing but cases, bounds nothing", () => {
  expect(upperBound(0, 0)).toBe(1);
  expect(upperBound(7, 7)).toBe(1);
});

test("a bound leaves exactly the risk asked for", () => {
  expect(binomialAtMost(3, 500, upperBound(3, 500))).toBeCloseTo(0.05, 6);
  expect(binomialAtMost(2, 4, 0.5)).toBeCloseTo(11 / 16, 9);
});

test("the bounded threshold answers as few negative lines as it promises", () => {
  const judged = Array.from({ length: 1200 }, (_, index) => ({
    probability: index < 1000 ? index / 1250 : 0.5 + (index - 1000) / 400,
    positive: index >= 1000,
  }));
  const found = boundedThreshold(judged, 0.05);
  expect(found.upperBound).toBeLessThanOrEqual(0.05);
  expect(upperBound(found.wrong + 1, found.negatives)).toBeGreaterThan(0.05);
  expect(judged.filter((line) => !line.positive && line.probability >= found.threshold)).toHaveLength(found.wrong);
});

test("with too few negative lines the threshold stands above all of them", () => {
  const judged = [0.1, 0.2, 0.9, 0.95].map((probability, index) => ({ probability, positive: index === 3 }));
  const found = boundedThreshold(judged, 0.01);
  expect(found).toMatchObject({ wrong: 0, recall: 1 });
  expect(found.threshold).toBeGreaterThan(0.9);
  expect(found.upperBound).toBeGreaterThan(0.01);
});

test("ties with a negative line are not answered", () => {
  const judged = [0.7, 0.7, 0.7, 0.2].map((probability, index) => ({ probability, positive: index < 2 }));
  expect(boundedThreshold(judged, 0.01).threshold).toBeGreaterThan(0.7);
});
