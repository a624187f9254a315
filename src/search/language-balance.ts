import { dot } from "./exact.ts";
import { foreignTrust } from "./hybrid.ts";

/** How one query's cosines are made comparable between passages of several languages. */
export interface QueryBalance {
  /** Whether the query is in another language than most documents. */
  isForeign: boolean;
  /** The query's vector, or what is left of it without its language. */
  vector: Float32Array;
  /** Added to the cosine of `vector` and a row. */
  bonus(row: number): number;
  /** Rows that a search by plain cosine may miss altogether; none when all are of one language. */
  neglected: ((row: number) => boolean) | undefined;
}

export interface LanguageBalance {
  /**
   * @param knownTerms share of the query's idf in words that the index knows, 0 to 1
   * @returns undefined when plain cosines are right
   */
  forQuery(query: string, vector: Float32Array, knownTerms: number): QueryBalance | undefined;
}

export interface LanguageBalanceParts {
  /** Count × `dimensions`, row-major, unit length. */
  vectors: Float32Array;
  dimensions: number;
  /** Chinese characters as a share of a row's words, 0 to 255 for all; see `chineseShare`. */
  shares: Uint8Array;
  documents: { firstChunk: number; chunkCount: number }[];
}

const FULL_SHARE = 255;
/** A document or question with at least this share is Chinese: technical Chinese is full of English names. */
const CHINESE_FROM = 0.15;
/** Rows that a mean is taken over at most; more change its cosines by less than .001. */
const SAMPLE_ROWS = 4_000;
/** A language of fewer rows has no mean worth the name: each row would be compared with itself. */
const LEAST_ROWS = 4;
/** Standard deviation of the rows' shares below which they show no direction from one language to the other. */
const LEAST_SPREAD = 0.05;

/** Chinese characters as a share of Chinese characters and other words, 0 to 1; 0 without any. */
export function chineseShare(text: string): number {
  const characters = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const words = text.match(/(?:(?!\p{Script=Han})\p{L})+/gu)?.length ?? 0;
  return characters === 0 ? 0 : characters / (characters + words);
}

/** `chineseShare` of each row, as it is kept in the index. */
export function toShareByte(share: number): number {
  return Math.round(share * FULL_SHARE);
}

/**
 * Texts of one language lie nearer to each other than to their own translation (Roy et al., "LAReQA", EMNLP 2020), so a Chinese question finds any
 * Chinese passage before the English one that answers it. Two corrections, each measured by bench/cross-language.ts:
 * what a row has above the mean of its language counts, not the cosine itself; and a question in another language than
 * most documents loses the part of its vector that tells passages with many foreign words from those with few (Yang et al.,
 * "A Simple and Effective Method To Eliminate the Self Language Bias", EMNLP 2021), the more the fewer of its words the documents use.
 */
export function createLanguageBalance(parts: LanguageBalanceParts): LanguageBalance {
  const { dimensions } = parts;
  const isChinese = languagesOf(parts);
  const chineseRows = isChinese.reduce((sum, flag) => sum + flag, 0);
  const counts = [isChinese.length - chineseRows, chineseRows] as const;
  const isMixed = Math.min(...counts) >= LEAST_ROWS;
  let means: [Float32Array, Float32Array] | undefined;
  let direction: { axis: Float32Array | undefined } | undefined;

  function withoutLanguage(vector: Float32Array, share: number): Float32Array {
    direction ??= { axis: languageDirection(parts) };
    const { axis } = direction;
    if (axis === undefined || share <= 0) return vector;
    const part = share * dot(vector, 0, axis);
    return vector.map((value, index) => value - part * (axis[index] ?? 0));
  }

  return {
    forQuery(query, vector, knownTerms) {
      if (vector.length !== dimensions || isChinese.length === 0) return undefined;
      const own = chineseShare(query) >= CHINESE_FROM ? 1 : 0;
      const isForeign = (counts[1 - own] ?? 0) > counts[own];
      if (!isMixed && !isForeign) return undefined;
      const left = isForeign ? withoutLanguage(vector, 1 - foreignTrust(knownTerms)) : vector;
      if (!isMixed) return { isForeign, vector: left, bonus: () => 0, neglected: undefined };
      means ??= [meanOf(parts, (row) => isChinese[row] === 0), meanOf(parts, (row) => isChinese[row] === 1)];
      const cosines = means.map((mean) => dot(mean, 0, left));
      const nearer = Math.max(...cosines);
      const bonuses = cosines.map((cosine) => nearer - cosine);
      return {
        isForeign,
        vector: left,
        bonus: (row) => bonuses[isChinese[row] ?? 0] ?? 0,
        neglected: (row) => isChinese[row] !== own,
      };
    },
  };
}

/** By row, 1 where its document is Chinese: a table of parameters in a Chinese manual has few Chinese characters. */
function languagesOf({ shares, documents }: LanguageBalanceParts): Uint8Array {
  const languages = new Uint8Array(shares.length);
  for (const { firstChunk, chunkCount } of documents) {
    const rows = shares.subarray(firstChunk, firstChunk + chunkCount);
    const share = rows.reduce((sum, value) => sum + value, 0) / Math.max(1, rows.length) / FULL_SHARE;
    if (share >= CHINESE_FROM) languages.fill(1, firstChunk, firstChunk + chunkCount);
  }
  return languages;
}

function meanOf({ vectors, dimensions, shares }: LanguageBalanceParts, accept: (row: number) => boolean): Float32Array {
  const mean = new Float32Array(dimensions);
  let count = 0;
  for (const row of sample(shares.length, accept)) {
    count++;
    for (let axis = 0; axis < dimensions; axis++)
      mean[axis] = (mean[axis] ?? 0) + (vectors[row * dimensions + axis] ?? 0);
  }
  return mean.map((sum) => sum / Math.max(1, count));
}

/** Unit vector along which the rows' Chinese share changes (least squares), or undefined when it does not. */
function languageDirection({ vectors, dimensions, shares }: LanguageBalanceParts): Float32Array | undefined {
  const rows = sample(shares.length, () => true);
  const shareOf = (row: number): number => (shares[row] ?? 0) / FULL_SHARE;
  const mean = rows.reduce((sum, row) => sum + shareOf(row), 0) / rows.length;
  const variance = rows.reduce((sum, row) => sum + (shareOf(row) - mean) ** 2, 0) / rows.length;
  if (Math.sqrt(variance) < LEAST_SPREAD) return undefined;
  const axis = new Float32Array(dimensions);
  for (const row of rows) {
    const weight = shareOf(row) - mean;
    for (let index = 0; index < dimensions; index++) {
      axis[index] = (axis[index] ?? 0) + weight * (vectors[row * dimensions + index] ?? 0);
    }
  }
  const length = Math.sqrt(dot(axis, 0, axis));
  return length > 0 ? axis.map((value) => value / length) : undefined;
}

/** At most `SAMPLE_ROWS` of the accepted rows, evenly spread. */
function sample(count: number, accept: (row: number) => boolean): number[] {
  const accepted: number[] = [];
  for (let row = 0; row < count; row++) if (accept(row)) accepted.push(row);
  const step = Math.max(1, accepted.length / SAMPLE_ROWS);
  const chosen: number[] = [];
  for (let at = 0; at < accepted.length; at += step) chosen.push(accepted[Math.floor(at)] ?? 0);
  return chosen;
}
