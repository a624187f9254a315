import { median } from "./pdf-median.ts";
import type { Segment } from "./pdf-segments.ts";

/** Fewer lines on a side than this are no column. */
const MIN_COLUMN_LINES = 3;
/** A blank strip of this many font sizes over the whole width ends a pair of columns. */
const BAND_GAP = 3.5;
/** Columns of columns: newspapers have no more. */
const MAX_DEPTH = 4;

/**
 * Puts a page's segments in reading order and gives one list a column. Where text stands on both sides of a gutter the left
 * column comes first (the right one in right-to-left text); what reaches over the gutter (titles, wide figures) parts the page
 * into bands that are read from top to bottom.
 */
export function readingOrder(segments: readonly Segment[], depth = 0): Segment[][] {
  const sorted = segments.toSorted((a, b) => a.top - b.top || a.left - b.left);
  const gutter = depth < MAX_DEPTH ? findGutter(sorted) : undefined;
  if (gutter === undefined) return sorted.length === 0 ? [] : [sorted];
  const flows: Segment[][] = [];
  let wide: Segment[] = [];
  for (const { across, segments: band } of bandsOf(sorted, gutter)) {
    if (!across && isColumnar(band, gutter)) {
      if (wide.length > 0) flows.push(...readingOrder(wide, MAX_DEPTH));
      wide = [];
      const sides = [band.filter((s) => s.right <= gutter), band.filter((s) => s.right > gutter)];
      if (mostlyRightToLeft(band)) sides.reverse();
      for (const side of sides) flows.push(...readingOrder(side, depth + 1));
    } else wide.push(...band);
  }
  if (wide.length > 0) flows.push(...readingOrder(wide, MAX_DEPTH));
  return flows;
}

function crosses(segment: Segment, x: number): boolean {
  return segment.left < x - 1 && segment.right > x + 1;
}

/** The x with most lines left and right of it and few across, when a band of the page is columnar there. */
function findGutter(segments: readonly Segment[]): number | undefined {
  if (segments.length < 2 * MIN_COLUMN_LINES) return undefined;
  const left = Math.min(...segments.map((segment) => segment.left));
  const right = Math.max(...segments.map((segment) => segment.right));
  const lefts = segments.map((segment) => segment.left).toSorted((a, b) => a - b);
  const rights = segments.map((segment) => segment.right).toSorted((a, b) => a - b);
  const candidates: { x: number; score: number }[] = [];
  // Gutters start where text of the right column starts.
  for (const start of new Set(lefts.map((x) => Math.round(x)))) {
    const x = start - 2;
    if (x < left + 0.15 * (right - left) || x > right - 0.15 * (right - left)) continue;
    const before = countUpTo(rights, x);
    const after = lefts.length - countUpTo(lefts, x);
    const across = segments.length - before - after;
    const score = Math.min(before, after) - across / 2;
    if (Math.min(before, after) >= MIN_COLUMN_LINES) candidates.push({ x, score });
  }
  candidates.sort((a, b) => b.score - a.score);
  return candidates
    .slice(0, 8)
    .find(({ x }) => bandsOf(segments, x).some(({ across, segments: band }) => !across && isColumnar(band, x)))?.x;
}

/** How many of the ascending numbers are at most x. */
function countUpTo(ascending: readonly number[], x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? Infinity) <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Band {
  segments: Segment[];
  /** True for text that reaches over the gutter. */
  across: boolean;
}

/** Parts the page where text reaches over the gutter and where nothing stands on either side for a few lines. */
function bandsOf(sorted: readonly Segment[], x: number): Band[] {
  const bands: Band[] = [];
  const blank = BAND_GAP * median(sorted.map((segment) => segment.size));
  let bottom = -Infinity;
  for (const segment of sorted) {
    const across = crosses(segment, x);
    const last = bands.at(-1);
    if (last === undefined || last.across !== across || (!across && segment.top - bottom > blank))
      bands.push({ segments: [segment], across });
    else last.segments.push(segment);
    bottom = Math.max(bottom, segment.bottom);
  }
  return bands;
}

/**
 * Tells columns from tables. Columns are drawn one after the other, tables row by row; the lines of a column fill its width,
 * cells seldom do.
 */
function isColumnar(band: readonly Segment[], gutter: number): boolean {
  const before = band.filter((segment) => segment.right <= gutter + 1);
  const after = band.filter((segment) => segment.right > gutter + 1);
  const fewer = Math.min(before.length, after.length);
  if (fewer < MIN_COLUMN_LINES) return false;
  const drawn = band.toSorted((a, b) => a.order - b.order).map((segment) => segment.right <= gutter + 1);
  const changes = drawn.filter((side, index) => index > 0 && side !== drawn[index - 1]).length;
  const sides = [before, after];
  const longEnough = (ems: number): boolean =>
    sides.every((side) => usual(side, (segment) => width(segment) / segment.size) >= ems);
  if (changes / (2 * fewer) < 0.2 && longEnough(5) && fewer >= 2 * MIN_COLUMN_LINES) return true;
  const total = extent(band);
  const filled = sides.every((side) => {
    const column = extent(side);
    return column > 0.25 * total && usual(side, width) > 0.6 * column;
  });
  return filled && longEnough(9);
}

/** The median over characters, not segments, so that a table inside a column does not outvote its text. */
function usual(side: readonly Segment[], value: (segment: Segment) => number): number {
  const sorted = side.toSorted((a, b) => value(a) - value(b));
  let rest = sorted.reduce((sum, segment) => sum + segment.text.length, 0) / 2;
  const middle = sorted.find((segment) => (rest -= segment.text.length) <= 0);
  return middle === undefined ? 0 : value(middle);
}

function width(segment: Segment): number {
  return segment.right - segment.left;
}

function extent(segments: readonly Segment[]): number {
  return Math.max(...segments.map((s) => s.right)) - Math.min(...segments.map((s) => s.left));
}

function mostlyRightToLeft(segments: readonly Segment[]): boolean {
  return segments.filter((segment) => segment.rightToLeft).length > segments.length / 2;
}
