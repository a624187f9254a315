import { expect, test } from "vitest";
import { checkQuestion } from "../../src/app/question-text.ts";

test("a question has as many characters as its schema counts, signs beyond 16 bits as one", () => {
  expect(checkQuestion("😀".repeat(8000))).toHaveLength(16_000);
  expect(() => checkQuestion("😀".repeat(8001))).toThrow(/8001 characters/u);
});

test("a question of blanks is none", () => {
  expect(() => checkQuestion(" \u0000 ")).toThrow(/empty/u);
});
