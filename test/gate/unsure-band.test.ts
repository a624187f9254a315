import fc from "fast-check";
import { expect, test } from "vitest";
import { createGate } from "../../src/gate/gate.ts";
import type { Judged } from "../../src/gate/measures.ts";
import { priorBand, unsureBand } from "../../src/gate/unsure-band.ts";

const isIn = (probability: number, { low, high }: { low: number; high: number }): boolean =>
  probability >= low && probability <= high;
const isWrong = ({ probability, positive }: Judged, threshold: number): boolean =>
  positive !== probability >= threshold;

/** Lines at 0.00 … 0.99; those of `wrong` (in hundredths) carry the label that 0.5 gets wrong. */
function makeLines(wrong: number[]): Judged[] {
  return Array.from({ length: 100 }, (_, index) => ({
    probability: index / 100,
    positive: index >= 50 !== wrong.includes(index),
  }));
}

test("the shipped prior has a narrow band around its threshold", () => {
  const gate = createGate({ question: 0.5 });
  expect(gate.band).toEqual(priorBand(gate.threshold));
  expect(gate.band.low).toBeLessThan(gate.threshold);
  expect(gate.band.high).toBeGreaterThan(gate.threshold);
  expect(gate.band.high - gate.band.low).toBeLessThan(0.2);
});

test("the band lies where the mistakes lie", () => {
  const wrong = [48, 49, 51, 52, 53, 54, 10, 20, 80, 90, 95, 99];
  expect(unsureBand(makeLines(wrong), { threshold: 0.5 })).toEqual({ low: 0.48, high: 0.54 });
});

test("where the mistakes are spread out the bound on lines wins", () => {
  const wrong = Array.from({ length: 30 }, (_, index) => index * 3);
  const band = unsureBand(makeLines(wrong), { threshold: 0.5 });
  expect(makeLines(wrong).filter(({ probability }) => isIn(probability, band)).length).toBeLessThanOrEqual(10);
});

test("mistakes of a face that was silenced are out of a model's reach", () => {
  const lines = [...makeLines([48, 49, 51, 52, 53, 54, 10, 20, 80, 90, 95, 99])];
  const silenced = Array.from({ length: 50 }, (): Judged => ({ probability: 0, positive: true }));
  expect(unsureBand([...lines, ...silenced], { threshold: 0.5 })).toEqual({ low: 0.48, high: 0.54 });
});

test("a threshold that keeps a promise has its band above it", () => {
  const wrong = Array.from({ length: 12 }, (_, index) => 44 + index);
  const band = unsureBand(makeLines(wrong), { threshold: 0.5, silenceOnly: true });
  expect(band.low).toBe(0.5);
  expect(band.high).toBeGreaterThan(0.5);
});

test("the band holds the threshold, covers a tenth of the lines at most and does not depend on their order", () => {
  const line = fc.record({ probability: fc.double({ min: 0, max: 1, noNaN: true }), positive: fc.boolean() });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 80 }), fc.double({ min: 0, max: 1, noNaN: true }), (lines, threshold) => {
      const band = unsureBand(lines, { threshold });
      expect(band.low).toBeLessThanOrEqual(threshold);
      expect(band.high).toBeGreaterThanOrEqual(threshold);
      const covered = lines.filter(({ probability }) => isIn(probability, band));
      const ties = lines.filter(({ probability }) => probability === threshold).length;
      expect(covered.length).toBeLessThanOrEqual(Math.max(0.1 * lines.length, ties));
      expect(unsureBand(lines.toReversed(), { threshold })).toEqual(band);
      const wrong = lines.filter((each) => each.probability > 0 && isWrong(each, threshold));
      if (wrong.length < 10) {
        const reach = priorBand(threshold);
        expect(band.low).toBeGreaterThanOrEqual(reach.low);
        expect(band.high).toBeLessThanOrEqual(reach.high);
      }
    }),
  );
});
