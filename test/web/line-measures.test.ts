import fc from "fast-check";
import { expect, test } from "vitest";
import { measuresAt } from "../../src/gate/measures.ts";
import type { LabelledLine } from "../../src/web/api/gate.ts";
import { changedLines, curveOf, measureLines, wouldSpeak } from "../../src/web/pages/gate/line-measures.ts";

const PRESENT = 0.5;

const anyLines = fc.array(
  fc.record({
    probability: fc.integer({ min: 0, max: 20 }).map((twentieth) => twentieth / 20),
    positive: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);
const anyThreshold = fc.integer({ min: 0, max: 40 }).map((fortieth) => fortieth / 40);

test("the browser measures as tuning does", () => {
  fc.assert(
    fc.property(anyLines, anyThreshold, (judged, threshold) => {
      const mine = measureLines(judged.map(toLine), threshold, PRESENT);
      const { precision, recall, f1 } = measuresAt(judged, threshold);
      expect([mine.precision, mine.recall, mine.f1].map((share) => (Number.isNaN(share) ? 0 : share))).toEqual([
        precision,
        recall,
        f1,
      ]);
    }),
  );
});

test("each point of the curve is what its threshold gives", () => {
  fc.assert(
    fc.property(anyLines, (judged) => {
      if (!judged.some(({ positive }) => positive)) return;
      const lines = judged.map(toLine);
      for (const { threshold, precision, recall } of curveOf(lines, PRESENT)) {
        expect(measureLines(lines, threshold, PRESENT)).toMatchObject({ precision, recall });
      }
    }),
  );
});

test("recall only rises along the curve, and its end answers every line", () => {
  fc.assert(
    fc.property(anyLines, (judged) => {
      const lines = judged.map(toLine);
      const recalls = curveOf(lines, PRESENT).map(({ recall }) => recall);
      if (!judged.some(({ positive }) => positive)) return;
      expect(recalls).toEqual(recalls.toSorted((a, b) => a - b));
      expect(recalls.at(-1)).toBe(1);
    }),
  );
});

test("lines that change sides are those between the two thresholds", () => {
  fc.assert(
    fc.property(anyLines, anyThreshold, (judged, threshold) => {
      const lines = judged.map(toLine);
      const { toAnswered, toSilent } = changedLines(lines, threshold, PRESENT);
      for (const { probability } of toAnswered) expect(probability >= threshold && probability < PRESENT).toBe(true);
      for (const { probability } of toSilent) expect(probability < threshold && probability >= PRESENT).toBe(true);
      const between = lines.filter(
        ({ probability }) => probability >= Math.min(threshold, PRESENT) && probability < Math.max(threshold, PRESENT),
      );
      expect(toAnswered.length + toSilent.length).toBe(between.length);
    }),
  );
});

test("a line that is silent for another reason stays so at every threshold", () => {
  const line = { ...toLine({ probability: 0.9, positive: true }, 0), speaks: false };
  expect(wouldSpeak(line, 0.1, PRESENT)).toBe(false);
  expect(changedLines([line], 0.1, PRESENT)).toEqual({ toAnswered: [], toSilent: [] });
});

function toLine({ probability, positive }: { probability: number; positive: boolean }, index: number): LabelledLine {
  return { id: `line-${index}`, text: "", probability, positive, speaks: probability >= PRESENT };
}
