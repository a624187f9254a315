import { VIEW_BUCKETS, type BucketVector } from "./rare-buckets.ts";

/** Buckets that character n-grams are hashed into. */
export const GRAM_BUCKETS = 4096;
/** Longest n-gram, in characters. */
const LONGEST = 4;
/** Characters of a line that are looked at. */
const MAX_CHARS = 400;

/**
 * The character n-grams (1 to 4) of a line as sorted, distinct buckets. Case, width and runs of white space do not count;
 * the ends of the line do. Hash: FNV-1a over UTF-16 units, so that a gate file means the same on every machine.
 */
export function gramBuckets(text: string): Uint16Array {
  const plain = `\u0002${text.slice(0, MAX_CHARS).normalize("NFKC").toLowerCase().trim().replace(/\s+/gu, " ")}\u0003`;
  const characters = Array.from(plain);
  const seen = new Set<number>();
  for (let start = 0; start < characters.length; start++) {
    let hash = 0x811c9dc5;
    for (let at = start; at < Math.min(characters.length, start + LONGEST); at++) {
      const character = characters[at] ?? "";
      for (let unit = 0; unit < character.length; unit++) {
        hash = Math.imul(hash ^ character.charCodeAt(unit), 0x01000193);
      }
      seen.add(mixed(hash) % GRAM_BUCKETS);
    }
  }
  return Uint16Array.from(seen).toSorted();
}

/** The low bits of FNV-1a alone are uneven for short strings. */
function mixed(hash: number): number {
  const folded = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (folded ^ (folded >>> 13)) >>> 0;
}

/** Characters of a passage that are looked at. */
const MAX_PASSAGE_CHARS = 800;

/** The pairs and triples of characters of some passages as sorted, distinct buckets. */
export function passageBuckets(texts: readonly string[]): BucketVector {
  // Thousands of n-grams a line: marks cost a tenth of a set.
  const marks = new Uint8Array(VIEW_BUCKETS.passages);
  for (const text of texts) {
    const plain = text.slice(0, MAX_PASSAGE_CHARS).normalize("NFKC").toLowerCase().replace(/\s+/gu, " ");
    for (let start = 0; start + 1 < plain.length; start++) {
      const first = Math.imul(0x811c9dc5 ^ plain.charCodeAt(start), 0x01000193);
      const pair = Math.imul(first ^ plain.charCodeAt(start + 1), 0x01000193);
      marks[mixed(pair) % VIEW_BUCKETS.passages] = 1;
      if (start + 2 >= plain.length) continue;
      marks[mixed(Math.imul(pair ^ plain.charCodeAt(start + 2), 0x01000193)) % VIEW_BUCKETS.passages] = 1;
    }
  }
  const buckets: number[] = [];
  for (const [bucket, mark] of marks.entries()) if (mark === 1) buckets.push(bucket);
  return { buckets: Uint16Array.from(buckets) };
}

/** The Latin words and numbers of a line ("rtmpose", "2.0", "config_file"). */
export function termBuckets(text: string): BucketVector {
  const plain = text.slice(0, MAX_CHARS).normalize("NFKC").toLowerCase();
  const seen = new Set<number>();
  for (const [word] of plain.matchAll(/[a-z][a-z0-9_.-]*|\d+/gu)) seen.add(hashOf(word) % VIEW_BUCKETS.terms);
  return { buckets: Uint16Array.from(seen).toSorted() };
}

/** Documents and every folder above them, the better ranked counting more: 1, 1/2, 1/3 … */
export function placeBuckets(sources: readonly string[]): BucketVector {
  const amounts = new Map<number, number>();
  for (const [index, source] of sources.entries()) {
    const parts = source.split("/");
    for (let depth = 1; depth <= parts.length; depth++) {
      const bucket = hashOf(parts.slice(0, depth).join("/")) % VIEW_BUCKETS.places;
      amounts.set(bucket, (amounts.get(bucket) ?? 0) + 1 / (1 + index));
    }
  }
  const sorted = [...amounts].toSorted(([a], [b]) => a - b);
  return {
    buckets: Uint16Array.from(sorted, ([bucket]) => bucket),
    amounts: Float32Array.from(sorted, ([, amount]) => amount),
  };
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let unit = 0; unit < text.length; unit++) hash = Math.imul(hash ^ text.charCodeAt(unit), 0x01000193);
  return mixed(hash);
}

/** Cosine of two lines by their distinct buckets, 0 to 1. */
export function gramCosine(a: Uint16Array, b: Uint16Array): number {
  if (a.length === 0 || b.length === 0) return 0;
  let shared = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const left = a[i] ?? 0;
    const right = b[j] ?? 0;
    if (left === right) shared++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return shared / Math.sqrt(a.length * b.length);
}
