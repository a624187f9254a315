import type { Block } from "../../core/document.ts";
import { AppError } from "../../core/errors.ts";
import { markdownTable } from "./markdown-table.ts";

/** One row of a sheet that has text. */
export interface SheetRow {
  /** From 1, as the program shows it. */
  number: number;
  /** Text by column, from 0; empty cells are left out. */
  cells: Map<number, string>;
  /** Looks of the row's first cell: equal for rows that look alike. */
  look: string;
}

export interface MergedRange {
  firstRow: number;
  lastRow: number;
  firstColumn: number;
  lastColumn: number;
}

const MAX_TITLE_CHARS = 80;
/** Whole-column merges would otherwise copy a cell a million times. */
const MAX_MERGED_ROWS = 2000;
const MAX_REPEATED_CELLS = 500_000;
/** Cells of one table, empty ones left of a filled one counted. */
const MAX_TABLE_CELLS = 20_000_000;

/**
 * The blocks of one sheet: a table for every run of rows, with titles above them as headings. Rows after a blank row
 * go on with the table above unless they bring a header of their own. `rows` are in order.
 * @throws AppError `document_too_large` for a table of over 20 million cells
 */
export function sheetBlocks(rows: SheetRow[], merges: MergedRange[] = []): Block[] {
  repeatDownwards(rows, merges);
  const blocks: Block[] = [];
  let table: SheetRow[] = [];
  let columns = new Set<number>();
  const flush = () => {
    if (table.length > 0) blocks.push({ kind: "table", text: markdownTable(withoutEmptyColumns(table, columns)) });
    table = [];
    columns = new Set();
  };
  for (const [index, run] of contiguousRuns(rows).flatMap(sideBySide).entries()) {
    const titles = leadingTitles(run, index === 0);
    const body = run.slice(titles.length);
    const goesOn = titles.length === 0 && table.length > 0 && isContinuation(table, columns, body);
    if (!goesOn) flush();
    // Lines below the first ("unit: yuan") would take its place in the heading path.
    for (const title of titles) blocks.push(titleBlock(title, title === titles[0] && (body.length > 0 || index === 0)));
    for (const row of body) {
      table.push(row);
      for (const column of row.cells.keys()) columns.add(column);
    }
  }
  flush();
  return blocks;
}

function contiguousRuns(rows: SheetRow[]): SheetRow[][] {
  const runs: SheetRow[][] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    if (run !== undefined && row.number === (run.at(-1)?.number ?? 0) + 1) run.push(row);
    else runs.push([row]);
  }
  return runs;
}

/**
 * Splits a run at empty columns where what stands to the right begins further down: that is a table of its own. Columns
 * that begin in the first row stay together, so that a spacer column does not tear rows apart.
 */
function sideBySide(run: SheetRow[]): SheetRow[][] {
  const firstRowOf = new Map<number, number>();
  for (const row of run) {
    for (const column of row.cells.keys()) if (!firstRowOf.has(column)) firstRowOf.set(column, row.number);
  }
  const top = run[0]?.number;
  const bands: Set<number>[] = [];
  let previous = -2;
  let bandTop = 0;
  for (const column of [...firstRowOf.keys()].toSorted((a, b) => a - b)) {
    const columnTop = firstRowOf.get(column) ?? 0;
    const band = bands.at(-1);
    const begins = band === undefined || (column > previous + 1 && columnTop !== top && columnTop !== bandTop);
    if (begins) {
      bands.push(new Set([column]));
      bandTop = columnTop;
    } else band.add(column);
    previous = column;
  }
  if (bands.length < 2) return [run];
  return bands.map((band) =>
    run
      .map((row) => ({ ...row, cells: new Map([...row.cells].filter(([column]) => band.has(column))) }))
      .filter((row) => row.cells.size > 0),
  );
}

/** Rows of one cell above wider rows; a run of a single cell is a title or a note. */
function leadingTitles(run: SheetRow[], isFirst: boolean): SheetRow[] {
  const firstWide = run.findIndex((row) => row.cells.size > 1);
  if (firstWide > 0) return run.slice(0, firstWide);
  if (firstWide === -1 && run.length === 1) return run;
  // A first line far longer than the items below it is a sentence about them, not their column's name.
  return firstWide === -1 && isFirst && firstText(run[0]).length > MAX_TITLE_CHARS ? run.slice(0, 1) : [];
}

function titleBlock(row: SheetRow, isHeading: boolean): Block {
  const text = firstText(row);
  const short = text.length <= MAX_TITLE_CHARS && !text.includes("\n");
  return short && isHeading ? { kind: "heading", level: 3, text } : { kind: "paragraph", text };
}

/** Whether rows below a blank row belong to the table above it: same columns, and a first row that is no header. */
function isContinuation(table: SheetRow[], columns: Set<number>, run: SheetRow[]): boolean {
  const [header, firstBodyRow] = table;
  const [first] = run;
  if (header === undefined || first === undefined) return false;
  if (run.some((row) => [...row.cells.keys()].some((column) => !columns.has(column)))) return false;
  if (sameCells(first, header)) return true;
  if (firstBodyRow !== undefined && firstBodyRow.look !== header.look) return first.look !== header.look;
  return !looksLikeHeader(first, run.slice(1));
}

function sameCells(first: SheetRow, second: SheetRow): boolean {
  return (
    first.cells.size === second.cells.size &&
    [...first.cells].every(([column, text]) => second.cells.get(column) === text)
  );
}

/** Words above columns of numbers. */
function looksLikeHeader(row: SheetRow, body: SheetRow[]): boolean {
  return [...row.cells].some(([column, text]) => {
    const below = body.map((other) => other.cells.get(column)).filter((cell) => cell !== undefined);
    return !isNumeric(text) && below.length > 0 && below.every(isNumeric);
  });
}

function isNumeric(text: string): boolean {
  return /^[-+¥$€]?[\d.,:%\s-]+$/.test(text);
}

function withoutEmptyColumns(rows: SheetRow[], columns: Set<number>): string[][] {
  const places = new Map([...columns].toSorted((a, b) => a - b).map((column, place) => [column, place]));
  let cellCount = 0;
  return rows.map((row) => {
    const cells: string[] = [];
    for (const [column, text] of row.cells) {
      const place = places.get(column) ?? 0;
      while (cells.length <= place) cells.push("");
      cells[place] = text;
    }
    cellCount += cells.length;
    if (cellCount > MAX_TABLE_CELLS) {
      throw new AppError("document_too_large", "A table spreads over too many cells; delete the empty columns.");
    }
    return cells;
  });
}

/** A cell merged over several rows counts for each of them; across columns it stands once. */
function repeatDownwards(rows: SheetRow[], merges: MergedRange[]): void {
  let repeated = 0;
  const byNumber = new Map(rows.map((row) => [row.number, row]));
  for (const { firstRow, lastRow, firstColumn } of merges) {
    const text = byNumber.get(firstRow)?.cells.get(firstColumn);
    if (text === undefined || lastRow === firstRow || lastRow - firstRow > MAX_MERGED_ROWS) continue;
    repeated += lastRow - firstRow;
    if (repeated > MAX_REPEATED_CELLS) return;
    for (let number = firstRow + 1; number <= lastRow; number += 1) {
      const row = byNumber.get(number);
      if (row !== undefined && !row.cells.has(firstColumn)) row.cells.set(firstColumn, text);
    }
  }
}

function firstText(row: SheetRow | undefined): string {
  return row?.cells.values().next().value ?? "";
}
