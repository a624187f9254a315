import { markdownTable } from "./markdown-table.ts";
import { joinLines } from "./pdf-characters.ts";
import type { HeadingStyles } from "./pdf-headings.ts";
import type { Cell, Line } from "./pdf-lines.ts";

interface Column {
  left: number;
  right: number;
}

export interface TakenTable {
  text: string;
  /** True when `text` is a GFM table. */
  aligned: boolean;
  /** Index of the first line after the table. */
  next: number;
}

/**
 * A table that starts at line `start`: at least two lines with several cells, close to each other. It is a GFM table when the cells
 * stand in columns; otherwise each line is kept whole with its cells parted by ` | `.
 */
export function takeTable(lines: readonly Line[], start: number, styles: HeadingStyles): TakenTable | undefined {
  if ((lines[start]?.cells.length ?? 0) < 2) return undefined;
  let end = start;
  const width = Math.max(...lines.slice(start, start + 4).map(widthOf));
  for (let index = start; index < lines.length; index++) {
    const line = lines[index];
    const above = lines[index - 1];
    if (line === undefined || line.table !== undefined) break;
    if (index > start && above !== undefined && line.baseline - above.baseline > 3.5 * line.size) break;
    if (line.cells.length >= 2) end = index + 1;
    // One short line between rows is the rest of a cell that did not fit.
    else if (
      index - end >= 2 ||
      widthOf(line) > 0.5 * width ||
      (isApart(line, above) && styles.levelOf(line, above, lines[index + 1]) !== undefined)
    )
      break;
  }
  const rows = lines.slice(start, end);
  const many = rows.filter((line) => line.cells.length >= 2);
  if (many.length < 2) return undefined;
  const columns = columnsOf(many);
  const grid = columns === undefined ? undefined : fillGrid(rows, columns);
  const text =
    grid === undefined
      ? rows.map((line) => line.cells.map((cell) => cell.text).join(" | ")).join("\n")
      : markdownTable(grid);
  return text === "" ? undefined : { text, aligned: grid !== undefined, next: end };
}

/** A heading keeps its distance; a bold rest of a cell does not. */
function isApart(line: Line, above: Line | undefined): boolean {
  return above === undefined || line.baseline - above.baseline > 1.6 * line.size;
}

function widthOf({ left, right }: Column): number {
  return right - left;
}

/** Columns as the cells' overlapping extents; undefined when a cell lies across two of them. */
function columnsOf(rows: readonly Line[]): Column[] | undefined {
  const widest = Math.max(...rows.map((line) => line.cells.length));
  const seeds = rows.find((line) => line.cells.length === widest)?.cells ?? [];
  const columns = seeds.map(({ left, right }) => ({ left, right }));
  for (const { cells } of rows) {
    const used = new Set<number>();
    for (const cell of cells) {
      const hits = overlapping(columns, cell);
      const column = columns[hits[0] ?? -1];
      if (hits.length !== 1 || column === undefined || used.has(hits[0] ?? -1)) return undefined;
      used.add(hits[0] ?? -1);
      column.left = Math.min(column.left, cell.left);
      column.right = Math.max(column.right, cell.right);
    }
  }
  return columns;
}

function overlapping(columns: readonly Column[], cell: Cell): number[] {
  return columns.flatMap((column, index) => (cell.left < column.right && cell.right > column.left ? [index] : []));
}

/** Rows of cells; a line without a first cell, close below its row, holds the rests of that row's cells. */
function fillGrid(lines: readonly Line[], columns: readonly Column[]): string[][] | undefined {
  const grid: string[][] = [];
  let above: Line | undefined;
  for (const line of lines) {
    const row = columns.map(() => "");
    for (const cell of line.cells) {
      const hits = overlapping(columns, cell);
      if (hits.length !== 1) return undefined;
      const place = hits[0] ?? 0;
      row[place] = joinLines(row[place] ?? "", cell.text);
    }
    const last = grid.at(-1);
    const close = above !== undefined && line.baseline - above.baseline < 1.45 * line.size;
    if (last !== undefined && close && row[0] === "" && grid.length > 1) {
      for (const [place, text] of row.entries())
        last[place] = text === "" ? (last[place] ?? "") : joinLines(last[place] ?? "", text);
    } else grid.push(row);
    above = line;
  }
  return grid;
}
