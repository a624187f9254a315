import type { Hit } from "../core/retriever.ts";

/** Characters in one shingle: long enough that two texts on the same subject share few by chance, in Chinese too. */
const SHINGLE_CHARS = 6;
/** Share of a passage's shingles that a better one must hold for it to tell nothing new. */
const CONTAINED = 0.9;

/**
 * Leaves out every hit whose text stands, nearly word for word, in a better one; ranks keep their values.
 * A passage with a number that the better one lacks stays: two editions of a fee list differ in nothing else.
 */
export function foldDuplicates(hits: Hit[]): Hit[] {
  const kept: { hit: Hit; shingles: Set<string>; numbers: Set<string> }[] = [];
  for (const hit of hits) {
    const { text } = hit.chunk;
    const shingles = shinglesOf(text);
    const numbers = new Set(text.match(/\d+(?:[.,:]\d+)*/g));
    const isTold = kept.some(
      (better) =>
        share(shingles, better.shingles) >= CONTAINED && [...numbers].every((number) => better.numbers.has(number)),
    );
    if (!isTold) kept.push({ hit, shingles, numbers });
  }
  return kept.map(({ hit }) => hit);
}

function shinglesOf(text: string): Set<string> {
  const letters = text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
  const shingles = new Set<string>();
  for (let start = 0; start === 0 || start + SHINGLE_CHARS <= letters.length; start++) {
    shingles.add(letters.slice(start, start + SHINGLE_CHARS));
  }
  return shingles;
}

function share(part: Set<string>, whole: Set<string>): number {
  let shared = 0;
  for (const shingle of part) if (whole.has(shingle)) shared++;
  return shared / part.size;
}
