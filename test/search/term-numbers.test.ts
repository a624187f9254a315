import { expect, test } from "vitest";
import { createTermNumbers } from "../../src/search/term-numbers.ts";

test("numbers hashes in the order of their first coming, past any growth of the table", () => {
  const numbers = createTermNumbers();
  // Equal low bits, so that every hash falls on the same first place.
  const hashOf = (index: number): number => index * 65_536 + 7;
  for (let index = 0; index < 5_000; index++) expect(numbers.numberOf(hashOf(index))).toBe(index);
  for (let index = 5_000; index < 100_000; index++) numbers.numberOf(index * 7919 * 65_537 + 1);
  expect(numbers.hashes()).toHaveLength(100_000);
  for (const index of [0, 1, 4_999]) expect(numbers.numberOf(hashOf(index))).toBe(index);
});
