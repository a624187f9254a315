import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createThinkFilter, createVisibleText, withoutThoughts } from "../../src/models/think-filter.ts";

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
  ["<thinking>why</thinking>Because.", "Because."],
  ["<think>a <thinking> b</think>c", "c"],
  ["<thinker>", "<thinker>"],
])("%j becomes %j", (text, clean) => {
  expect(filter([text])).toBe(clean);
});

test("it does not matter where the text is cut", () => {
  const part = fc.constantFrom("<think>", "</think>", "<thinking>", "</thinking>", "<", "think>", "想", " ", "a");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat({ max: 60 })), (parts, cuts) => {
      const text = parts.join("");
      const ends = [...new Set(cuts.map((cut) => Math.min(cut, text.length))), text.length].toSorted((a, b) => a - b);
      const pieces = ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
      expect(filter(pieces)).toBe(filter([text]));
    }),
  );
});

test.each([
  ["thoughts\n</think>\n\nAnswer", "Answer"],
  ["thoughts</thinking>Answer", "Answer"],
  ["<think>a</think>Answer", "Answer"],
  ["Answer", "Answer"],
])("the whole reply %j becomes %j", (text, clean) => {
  expect(withoutThoughts(text)).toBe(clean);
});

test("a stream whose thoughts were not opened is begun anew where that can be, however it is cut", () => {
  for (const canTakeBack of [true, false]) {
    for (let size = 1; size < 12; size += 1) {
      let seen = "";
      const takeBack = (): boolean => {
        if (canTakeBack) seen = "";
        return canTakeBack;
      };
      const visible = createVisibleText((piece) => (seen += piece), takeBack);
      const text = "let me see</think>\nAnswer";
      for (let at = 0; at < text.length; at += size) visible.push(text.slice(at, at + size));
      expect(visible.end()).toBe(canTakeBack ? "Answer" : text);
      expect(seen).toBe(canTakeBack ? "Answer" : text);
    }
  }
});
