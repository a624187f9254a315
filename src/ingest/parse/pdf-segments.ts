import { joinText } from "./pdf-characters.ts";
import type { Fragment } from "./pdf-fragments.ts";
import { weightiest } from "./pdf-median.ts";

/** A stretch of one line without a gap: a table cell, a column's line, or a whole line. Reading coordinates, points. */
export interface Segment {
  text: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
  baseline: number;
  /** Font size of most of its characters, in points. */
  size: number;
  bold: boolean;
  mono: boolean;
  rightToLeft: boolean;
  order: number;
  /** A whole ruled table as GFM; its `text` is empty. */
  table?: string;
}

/** Wider gaps, in font sizes, separate columns and cells; justified Latin text stays below. */
const CELL_GAP = 0.9;
/** Wider gaps, in font sizes, are a blank between Latin words. */
const WORD_GAP = 0.15;

/** Joins the runs that stand side by side without a gap. */
export function toSegments(fragments: readonly Fragment[]): Segment[] {
  const segments: Segment[] = [];
  for (const row of sameLine(fragments, (fragment) => boxOf(fragment))) {
    let run: Fragment[] = [];
    for (const fragment of row.toSorted((a, b) => a.left - b.left)) {
      const last = run.at(-1);
      // Some producers draw a word twice, slightly shifted, to make it bold.
      if (last?.text === fragment.text && fragment.left - last.left < 0.2 * fragment.size) continue;
      if (last !== undefined && fragment.left - rightEdge(run) > CELL_GAP * Math.max(last.size, fragment.size)) {
        segments.push(toSegment(run));
        run = [];
      }
      run.push(fragment);
    }
    if (run.length > 0) segments.push(toSegment(run));
  }
  return segments;
}

interface Box {
  top: number;
  bottom: number;
}

/**
 * Groups boxes that stand on one line, from top to bottom: two boxes do when half of the lower one overlaps.
 * Superscripts join their line; tightly set lines stay apart.
 */
export function sameLine<T>(items: readonly T[], box: (item: T) => Box): T[][] {
  const rows: { items: T[]; top: number; bottom: number }[] = [];
  const sorted = items
    .map((item) => ({ item, ...box(item) }))
    .toSorted((a, b) => b.bottom - b.top - (a.bottom - a.top) || a.top - b.top);
  // Tall boxes first, so that a line is fixed by its full-size text; rows are looked up by a coarse grid of their middles.
  const grid = new Map<number, typeof rows>();
  const cell = Math.max(1, ...sorted.slice(0, 1).map((entry) => entry.bottom - entry.top));
  for (const entry of sorted) {
    const key = Math.floor((entry.top + entry.bottom) / 2 / cell);
    let home: (typeof rows)[number] | undefined;
    let best = 0.5;
    for (let near = key - 1; near <= key + 1; near++) {
      for (const row of grid.get(near) ?? []) {
        const overlap = Math.min(row.bottom, entry.bottom) - Math.max(row.top, entry.top);
        const covered = overlap / Math.max(0.01, entry.bottom - entry.top);
        if (covered > best) [best, home] = [covered, row];
      }
    }
    if (home === undefined) {
      home = { items: [], top: entry.top, bottom: entry.bottom };
      rows.push(home);
      const place = grid.get(key) ?? [];
      place.push(home);
      grid.set(key, place);
    }
    home.items.push(entry.item);
  }
  return rows.toSorted((a, b) => a.top + a.bottom - b.top - b.bottom).map((row) => row.items);
}

function boxOf(fragment: Fragment): Box {
  return { top: fragment.baseline - 0.8 * fragment.size, bottom: fragment.baseline + 0.2 * fragment.size };
}

function rightEdge(run: readonly Fragment[]): number {
  return run.reduce((edge, fragment) => Math.max(edge, fragment.right), -Infinity);
}

function toSegment(run: Fragment[]): Segment {
  const main = run.reduce((longest, fragment) => (fragment.text.length > longest.text.length ? fragment : longest));
  const rightToLeft = share(run, (fragment) => fragment.rightToLeft) > 0.5;
  const boxes = run.map(boxOf);
  let text = "";
  let previous: Fragment | undefined;
  for (const fragment of rightToLeft ? logicalOrder(run) : run) {
    const gap = previous === undefined ? 0 : gapBetween(previous, fragment);
    text = joinText(text, fragment.text, gap > WORD_GAP * fragment.size);
    previous = fragment;
  }
  return {
    text: text.replace(/ {2,}/g, " ").trim(),
    left: Math.min(...run.map((fragment) => fragment.left)),
    right: rightEdge(run),
    top: Math.min(...boxes.map((box) => box.top)),
    bottom: Math.max(...boxes.map((box) => box.bottom)),
    baseline: main.baseline,
    size: sizeOf(run),
    bold: share(run, (fragment) => fragment.bold) > 0.95,
    mono: share(run, (fragment) => fragment.mono) > 0.7,
    rightToLeft,
    order: Math.min(...run.map((fragment) => fragment.order)),
  };
}

function gapBetween(a: Fragment, b: Fragment): number {
  return a.left <= b.left ? b.left - a.right : a.left - b.right;
}

/** Right to left, but neighbouring left-to-right runs (numbers, Latin words) keep their own order. */
function logicalOrder(run: readonly Fragment[]): Fragment[] {
  const ordered: Fragment[] = [];
  let latin: Fragment[] = [];
  for (const fragment of run.toReversed()) {
    if (fragment.rightToLeft) {
      ordered.push(...latin.toReversed(), fragment);
      latin = [];
    } else latin.push(fragment);
  }
  return [...ordered, ...latin.toReversed()];
}

/** The font size of most characters; ideographs weigh more because they are wider. */
function sizeOf(run: readonly Fragment[]): number {
  return (
    weightiest(
      run,
      ({ size }) => Math.round(size * 20) / 20,
      ({ left, right }) => right - left,
    ) ?? 1
  );
}

function share(run: readonly Fragment[], test: (fragment: Fragment) => boolean): number {
  let hit = 0;
  let all = 0;
  for (const fragment of run) {
    all += fragment.text.length;
    if (test(fragment)) hit += fragment.text.length;
  }
  return all === 0 ? 0 : hit / all;
}
