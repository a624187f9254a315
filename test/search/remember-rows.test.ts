import { expect, test } from "vitest";
import { rememberRows } from "../../src/search/remember-rows.ts";

function countingStore() {
  const reads: number[] = [];
  return {
    reads,
    read(row: number) {
      reads.push(row);
      if (row < 0) throw new RangeError(`No chunk ${row}.`);
      return { id: `c${row}`, text: "Text.", headings: [], start: row, end: row + 1 };
    },
  };
}

test("reads a row once while it is kept, and lets go of the one that was used longest ago", () => {
  const store = countingStore();
  const rows = rememberRows(store, 2);
  for (const row of [1, 2, 1, 3, 1, 2]) expect(rows.read(row).id).toBe(`c${row}`);
  expect(store.reads).toEqual([1, 2, 3, 2]);
});

test("keeps no failure", () => {
  const store = countingStore();
  const rows = rememberRows(store);
  for (let time = 0; time < 2; time++) expect(() => rows.read(-1)).toThrow(RangeError);
  expect(store.reads).toEqual([-1, -1]);
});
