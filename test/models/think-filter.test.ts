import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createThinkFilter } from "../../src/models/think-filter.ts";

function filter(pieces: string[]): string {
  const thoughts = createThinkFilter();
  return pieces.map((piece) => thoughts.push(piece)).join("") + thoughts.end();
}

test.each([
  ["<think>why</think>\n\nBecause.", "Because."],
  ["A<think>x</think>B", "AB"],
  ["  plain text ", "plain text "],
  ["1 < 2 and <thin air>", "1 < 2 and <thin air>"],
  ["answer <th", "answer <th"],
  ["<think>never closed", ""],
  ["<think></think><think>a</think>b", "b"],
])("%j becomes %j", (text, clean) => {
  expect(filter([text])).toBe(clean);
});

test("it does not matter where the text is cut", () => {
  const part = fc.constantFrom("<think>", "</think>", "<", "think>", "想", " ", "a");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat({ max: 60 })), (parts, cuts) => {
      const text = parts.join("");
      const ends = [...new Set(cuts.map((cut) => Math.min(cut, text.length))), text.length].toSorted((a, b) => a - b);
      const pieces = ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
      expect(filter(pieces)).toBe(filter([text]));
    }),
  );
});
