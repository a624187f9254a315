import type { Block } from "../../core/document.ts";
import type { Border, Piece } from "./piece.ts";
import { type BorderKind, bordersIn, isBlankAt, isWholeAt, wholeOffset } from "./text-borders.ts";

export interface BlockPlace {
  markdown: string;
  block: Block;
  start: number;
  end: number;
}

interface Range {
  start: number;
  end: number;
  border: Border;
  header?: string;
}

/** A whole table or code block may be this many times longer than other chunks. */
export const WHOLE_TABLE_FACTOR = 2;

/** Share of the aim that is repeated where a sentence or line had to be cut. */
const OVERLAP_SHARE = 0.1;

/** A header row longer than this share of the aim is not repeated. */
const MAX_HEADER_SHARE = 0.75;

/** Cuts one block into the pieces that chunks are packed from. */
export function cutBlock(place: BlockPlace, chunkChars: number): Piece[] {
  const { markdown, block, start, end } = place;
  const limit = block.kind === "table" || block.kind === "code" ? chunkChars * WHOLE_TABLE_FACTOR : chunkChars;
  if (end - start <= limit) return toPieces(place, [{ start, end, border: "block" }], chunkChars);
  const ranges = cutLong(place);
  // A row or a line of code that is cut loses its sense; a sentence does not.
  const wholeLimit = block.kind === "table" || block.kind === "code" ? limit : chunkChars;
  const fitting = ranges.flatMap((range) =>
    range.end - range.start <= wholeLimit ? [range] : cutRange(markdown, range, chunkChars),
  );
  const [first, ...rest] = fitting;
  return first === undefined ? [] : toPieces(place, [{ ...first, border: "block" }, ...rest], chunkChars);
}

function cutLong(place: BlockPlace): Range[] {
  switch (place.block.kind) {
    case "table":
      return cutTable(place);
    case "code":
      return cutCode(place);
    case "list":
      return cutLines(place, (line) => (/^(?:[-*+]|\d{1,9}[.)])(?:\s|$)/.test(line) ? "item" : nestedBorder(line)));
    case "quote":
      return cutLines(place, (line, before) => (/^[>\s]*$/.test(before) ? "item" : nestedBorder(line)));
    case "heading":
    case "paragraph":
      return [{ start: place.start, end: place.end, border: "block" }];
  }
}

function nestedBorder(line: string): Border {
  return /^[>\s]*(?:[-*+]|\d{1,9}[.)])\s/.test(line) ? "line" : "inside";
}

function cutTable(place: BlockPlace): Range[] {
  const lines = linesOf(place);
  const isDelimited =
    lines[1] !== undefined && /^[\s|:-]*-[\s|:-]*$/.test(place.markdown.slice(lines[1].start, lines[1].end));
  const headerLines = isDelimited ? 2 : 0;
  const headerEnd = lines[headerLines - 1]?.end ?? place.start;
  const header = place.markdown.slice(place.start, headerEnd);
  const rows = lines.slice(headerLines).map((line): Range => ({ ...line, border: "item", header }));
  const [first, ...rest] = rows;
  if (first === undefined) return [{ start: place.start, end: place.end, border: "block" }];
  return [{ start: place.start, end: first.end, border: "block" }, ...rest];
}

function cutCode(place: BlockPlace): Range[] {
  const lines = linesOf(place);
  const text = (line: Range | undefined) => (line === undefined ? "" : place.markdown.slice(line.start, line.end));
  const fence = /^(`{3,}|~{3,})/.exec(text(lines[0]))?.[1];
  const header = fence === undefined ? "" : text(lines[0]);
  const ranges = lines.map((line, index): Range => {
    const border = text(lines[index - 1]).trim() === "" ? "item" : "line";
    return { ...line, border, header: index === 0 ? "" : header };
  });
  // The fences stay with the line beside them.
  if (fence !== undefined) joinAt(ranges, 0);
  if (fence !== undefined && text(lines.at(-1)).startsWith(fence)) joinAt(ranges, ranges.length - 2);
  return ranges.filter((range) => text(range).trim() !== "");
}

function joinAt(ranges: Range[], index: number): void {
  const first = ranges[index];
  const second = ranges[index + 1];
  if (first !== undefined && second !== undefined) ranges.splice(index, 2, { ...first, end: second.end });
}

/** Joins the lines that belong together: a range starts at each line whose border is stronger than "inside". */
function cutLines(place: BlockPlace, borderOf: (line: string, before: string) => Border): Range[] {
  const ranges: Range[] = [];
  let before = "";
  for (const line of linesOf(place)) {
    const text = place.markdown.slice(line.start, line.end);
    const border = borderOf(text, before);
    const last = ranges.at(-1);
    if (last === undefined || border !== "inside") ranges.push({ ...line, border });
    else last.end = line.end;
    before = text;
  }
  return ranges;
}

function linesOf({ markdown, start, end }: BlockPlace): Range[] {
  const lines: Range[] = [];
  let from = start;
  while (from < end) {
    const feed = markdown.indexOf("\n", from);
    const to = feed < 0 || feed > end ? end : feed;
    lines.push({ start: from, end: to, border: "line" });
    from = to + 1;
  }
  return lines;
}

/** Cuts text that has no better border at lines, sentences, clauses, white space, and last by size. */
function cutRange(markdown: string, range: Range, chunkChars: number): Range[] {
  const kinds: ("line" | BorderKind)[] = ["sentence", "line", "clause", "blank"];
  return cutAt(markdown, range, chunkChars, kinds);
}

function cutAt(markdown: string, range: Range, chunkChars: number, kinds: ("line" | BorderKind)[]): Range[] {
  const [kind, ...weaker] = kinds;
  if (kind === undefined) return cutBySize(markdown, range, chunkChars);
  const borders = kind === "line" ? lineBorders(markdown, range) : bordersIn(markdown, range.start, range.end, kind);
  if (borders.length === 0) return cutAt(markdown, range, chunkChars, weaker);
  // Words and clauses are packed into larger pieces at once: nobody misses the border between two of them.
  const least = kind === "clause" || kind === "blank" ? chunkChars / 10 : 0;
  const ranges: Range[] = [];
  let start = range.start;
  for (const [index, border] of [...borders, range.end].entries()) {
    const next = borders[index + 1] ?? range.end;
    if (border < range.end && border - start < least && next - start <= chunkChars) continue;
    const part: Range = { start, end: border, border: start === range.start ? range.border : "inside" };
    if (start === range.start && range.header !== undefined) part.header = range.header;
    if (border - start <= chunkChars) ranges.push(part);
    else for (const smaller of cutAt(markdown, part, chunkChars, weaker)) ranges.push(smaller);
    start = border;
  }
  return ranges;
}

function lineBorders(markdown: string, { start, end }: Range): number[] {
  const borders: number[] = [];
  for (let feed = markdown.indexOf("\n", start); feed >= 0 && feed + 1 < end; feed = markdown.indexOf("\n", feed + 1)) {
    if (isWholeAt(markdown, feed + 1)) borders.push(feed + 1);
  }
  return borders;
}

function cutBySize(markdown: string, range: Range, chunkChars: number): Range[] {
  const ranges: Range[] = [];
  // Equal parts, so that no stub is left at the end.
  const size = Math.ceil((range.end - range.start) / Math.ceil((range.end - range.start) / chunkChars));
  let start = range.start;
  while (start < range.end) {
    const wished = Math.min(start + size, range.end);
    const end = wished === range.end ? wished : Math.min(wholeOffset(markdown, wished, start), range.end);
    ranges.push({ ...range, start, end, border: start === range.start ? range.border : "inside" });
    if (start !== range.start) delete ranges.at(-1)?.header;
    start = end;
  }
  return ranges;
}

function toPieces(place: BlockPlace, ranges: Range[], chunkChars: number): Piece[] {
  const { markdown, block } = place;
  const pieces: Piece[] = [];
  for (const range of ranges) {
    const isLineStart = range.border !== "inside";
    const start = isLineStart ? skipBlankLines(markdown, range) : skipBlank(markdown, range);
    const end = trimEnd(markdown, start, range.end);
    if (start >= end) continue;
    const header = range.header ?? "";
    pieces.push({
      start,
      end,
      border: range.border,
      overlapStart: range.border === "inside" ? overlapStart(markdown, place.start, start, chunkChars) : start,
      header: header.length > chunkChars * MAX_HEADER_SHARE ? "" : header,
      isLeadIn:
        block.kind === "paragraph" && end - start <= chunkChars / 2 && /[:：]$/.test(markdown.slice(end - 1, end)),
      page: block.page,
    });
  }
  return pieces;
}

/** Start of the repeated text before a cut inside a sentence or between two sentences of one block. */
function overlapStart(markdown: string, blockStart: number, start: number, chunkChars: number): number {
  const from = Math.max(blockStart, start - Math.ceil(chunkChars * OVERLAP_SHARE));
  const before = trimEnd(markdown, from, start);
  for (const kind of ["sentence", "clause", "blank"] as const) {
    const border = bordersIn(markdown, from, before, kind)[0];
    if (border !== undefined) return border;
  }
  return from === blockStart ? from : wholeOffset(markdown, from, blockStart);
}

function skipBlank(markdown: string, range: Range): number {
  let start = range.start;
  while (start < range.end && isBlankAt(markdown, start) && isWholeAt(markdown, start + 1)) start++;
  return start;
}

/** Skips empty lines and keeps the indentation of the first that is not empty. */
function skipBlankLines(markdown: string, range: Range): number {
  const first = skipBlank(markdown, range);
  return Math.max(range.start, markdown.lastIndexOf("\n", first - 1) + 1);
}

function trimEnd(markdown: string, start: number, end: number): number {
  let last = end;
  while (last > start && isBlankAt(markdown, last - 1) && isWholeAt(markdown, last)) last--;
  return last;
}
