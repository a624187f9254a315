import * as fc from "fast-check";
import { expect, test } from "vitest";
import { markdownTable } from "../../../src/ingest/parse/markdown-table.ts";

test("makes a GFM table whose first row is the header", () => {
  expect(
    markdownTable([
      ["项目", "费用"],
      ["押金", "500"],
    ]),
  ).toBe("| 项目 | 费用 |\n| --- | --- |\n| 押金 | 500 |");
});

test("keeps the cells of a row that is longer than the header and pads short rows", () => {
  expect(markdownTable([["a"], ["1", "2"], ["3"]])).toBe("| a |  |\n| --- | --- |\n| 1 | 2 |\n| 3 |  |");
});

test("escapes pipes and folds line breaks", () => {
  expect(markdownTable([["a|b", "c\r\nd"]])).toBe("| a\\|b | c d |\n| --- | --- |");
});

test("leaves out rows without text and gives nothing for an empty table", () => {
  expect(markdownTable([["", " "], ["a"], ["\n"]])).toBe("| a |\n| --- |");
  expect(markdownTable([[], [""]])).toBe("");
});

test("stays small when one row of a long table is very wide", () => {
  const rows = Array.from({ length: 2000 }, (_, index) => [`row ${index}`]);
  rows.push(Array.from({ length: 5000 }, () => "x"));
  expect(markdownTable(rows).length).toBeLessThan(200_000);
});

test("never loses a cell", () => {
  const cell = fc.string({ unit: "grapheme", maxLength: 8 });
  fc.assert(
    fc.property(fc.array(fc.array(cell, { maxLength: 5 }), { maxLength: 8 }), (rows) => {
      const table = markdownTable(rows);
      for (const text of rows.flat()) {
        const expected = text.replace(/\s+/g, " ").trim().replaceAll("|", "\\|");
        expect(table).toContain(expected);
      }
    }),
  );
});
