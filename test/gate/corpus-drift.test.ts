import { expect, test } from "vitest";
import { driftOf, meanLikeness, sampleVectors, withoutDrift } from "../../src/gate/corpus-drift.ts";
import { syntheticLines } from "./synthetic-lines.ts";

const then = { nearest: 0.88, nearestThirty: 0.86, centroid: 0.87 };

test("a vector is found again from its landmark", () => {
  const [line] = syntheticLines(1);
  const vector = line?.evidence.queryVector ?? new Float32Array();
  const centre = vector.map((value, axis) => 0.7 * value + (axis % 2 === 0 ? 0.05 : -0.02));
  const rest = vector.map((value, axis) => value - (centre[axis] ?? 0));
  const length = Math.hypot(...rest);
  const landmarks = rest.map((value) => value / length);
  const [found] = sampleVectors({ centre, landmarks, worth: new Float32Array(1) });
  expect(found).toHaveLength(vector.length);
  for (const [axis, value] of vector.entries()) expect(found?.[axis]).toBeCloseTo(value, 5);
});

test("at most fifty vectors are taken, spread over all lines", () => {
  const dimensions = 4;
  const landmarks = new Float32Array(333 * dimensions).map((_, at) => (at % dimensions === 0 ? 1 : 0));
  const parts = { centre: new Float32Array(dimensions), landmarks, worth: new Float32Array(333) };
  expect(sampleVectors(parts).length).toBeLessThanOrEqual(50);
  expect(sampleVectors(parts).length).toBeGreaterThan(40);
});

test("only lines that came nearer drift, and by a bounded amount", () => {
  expect(driftOf(then, { nearest: 0.87, nearestThirty: 0.87, centroid: 0.99 })).toEqual({
    nearest: 0,
    nearestThirty: expect.closeTo(0.01, 6),
    centroid: 0.03,
  });
});

test("without documents there is no likeness, and no drift", () => {
  const [line] = syntheticLines(1);
  if (line === undefined) throw new Error("There is a line.");
  expect(meanLikeness([{ ...line.evidence, nearest: [] }])).toBeUndefined();
  expect(meanLikeness([])).toBeUndefined();
  expect(withoutDrift(line.evidence, { nearest: 0, nearestThirty: 0, centroid: 0 })).toEqual(line.evidence);
});
