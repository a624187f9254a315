import type { Block } from "../core/document.ts";

export interface DocumentMarkdown {
  /** All blocks, joined by a blank line. */
  markdown: string;
  /** UTF-16 offset of each block in `markdown`; a heading starts at its first `#`. */
  starts: number[];
}

/** A document's whole Markdown; the offsets of its chunks point into it. */
export function toMarkdown(blocks: readonly Block[]): DocumentMarkdown {
  const starts: number[] = [];
  const texts: string[] = [];
  let offset = 0;
  for (const block of blocks) {
    const text = blockMarkdown(block);
    starts.push(offset);
    texts.push(text);
    offset += text.length + 2;
  }
  return { markdown: texts.join("\n\n"), starts };
}

function blockMarkdown(block: Block): string {
  if (block.kind !== "heading") return block.text;
  return `${"#".repeat(Math.min(Math.max(block.level, 1), 6))} ${block.text.replace(/\s*\n\s*/g, " ")}`;
}
