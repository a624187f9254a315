/*
 * Text and vectors that cost as much as real ones to index and to search: words follow Zipf's law, half Chinese, half
 * English; vectors lie around the centres of their documents.
 */

/** A number in [0, 1), the same sequence for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Normally distributed numbers (Box and Muller). */
export function createNormal(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Rank of a word by Zipf's law over `size` words. */
function zipf(random: () => number, size: number): number {
  return Math.min(size - 1, Math.floor(size ** random()) - 1);
}

export function chineseSentence(random: () => number, words: number): string {
  let text = "";
  for (let word = 0; word < words; word++) {
    const rank = zipf(random, 20_000);
    text += String.fromCodePoint(0x4e00 + ((rank * 7919) % 3500), 0x4e00 + ((rank * 104_729) % 3500));
  }
  return `${text}。`;
}

export function englishSentence(random: () => number, words: number): string {
  return `${Array.from({ length: words }, () =>
    zipf(random, 50_000)
      .toString(36)
      .replace(/\d/g, (digit) => "aeioubdfgh"[Number(digit)] ?? ""),
  ).join(" ")}. `;
}

/** Some 450 characters; every second row is English. */
export function chunkText(random: () => number, row: number): string {
  const isChinese = row % 2 === 0;
  const sentence = isChinese ? () => chineseSentence(random, 12) : () => englishSentence(random, 14);
  return Array.from({ length: isChinese ? 18 : 6 }, sentence).join("");
}

/** `count` unit vectors, row-major: documents of `perDocument` rows around a centre, all centres around a common one. */
export function clusteredVectors(
  random: () => number,
  shape: { count: number; dimensions: number; perDocument: number },
): Float32Array {
  const { count, dimensions, perDocument } = shape;
  const normal = createNormal(random);
  const vectors = new Float32Array(count * dimensions);
  const shared = Float32Array.from({ length: dimensions }, () => normal() * 2);
  let centre = new Float32Array(dimensions);
  for (let row = 0; row < count; row++) {
    if (row % perDocument === 0) centre = shared.map((value) => value + normal());
    vectors.set(unit(centre.map((value) => value + normal() * 0.7)), row * dimensions);
  }
  return vectors;
}

/** The unit vector near `vector`; noise of length `spread` gives a cosine of about 1 / √(1 + spread²). */
export function unitNear(vector: Float32Array, spread: number, normal: () => number): Float32Array {
  const scale = spread / Math.sqrt(vector.length);
  return unit(vector.map((value) => value + normal() * scale));
}

function unit(vector: Float32Array): Float32Array {
  const scale = 1 / Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value * scale);
}
