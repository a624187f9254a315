import { median } from "./pdf-median.ts";
import type { Segment } from "./pdf-segments.ts";

/** Fewer lines on a side than this are no column. */
const MIN_COLUMN_LINES = 3;
/** No gutter lies in this share of the text's width at its edges. */
const EDGE_SHARE = 0.12;
/** Places that are tried as gutters, those where most lines start. */
const MAX_CANDIDATES = 12;
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
      const sides = sidesOf(band, gutter);
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

/** The x at which most lines stand side by side in columns. */
function findGutter(sorted: readonly Segment[]): number | undefined {
  if (sorted.length < 2 * MIN_COLUMN_LINES) return undefined;
  const left = Math.min(...sorted.map((segment) => segment.left));
  const right = Math.max(...sorted.map((segment) => segment.right));
  // The lines of a right column start at one x, so the gutter lies just before an x where many lines start.
  const starts = new Map<number, number>();
  for (const segment of sorted) {
    const start = Math.round(segment.left / 2) * 2;
    if (start > left + EDGE_SHARE * (right - left) && start < right - EDGE_SHARE * (right - left))
      starts.set(start, (starts.get(start) ?? 0) + 1);
  }
  let best: { x: number; lines: number } | undefined;
  for (const [start] of [...starts].toSorted((a, b) => b[1] - a[1]).slice(0, MAX_CANDIDATES)) {
    const x = start - 3;
    let lines = 0;
    for (const { across, segments } of bandsOf(sorted, x)) {
      if (!across && isColumnar(segments, x)) lines += Math.min(...sidesOf(segments, x).map((side) => side.length));
    }
    if (lines > (best?.lines ?? 0)) best = { x, lines };
  }
  return best?.x;
}

function sidesOf(band: readonly Segment[], gutter: number): [Segment[], Segment[]] {
  return [band.filter((segment) => segment.right <= gutter + 1), band.filter((segment) => segment.right > gutter + 1)];
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
  const sides = sidesOf(band, gutter);
  const fewer = Math.min(...sides.map((side) => side.length));
  if (fewer < MIN_COLUMN_LINES) return false;
  const drawn = band.toSorted((a, b) => a.order - b.order).map((segment) => segment.right <= gutter + 1);
  const changes = drawn.filter((side, index) => index > 0 && side !== drawn[index - 1]).length;
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
