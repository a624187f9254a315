import type { Block } from "../../core/document.ts";

/** A heading with the blocks up to the next heading, or the blocks before the first one. */
export interface Section {
  /** Indexes of the heading blocks above, outermost first, the section's own last; empty before the first heading. */
  path: number[];
  /** Indexes of the blocks, `[firstBody, lastBody)`; the heading itself is `firstBody - 1`. */
  firstBody: number;
  lastBody: number;
}

/** Longer "headings" are text that somebody formatted as one: they stay in the text. */
const MAX_HEADING_CHARS = 200;

export function isRealHeading(block: Block): block is Extract<Block, { kind: "heading" }> {
  return block.kind === "heading" && block.text.length <= MAX_HEADING_CHARS;
}

/** The sections of a document in order. */
export function findSections(blocks: readonly Block[]): Section[] {
  const sections: Section[] = [];
  const open: { index: number; level: number }[] = [];
  let current: Section = { path: [], firstBody: 0, lastBody: 0 };
  for (const [index, block] of blocks.entries()) {
    if (!isRealHeading(block)) continue;
    current.lastBody = index;
    sections.push(current);
    while ((open.at(-1)?.level ?? 0) >= block.level) open.pop();
    open.push({ index, level: block.level });
    current = { path: open.map((heading) => heading.index), firstBody: index + 1, lastBody: index + 1 };
  }
  current.lastBody = blocks.length;
  sections.push(current);
  return sections.filter((section) => section.path.length > 0 || section.lastBody > section.firstBody);
}

/** Number of headings two sections share. */
export function sharedDepth(left: readonly number[], right: readonly number[]): number {
  let depth = 0;
  while (depth < left.length && left[depth] === right[depth]) depth++;
  return depth;
}

/** True when `section` lies below the heading that ends `path`. */
export function isBelow(section: Section | undefined, path: readonly number[]): boolean {
  return section !== undefined && section.path.length > path.length && sharedDepth(section.path, path) === path.length;
}
