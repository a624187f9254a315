import { weightiest } from "./pdf-median.ts";
import type { Segment } from "./pdf-segments.ts";

export interface PageSegments {
  page: number;
  height: number;
  segments: Segment[];
}

/** Headers and footers stand in this share of the page at its top and bottom. */
const MARGIN_SHARE = 0.12;
/** A running line is on at least this share of the pages (left and right pages may differ). */
const REPEATED_SHARE = 0.4;
const MIN_PAGES = 3;

/** Two pages are enough for lines this much smaller than the running text and this near to the edge. */
const SMALL = 0.85;
const EDGE_SHARE = 0.07;

/** Removes running headers, footers and page numbers: lines at the same height with the same text but for numbers, on many pages. */
export function withoutFurniture(pages: readonly PageSegments[]): PageSegments[] {
  const seen = new Map<string, Set<number>>();
  for (const { page, height, segments } of pages) {
    for (const segment of segments) {
      if (!inMargin(segment, height)) continue;
      for (const key of keysOf(segment)) {
        const onPages = seen.get(key) ?? new Set<number>();
        onPages.add(page);
        seen.set(key, onPages);
      }
    }
  }
  const textPages = pages.filter((page) => page.segments.length > 0).length;
  const needed = Math.max(MIN_PAGES, Math.ceil(textPages * REPEATED_SHARE));
  const segments = pages.flatMap((page) => page.segments);
  const usualSize =
    weightiest(
      segments,
      ({ size }) => Math.round(size * 2) / 2,
      ({ text, table }) => (table ?? text).length,
    ) ?? 0;
  const isSmallPrint = (segment: Segment, height: number): boolean =>
    segment.size < SMALL * usualSize &&
    (segment.bottom < EDGE_SHARE * height || segment.top > (1 - EDGE_SHARE) * height);
  const kept = pages.map((page) => ({
    ...page,
    segments: page.segments.filter((segment) => {
      if (!inMargin(segment, page.height)) return true;
      const enough = textPages === 2 && isSmallPrint(segment, page.height) ? 2 : needed;
      if (keysOf(segment).some((key) => (seen.get(key)?.size ?? 0) >= enough)) return false;
      return !(textPages > 1 && numbersItsPage(segment.text, page.page) && isOutermost(segment, page));
    }),
  }));
  // Where nothing but repeated lines stands on any page they are the document.
  return kept.some((page) => page.segments.length > 0) ? kept : [...pages];
}

function inMargin(segment: Segment, height: number): boolean {
  return segment.bottom < MARGIN_SHARE * height || segment.top > (1 - MARGIN_SHARE) * height;
}

/** Heights are compared in steps of 4 points, in two staggered grids so that a tiny shift does not part a pair. */
function keysOf(segment: Segment): string[] {
  const text = (segment.table ?? segment.text).replace(/\d+|\b[ivxlc]+\b/gi, "#");
  return [`a${Math.floor(segment.baseline / 4)} ${text}`, `b${Math.floor((segment.baseline + 2) / 4)} ${text}`];
}

function numbersItsPage(text: string, page: number): boolean {
  const match =
    /^(?:page|p\.|第)?\s*[-–—·]*\s*(\d{1,4})\s*[-–—·]*\s*(?:页|頁|(?:of|\/|共)\s*\d{1,4}\s*(?:页|頁)?)?$/i.exec(text);
  return match !== null && Number(match[1]) === page;
}

function isOutermost(segment: Segment, { segments }: PageSegments): boolean {
  return (
    segments.every((other) => other.baseline <= segment.baseline) ||
    segments.every((other) => other.baseline >= segment.baseline)
  );
}
