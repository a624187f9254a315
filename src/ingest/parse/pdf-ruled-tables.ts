import { markdownTable } from "./markdown-table.ts";
import { joinLines } from "./pdf-characters.ts";
import type { Fragment } from "./pdf-fragments.ts";
import { findGrids, findStacks, type Grid } from "./pdf-grid.ts";
import { cellOf, openGrids, splitRows } from "./pdf-grid-rows.ts";
import { toLines } from "./pdf-lines.ts";
import { weightiest } from "./pdf-median.ts";
import type { Rule } from "./pdf-drawing.ts";
import { toSegments, type Segment } from "./pdf-segments.ts";

/** A cell with more text than this makes the lines a page's frame, not a table. */
const MAX_CELL_CHARACTERS = 1500;

export interface TakenTables {
  /** Tables as segments whose `table` is GFM. */
  tables: Segment[];
  /** The runs that are in no table. */
  rest: Fragment[];
}

/** Takes the runs that stand in ruled tables off a page; lines of one cell are joined and rows kept whole. */
export function takeRuledTables(fragments: readonly Fragment[], rules: readonly Rule[]): TakenTables {
  const tables: Segment[] = [];
  let rest = [...fragments];
  for (const ruled of [...findGrids(rules), ...openGrids(findStacks(rules), fragments)]) {
    const inside = rest.filter((fragment) => cellOf(ruled, fragment) !== undefined);
    const grid = splitRows(ruled, inside);
    const table = toTable(grid, inside);
    if (table === undefined) continue;
    tables.push(table);
    const taken = new Set(inside);
    rest = rest.filter((fragment) => !taken.has(fragment));
  }
  return { tables, rest };
}

function toTable(grid: Grid, inside: readonly Fragment[]): Segment | undefined {
  const byCell = new Map<number, Fragment[]>();
  for (const fragment of inside) {
    const cell = cellOf(grid, fragment) ?? 0;
    const runs = byCell.get(cell) ?? [];
    runs.push(fragment);
    byCell.set(cell, runs);
  }
  const texts = new Map([...byCell].map(([cell, runs]) => [cell, cellText(runs)]));
  if ([...texts.values()].some((text) => text.length > MAX_CELL_CHARACTERS)) return undefined;
  const seen = new Set<number>();
  const rows = grid.groups.map((row) =>
    row.map((cell) => {
      // A merged cell's text stands in its first place only.
      if (seen.has(cell)) return "";
      seen.add(cell);
      return texts.get(cell) ?? "";
    }),
  );
  const usedRows = rows.filter((row) => row.some((text) => text !== ""));
  const usedColumns = grid.xs.flatMap((_, column) =>
    usedRows.some((row) => (row[column] ?? "") !== "") ? [column] : [],
  );
  if (usedRows.length < 2 || usedColumns.length < 2) return undefined;
  const rightToLeft = inside.filter((fragment) => fragment.rightToLeft).length > inside.length / 2;
  const ordered = rightToLeft ? usedColumns.toReversed() : usedColumns;
  const table = markdownTable(usedRows.map((row) => ordered.map((column) => row[column] ?? "")));
  const [top, bottom] = [grid.ys[0] ?? 0, grid.ys.at(-1) ?? 0];
  return {
    text: "",
    table,
    left: grid.xs[0] ?? 0,
    right: grid.xs.at(-1) ?? 0,
    top,
    bottom,
    baseline: bottom,
    size:
      weightiest(
        inside,
        ({ size }) => Math.round(size * 2) / 2,
        ({ text }) => text.length,
      ) ?? 10,
    bold: false,
    mono: false,
    rightToLeft,
    order: Math.min(...inside.map((fragment) => fragment.order)),
  };
}

function cellText(runs: readonly Fragment[]): string {
  return toLines(toSegments(runs), 1).reduce((text, line) => joinLines(text, line.text), "");
}
