import { joinText } from "./pdf-characters.ts";
import { sameLine, type Segment } from "./pdf-segments.ts";

export interface Cell {
  text: string;
  left: number;
  right: number;
}

/** One line of a column, its cells in reading order; a plain line has one cell. Reading coordinates, points. */
export interface Line {
  cells: Cell[];
  text: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
  baseline: number;
  size: number;
  bold: boolean;
  mono: boolean;
  rightToLeft: boolean;
  page: number;
  /** See `Segment.table`. */
  table?: string;
}

const LABEL_ALONE =
  /^(?:[•●○◦▪■□◆◇►▶‣–—*·-]|\(?\d{1,2}[.)、]|[（(][\d一二三四五六七八九十]{1,3}[)）]|[a-zA-Z][.)]|[①-⑳])$/;

function lettersOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { text }) => sum + text.length, 0);
}

/** The lines of one column from top to bottom. */
export function toLines(flow: readonly Segment[], page: number): Line[] {
  const rightToLeft = lettersOf(flow.filter((segment) => segment.rightToLeft)) > lettersOf(flow) / 2;
  const tables = flow.filter((segment) => segment.table !== undefined).toSorted((a, b) => a.top - b.top);
  const lines: Line[] = [];
  let rest = flow.filter((segment) => segment.table === undefined);
  for (const table of tables) {
    const above = rest.filter((segment) => segment.top + segment.bottom < table.top + table.bottom);
    rest = rest.filter((segment) => segment.top + segment.bottom >= table.top + table.bottom);
    lines.push(...linesOf(above, page, rightToLeft), toLine([table], page, rightToLeft));
  }
  return [...lines, ...linesOf(rest, page, rightToLeft)];
}

function linesOf(segments: readonly Segment[], page: number, rightToLeft: boolean): Line[] {
  return sameLine(segments, (segment) => segment).map((row) => toLine(row, page, rightToLeft));
}

function isSectionNumber(text: string, row: readonly Segment[]): boolean {
  return (
    /^\d{1,2}(?:\.\d{1,2}){1,4}\.?$/.test(text) ||
    (/^(?:\d{1,2}|[A-Z])$/.test(text) && row.every((segment) => segment.bold))
  );
}

function toLine(row: readonly Segment[], page: number, rightToLeft: boolean): Line {
  const ordered = row.toSorted((a, b) => (rightToLeft ? b.left - a.left : a.left - b.left));
  const main = row.reduce((longest, segment) => (segment.text.length > longest.text.length ? segment : longest));
  const cells: Cell[] = [];
  for (const { text, left, right, size } of ordered) {
    const last = cells.at(-1);
    const gap = last === undefined ? Infinity : Math.max(left - last.right, last.left - right);
    // A marker or section number stands apart from its item or title by a tab; a superscript is no cell.
    const label = cells.length === 1 && LABEL_ALONE.test(last?.text ?? "");
    const numbered = cells.length === 1 && row.length === 2 && gap < 3 * size && isSectionNumber(last?.text ?? "", row);
    if (last !== undefined && (gap < 0.9 * size || label || numbered)) {
      last.text = joinText(last.text, text, gap > 0.15 * size);
      last.left = Math.min(last.left, left);
      last.right = Math.max(last.right, right);
    } else cells.push({ text, left, right });
  }
  return {
    cells,
    text: cells.reduce((line, cell) => joinText(line, cell.text, true), ""),
    left: Math.min(...cells.map((cell) => cell.left)),
    right: Math.max(...cells.map((cell) => cell.right)),
    top: main.top,
    bottom: main.bottom,
    baseline: main.baseline,
    size: main.size,
    bold: row.every((segment) => segment.bold),
    mono: row.every((segment) => segment.mono),
    rightToLeft,
    page,
    ...(main.table === undefined ? {} : { table: main.table }),
  };
}
