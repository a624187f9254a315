import type { Fragment } from "./pdf-fragments.ts";
import type { Grid, RuledStack } from "./pdf-grid.ts";
import { median } from "./pdf-median.ts";
import { sameLine } from "./pdf-segments.ts";

/** Blank stretches at least this wide, in font sizes, part the columns of a table without upright lines. */
const COLUMN_GAP = 0.6;
/** A header stands at most this far over the first line, in font sizes. */
const HEADER_HEIGHT = 1.8;
/** A line of text with words in this share of the columns is a row, not the rest of wrapped cells. */
const FULL_ROW = 0.7;

/** Row and column of the cell in which a run's middle lies, as a group number; undefined outside the grid. */
export function cellOf({ xs, ys, groups }: Grid, run: Fragment): number | undefined {
  return groups[placeIn(ys, run.baseline - 0.35 * run.size)]?.[placeIn(xs, (run.left + run.right) / 2)];
}

function placeIn(borders: readonly number[], value: number): number {
  return borders.findLastIndex((border) => border <= value);
}

/** Grids of tables that are ruled between rows only: the columns are where no row has text. */
export function openGrids(stacks: readonly RuledStack[], runs: readonly Fragment[]): Grid[] {
  return stacks.flatMap(({ left, right, ys }) => {
    const inside = (top: number, bottom: number): Fragment[] =>
      runs.filter(
        (run) => run.baseline > top && run.baseline < bottom && run.left >= left - 2 && run.right <= right + 2,
      );
    const bands = ys.slice(1).map((bottom, index) => inside(ys[index] ?? 0, bottom));
    const used = bands.filter((band) => band.length > 0);
    const xs = columnBorders(used.flat(), left, right);
    // Where every column of a band has several lines its rows are not ruled one by one.
    const single = used.filter((band) => fewestLines(band, xs) === 1).length;
    if (xs.length < 3 || single < FULL_ROW * used.length) return [];
    const first = ys[0] ?? 0;
    const size = median(used.flat().map((run) => run.size));
    // The header row stands over the first line where that line is not the table's upper edge.
    const header = inside(first - HEADER_HEIGHT * size, first);
    const hasHeader = new Set(header.map((run) => placeIn(xs, (run.left + run.right) / 2))).size >= 2;
    const rows = hasHeader ? [Math.min(...header.map((run) => run.baseline - run.size)), ...ys] : ys;
    const columns = xs.length - 1;
    return [
      {
        xs,
        ys: rows,
        groups: rows
          .slice(1)
          .map((_row, row) => Array.from({ length: columns }, (_cell, column) => row * columns + column)),
      },
    ];
  });
}

function columnBorders(runs: readonly Fragment[], left: number, right: number): number[] {
  const borders = [left];
  let edge = -Infinity;
  for (const run of runs.toSorted((a, b) => a.left - b.left)) {
    if (edge !== -Infinity && run.left - edge > COLUMN_GAP * run.size) borders.push((edge + run.left) / 2);
    edge = Math.max(edge, run.right);
  }
  return [...borders, right];
}

function fewestLines(band: readonly Fragment[], xs: readonly number[]): number {
  const lines = new Map<number, Set<number>>();
  for (const run of band) {
    const column = placeIn(xs, (run.left + run.right) / 2);
    lines.set(column, (lines.get(column) ?? new Set<number>()).add(Math.round(run.baseline)));
  }
  return Math.min(...[...lines.values()].map((baselines) => baselines.size));
}

/**
 * Parts the bands of a grid that hold several rows: tables of papers are ruled between groups of rows only. A column with one line
 * in a band names the whole group and stays whole.
 */
export function splitRows(grid: Grid, runs: readonly Fragment[]): Grid {
  const columns = grid.xs.length - 1;
  const ys: number[] = [grid.ys[0] ?? 0];
  const groups: number[][] = [];
  // Group numbers of parted rows start above those of the grid.
  let next = columns * grid.groups.length;
  for (const [row, cells] of grid.groups.entries()) {
    const bottom = grid.ys[row + 1] ?? 0;
    const band = runs.filter((run) => placeIn(grid.ys, run.baseline - 0.35 * run.size) === row);
    const lines = sameLine(band, ({ baseline, size }) => ({
      top: baseline - 0.8 * size,
      bottom: baseline + 0.2 * size,
    }));
    const columnOf = (run: Fragment): number => placeIn(grid.xs, (run.left + run.right) / 2);
    const full = lines.filter((line) => new Set(line.map(columnOf)).size >= Math.max(3, FULL_ROW * columns));
    const tops = full.slice(1).map((line) => Math.min(...line.map((run) => run.baseline - run.size)));
    const lineCount = (column: number): number =>
      lines.filter((line) => line.some((run) => columnOf(run) === column)).length;
    groups.push(cells);
    for (const top of tops) {
      ys.push(top);
      groups.push(cells.map((cell, column) => (lineCount(column) > 1 ? next++ : cell)));
    }
    ys.push(bottom);
  }
  return { xs: grid.xs, ys, groups };
}
