import type { Chunk } from "../core/document.ts";
import type { Hit, Retriever } from "../core/retriever.ts";
import type { Material } from "./turn.ts";

export interface MaterialOptions {
  /** Characters of all passages together. */
  maxChars: number;
  /** Removes passages that say the same as an earlier one. */
  fold: (hits: Hit[]) => Hit[];
  retriever: Pick<Retriever, "neighbours">;
}

/** How far a passage is widened by its neighbours, in chunks, when they belong to the same section. */
const NEIGHBOURS = 1;

/**
 * Chooses and numbers the passages that an answer may use: best first, near-duplicates folded, each widened to the rest
 * of its section while there is room. A passage that is already part of an earlier one is not repeated.
 */
export function selectMaterial(hits: Hit[], options: MaterialOptions): Material[] {
  const material: Material[] = [];
  const used = new Set<string>();
  let room = options.maxChars;
  for (const hit of options.fold(hits)) {
    if (used.has(hit.chunk.id)) continue;
    if (hit.chunk.text.length > room && material.length > 0) continue;
    const section = sectionAround(hit.chunk, options.retriever, used, room);
    for (const chunk of section) used.add(chunk.id);
    const text = section
      .map((chunk) => chunk.text)
      .join("\n\n")
      .slice(0, room);
    material.push({ n: material.length + 1, hit, chunks: section, text });
    room -= text.length;
    if (room <= 0) break;
  }
  return material;
}

/** A passage is not cut shorter than this, in characters: less says nothing. */
const SHORTEST_PASSAGE = 100;

/**
 * Leaves out passages from the end until what remains `fits`; the first alone is cut where even that is too long. The
 * numbers stay.
 */
export function shortenMaterial(material: readonly Material[], fits: (material: Material[]) => boolean): Material[] {
  for (let count = material.length; count > 0; count -= 1) {
    const kept = material.slice(0, count);
    if (fits(kept)) return kept;
  }
  const [first] = material;
  if (first === undefined) return [];
  let { text } = first;
  while (text.length > SHORTEST_PASSAGE && !fits([{ ...first, text }])) {
    text = text.slice(0, Math.max(SHORTEST_PASSAGE, Math.floor(text.length * 0.8))).toWellFormed();
  }
  return [{ ...first, text }];
}

function sectionAround(
  chunk: Chunk,
  retriever: Pick<Retriever, "neighbours">,
  used: ReadonlySet<string>,
  room: number,
): Chunk[] {
  const path = chunk.headings.join("\u0000");
  const around = retriever.neighbours(chunk, NEIGHBOURS, NEIGHBOURS);
  const at = around.findIndex((other) => other.id === chunk.id);
  if (at < 0) return [chunk];
  let section = [chunk];
  let length = chunk.text.length;
  for (const [offset, append] of [
    [1, true],
    [-1, false],
  ] as const) {
    const other = around[at + offset];
    if (other === undefined || used.has(other.id) || other.headings.join("\u0000") !== path) continue;
    if (length + other.text.length > room) continue;
    length += other.text.length;
    section = append ? [...section, other] : [other, ...section];
  }
  return section;
}
