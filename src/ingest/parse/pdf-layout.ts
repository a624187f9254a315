import type { Block } from "../../core/document.ts";
import { toBlocks } from "./pdf-blocks.ts";
import { compoundsOf, isCjk, joinLines } from "./pdf-characters.ts";
import { readingOrder } from "./pdf-columns.ts";
import type { FragmentGroup } from "./pdf-fragments.ts";
import { withoutFurniture, type PageSegments } from "./pdf-furniture.ts";
import { headingStyles } from "./pdf-headings.ts";
import { toLines, type Line } from "./pdf-lines.ts";
import { withBullets } from "./pdf-bullets.ts";
import { takeRuledTables } from "./pdf-ruled-tables.ts";
import type { Drawing } from "./pdf-drawing.ts";
import { toSegments } from "./pdf-segments.ts";

export interface PageText {
  /** From 1. */
  page: number;
  /** Points. */
  height: number;
  groups: FragmentGroup[];
  drawing: Drawing;
}

export interface Layout {
  blocks: Block[];
  /** The largest line of the first page with text, when it stands out. */
  titleLine?: string;
}

/** Turns the text runs of a whole document into blocks in reading order. */
export function layOut(pages: readonly PageText[]): Layout {
  const flows = horizontalFlows(pages);
  for (const { page, groups } of pages) {
    for (const group of groups.filter(({ direction }) => direction !== "horizontal")) {
      const lines = readingOrder(toSegments(group.fragments)).map((flow) => toLines(flow, page));
      const main = group === groups[0];
      flows.push(...lines.map((flow) => ({ page, main, lines: flow })));
    }
  }
  // Stable: text that lies differently from most of its page comes after it.
  const ordered = flows
    .filter((flow) => flow.lines.length > 0)
    .toSorted((a, b) => a.page - b.page || Number(b.main) - Number(a.main));
  const allLines = ordered.flatMap((flow) => flow.lines);
  const styles = headingStyles(allLines);
  const compounds = compoundsOf(allLines.map((line) => line.text));
  const blocks: Block[] = [];
  let previous: Line[] = [];
  for (const { lines } of ordered) {
    const own = toBlocks(lines, { styles, compounds });
    const last = blocks.at(-1);
    const first = own[0];
    if (last?.kind === "paragraph" && first?.kind === "paragraph" && goesOn(previous, lines)) {
      last.text = joinLines(last.text, first.text, compounds);
      own.shift();
    }
    blocks.push(...own);
    previous = lines;
  }
  deepenNumbered(blocks);
  const titleLine = largestLine(ordered[0]?.page, ordered, styles.bodySize);
  return {
    blocks: blocks.filter((block) => block.text.trim() !== ""),
    ...(titleLine === undefined ? {} : { titleLine }),
  };
}

function depthOf(text: string): number {
  return /^(\d{1,2}(?:\.\d{1,2})*)\.?[\s\p{Lo}]/u.exec(text)?.[1]?.split(".").length ?? 0;
}

/** Where headings of one look are numbered 4 and 4.1, the longer number lies deeper. */
function deepenNumbered(blocks: readonly Block[]): void {
  for (const level of [2, 1]) {
    const headings = blocks.flatMap((block) => (block.kind === "heading" && block.level === level ? [block] : []));
    const depths = headings.map(({ text }) => depthOf(text)).filter((depth) => depth > 0);
    const least = Math.min(...depths);
    for (const heading of headings) heading.level = Math.min(3, level + Math.max(0, depthOf(heading.text) - least));
  }
}

interface Flow {
  page: number;
  main: boolean;
  lines: Line[];
}

function horizontalFlows(pages: readonly PageText[]): Flow[] {
  const withSegments: (PageSegments & { main: boolean })[] = pages.map(({ page, height, groups, drawing }) => {
    const group = groups.find(({ direction }) => direction === "horizontal");
    const { tables, rest } = takeRuledTables(group?.fragments ?? [], drawing.rules);
    return {
      page,
      height,
      segments: [...withBullets(toSegments(rest), drawing.dots), ...tables],
      main: group === groups[0],
    };
  });
  return withoutFurniture(withSegments).flatMap(({ page, segments }, index) =>
    readingOrder(segments).map((flow) => ({
      page,
      main: withSegments[index]?.main ?? true,
      lines: toLines(flow, page),
    })),
  );
}

/** A paragraph goes on in the next column or page when its last line is full and unfinished and the next begins in mid-sentence. */
function goesOn(before: readonly Line[], after: readonly Line[]): boolean {
  const last = before.at(-1);
  const first = after[0];
  if (last === undefined || first === undefined || Math.abs(last.size - first.size) > 0.08 * last.size) return false;
  const full = last.right > Math.max(...before.map((line) => line.right)) - 3 * last.size;
  if (!full || /[.!?。！？…:：]["'”’)）」』]*$/.test(last.text)) return false;
  return /^\p{Ll}/u.test(first.text) || (isCjk(last.text.slice(-1)) && isCjk(first.text.slice(0, 1)));
}

function largestLine(page: number | undefined, flows: readonly Flow[], bodySize: number): string | undefined {
  const lines = flows.filter((flow) => flow.page === page && flow.main).flatMap((flow) => flow.lines);
  const largest = lines.reduce<Line | undefined>(
    (best, line) => (best === undefined || line.size > best.size + 0.1 ? line : best),
    undefined,
  );
  if (largest === undefined || largest.size < 1.15 * bodySize) return undefined;
  const start = lines.indexOf(largest);
  let end = start + 1;
  while (end < start + 3 && Math.abs((lines[end]?.size ?? 0) - largest.size) < 0.3) end++;
  const text = lines.slice(start, end).reduce((title, line) => joinLines(title, line.text), "");
  return text.length >= 2 && text.length <= 200 && !/\bpage \d+/i.test(text) ? text : undefined;
}
