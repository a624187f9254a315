import { createHash } from "node:crypto";
import type { Chunk, Document } from "../core/document.ts";
import { type BlockPlace, cutBlock } from "./split/cut-block.ts";
import { mergeSections, type SectionGroup } from "./split/merge-sections.ts";
import { packPieces } from "./split/pack-pieces.ts";
import type { Piece } from "./split/piece.ts";
import { findSections, isRealHeading } from "./split/sections.ts";
import { toMarkdown } from "./to-markdown.ts";

export interface SplitOptions {
  /** Aim for the length of a chunk in UTF-16 characters, from 50. Whole tables and code blocks may be twice as long. */
  chunkChars: number;
}

/**
 * Cuts a document into passages along its structure. A chunk stays within one section, or joins tiny sections of one
 * parent with their heading lines; the headings above are context in `headings`, not text. What is too long is cut at
 * rows, items, lines or sentences; a part of a table or code block repeats the header row or fence before its text.
 * Otherwise `text` is exactly the document's Markdown from `start` to `end`.
 */
export function splitDocument(document: Document, { chunkChars }: SplitOptions): Chunk[] {
  const { blocks } = document;
  const { markdown, starts } = toMarkdown(blocks);
  const placeOf = (index: number): BlockPlace | undefined => {
    const block = blocks[index];
    const start = starts[index];
    if (block === undefined || start === undefined) return undefined;
    const nextStart = starts[index + 1];
    return { markdown, block, start, end: nextStart === undefined ? markdown.length : nextStart - 2 };
  };
  const charsOf = (from: number, to: number): number => {
    const first = placeOf(Math.max(from, 0));
    const last = placeOf(to - 1);
    return first === undefined || last === undefined || to <= from ? 0 : last.end - first.start;
  };

  const createId = idFactory(document.source);
  const chunks: Chunk[] = [];
  for (const group of mergeSections(findSections(blocks), chunkChars, charsOf)) {
    const headings = group.path.flatMap((index) => blocks[index]?.text.replace(/\s+/g, " ").trim() ?? []);
    const places = blockIndexes(group).flatMap((index) => placeOf(index) ?? []);
    const pieces = places.flatMap((place) => cutBlock(place, chunkChars));
    for (const part of isMerged(group) ? [pieces] : packPieces(markdown, pieces, chunkChars)) {
      const passage = passageOf(markdown, part);
      if (passage === undefined) continue;
      chunks.push({ id: createId(headings, passage.text), documentId: document.id, headings, ...passage });
    }
  }
  return chunks;

  /** Heading lines stand in the text unless they are in the path. */
  function blockIndexes({ sections, path }: SectionGroup): number[] {
    const context = new Set(path);
    const first = sections[0];
    const last = sections.at(-1);
    if (first === undefined || last === undefined) return [];
    const indexes: number[] = [];
    for (let index = Math.max(first.firstBody - 1, 0); index < last.lastBody; index++) {
      const block = blocks[index];
      const isPreviousSection = index < first.firstBody && (block === undefined || !isRealHeading(block));
      if (!context.has(index) && !isPreviousSection) indexes.push(index);
    }
    return indexes;
  }
}

function isMerged(group: SectionGroup): boolean {
  return group.sections.length > 1;
}

function passageOf(
  markdown: string,
  pieces: readonly Piece[],
): Pick<Chunk, "text" | "start" | "end" | "page"> | undefined {
  const first = pieces[0];
  const last = pieces.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const start = first.header === "" ? first.overlapStart : first.start;
  const slice = markdown.slice(start, last.end);
  const text = first.header === "" ? slice : `${first.header}\n${slice}`;
  return { text, start, end: last.end, ...(first.page === undefined ? {} : { page: first.page }) };
}

/** Ids depend on content and place only: the same text under the same headings is told apart by its ordinal. */
function idFactory(source: string): (headings: readonly string[], text: string) => string {
  const ordinals = new Map<string, number>();
  return (headings, text) => {
    const key = createHash("sha256")
      .update(JSON.stringify([source, headings, text]))
      .digest("hex");
    const ordinal = ordinals.get(key) ?? 0;
    ordinals.set(key, ordinal + 1);
    return createHash("sha256").update(`${key}:${ordinal}`).digest("hex").slice(0, 16);
  };
}
