import fc from "fast-check";
import { expect, test } from "vitest";
import { createGate, PRIOR_THRESHOLD } from "../../src/gate/gate.ts";
import { measureUnasked, PRIOR_UNASKED, unaskedThreshold } from "../../src/gate/unasked.ts";

test("the prior asks for more certainty the fewer wrong answers are allowed, and never for less than its own", () => {
  const gate = createGate({ question: 0.5 });
  expect(gate.unaskedThreshold(0, 20_000)).toBe(1);
  expect(gate.unaskedThreshold(0.01, 20_000)).toBe(0.84);
  expect(gate.unaskedThreshold(0.015, 20_000)).toBe(0.84);
  expect(gate.unaskedThreshold(0.05, 20_000)).toBe(0.57);
  expect(gate.unaskedThreshold(0.5, 20_000)).toBe(PRIOR_THRESHOLD);
  expect(PRIOR_UNASKED.toSorted((left, right) => left.maxWrong - right.maxWrong)).toEqual(PRIOR_UNASKED);
});

test("at most the allowed share of the lines to leave alone passes", () => {
  const lines = fc.array(
    fc.record({ positive: fc.boolean(), probability: fc.double({ min: 0, max: 0.99, noNaN: true }) }),
    { minLength: 1, maxLength: 300 },
  );
  fc.assert(
    fc.property(lines, fc.double({ min: 0.001, max: 1, noNaN: true }), (judged, maxWrong) => {
      const threshold = unaskedThreshold(measureUnasked(judged), 0, maxWrong);
      const negatives = judged.filter(({ positive }) => !positive);
      const wrong = negatives.filter(({ probability }) => probability >= threshold).length;
      expect(wrong).toBeLessThanOrEqual(maxWrong * negatives.length);
    }),
  );
});

test("over few passages the prior asks for less certainty, and still for more than of a question to us", () => {
  const gate = createGate({ question: 0.5 });
  expect(gate.unaskedThreshold(0.01, 72)).toBe(0.55);
  expect(gate.unaskedThreshold(0.5, 72)).toBe(PRIOR_THRESHOLD);
  expect(gate.unaskedThreshold(0, 72)).toBe(1);
});
