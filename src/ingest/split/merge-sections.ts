import { isBelow, type Section, sharedDepth } from "./sections.ts";

/** Neighbouring sections that become one chunk, or one section that is cut by itself. */
export interface SectionGroup {
  sections: Section[];
  /** Heading blocks above all of them; those are the chunk's context and need not stand in its text. */
  path: number[];
}

/** A section shorter than this share of the aim joins its neighbour. */
const TINY_SHARE = 0.25;

/**
 * Joins tiny sections of one parent as long as they fit into one chunk together. A heading without text of its own is
 * no section when others follow below it: it is in their path.
 * @param charsOf length of the text from one block to another, `[from, to)`
 */
export function mergeSections(
  sections: readonly Section[],
  chunkChars: number,
  charsOf: (fromBlock: number, toBlock: number) => number,
): SectionGroup[] {
  const filled = sections.filter((section, index) => !(isEmpty(section) && isBelow(sections[index + 1], section.path)));
  const groups: SectionGroup[] = [];
  let index = 0;
  while (index < filled.length) {
    const members = growGroup(filled, index, chunkChars, charsOf);
    groups.push({ sections: members, path: sharedPath(members) });
    index += members.length;
  }
  return groups;
}

function growGroup(
  sections: readonly Section[],
  from: number,
  chunkChars: number,
  charsOf: (fromBlock: number, toBlock: number) => number,
): Section[] {
  const first = sections[from];
  if (first === undefined) return [];
  const members = [first];
  let path = first.path;
  for (let index = from + 1; index < sections.length; index++) {
    const next = sections[index];
    if (next === undefined) break;
    const depth = sharedDepth(path, next.path);
    if (depth < first.path.length - 1) break;
    const startBlock = depth === first.path.length ? first.firstBody : first.firstBody - 1;
    const lastBody = members.at(-1)?.lastBody ?? first.lastBody;
    const isTiny =
      Math.min(charsOf(startBlock, lastBody), charsOf(next.firstBody - 1, next.lastBody)) < chunkChars * TINY_SHARE;
    if (!isTiny || charsOf(startBlock, next.lastBody) > chunkChars) break;
    members.push(next);
    path = path.slice(0, depth);
  }
  return members;
}

function sharedPath(sections: readonly Section[]): number[] {
  const [first, ...rest] = sections;
  let path = first?.path ?? [];
  for (const section of rest) path = path.slice(0, sharedDepth(path, section.path));
  // A lone heading without text is itself the text of its chunk.
  const isLoneHeading = first !== undefined && rest.length === 0 && isEmpty(first);
  return isLoneHeading ? path.slice(0, -1) : path;
}

function isEmpty(section: Section): boolean {
  return section.firstBody === section.lastBody;
}
