import { COMMON_HANGUL, COMMON_KANJI, COMMON_SIMPLIFIED, COMMON_TRADITIONAL } from "./common-characters.ts";

interface Candidate {
  encoding: string;
  /** Score of one character that is not ASCII. */
  score: (character: string) => number;
  /** Taken off the sum: how much rarer such files are among the documents of a Chinese or English team. */
  handicap: number;
}

const SIMPLIFIED = new Set(COMMON_SIMPLIFIED);
const TRADITIONAL = new Set(COMMON_TRADITIONAL);
const KANJI = new Set(COMMON_KANJI);
const HANGUL = new Set(COMMON_HANGUL);

const PUNCTUATION = new Set("，。、；：？！“”‘’（）《》「」『』【】…—～·　％");

/** Scores: an everyday character, one of the first level of its character set, any other, one that nobody writes. */
const EVERYDAY = 3;
const LEVEL_ONE = 0.7;
const OTHER = -1.5;
const NEVER = -6;

const CANDIDATES: Candidate[] = [
  { encoding: "gb18030", score: scoreSimplified, handicap: 0 },
  { encoding: "big5", score: scoreTraditional, handicap: 0.5 },
  { encoding: "shift_jis", score: scoreShiftJis, handicap: 0.5 },
  { encoding: "euc-jp", score: scoreJapanese, handicap: 2 },
  { encoding: "euc-kr", score: scoreKorean, handicap: 3 },
];

/**
 * The likeliest encoding of text that is neither UTF-8 nor UTF-16. Every candidate decodes the same bytes; the one whose
 * characters are the most ordinary wins. Works from two characters on.
 */
export function likeliestLegacyEncoding(sample: Uint8Array): string {
  let best = { encoding: "windows-1252", score: scoreWestern(sample) };
  for (const candidate of CANDIDATES) {
    const score = scoreAs(sample, candidate) - candidate.handicap;
    if (score > best.score) best = { encoding: candidate.encoding, score };
  }
  return best.encoding;
}

/** True when every character that is not ASCII belongs to the most frequent Chinese ones. */
export function isEverydayChinese(text: string): boolean {
  const foreign = Array.from(text).filter((character) => character > "\u007f");
  return foreign.length > 1 && foreign.every((character) => SIMPLIFIED.has(character) || PUNCTUATION.has(character));
}

function scoreAs(sample: Uint8Array, candidate: Candidate): number {
  let sum = 0;
  for (const character of new TextDecoder(candidate.encoding).decode(sample)) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) continue;
    if (code === 0xfffd || (code >= 0xe000 && code <= 0xf8ff) || code > 0xf0000) sum += NEVER;
    else if (PUNCTUATION.has(character)) sum += 2;
    else if (code < 0xa0) sum += NEVER;
    else sum += candidate.score(character);
  }
  return sum;
}

function scoreSimplified(character: string): number {
  if (SIMPLIFIED.has(character)) return EVERYDAY;
  if (TRADITIONAL.has(character)) return 1;
  // Kana occupy the bytes of Big5's most frequent characters, so they say "another encoding".
  if (isKana(character)) return -0.5;
  return isLevelOneSimplified(character) ? LEVEL_ONE : OTHER;
}

function scoreTraditional(character: string): number {
  if (TRADITIONAL.has(character)) return EVERYDAY;
  if (isKana(character)) return OTHER;
  return isLevelOneTraditional(character) ? LEVEL_ONE : OTHER;
}

function scoreJapanese(character: string): number {
  if (isKana(character)) return 2.5;
  if (KANJI.has(character)) return EVERYDAY;
  return isLevelOneKanji(character) ? LEVEL_ONE : OTHER;
}

function scoreShiftJis(character: string): number {
  // Half-width katakana are single bytes: a GBK character read wrongly becomes two of them.
  if (character >= "\uff61" && character <= "\uff9f") return -0.8;
  return scoreJapanese(character);
}

function scoreKorean(character: string): number {
  if (HANGUL.has(character)) return EVERYDAY;
  if (character >= "\uac00" && character <= "\ud7a3") return LEVEL_ONE;
  return OTHER;
}

function isKana(character: string): boolean {
  return character >= "\u3041" && character <= "\u30fe";
}

/** The characters of rows 16–55 of GB 2312, which were chosen by frequency. */
const isLevelOneSimplified = firstLevel("gb18030", [0xb0, 0xd7], [[0xa1, 0xfe]]);

/** The first plane of Big5, chosen by frequency as well. */
const isLevelOneTraditional = firstLevel(
  "big5",
  [0xa4, 0xc6],
  [
    [0x40, 0x7e],
    [0xa1, 0xfe],
  ],
);

/** The first level of JIS X 0208. */
const isLevelOneKanji = firstLevel("euc-jp", [0xb0, 0xcf], [[0xa1, 0xfe]]);

function firstLevel(
  encoding: string,
  [firstLead, lastLead]: [number, number],
  trails: [number, number][],
): (character: string) => boolean {
  let characters: Set<string> | undefined;
  return (character) => {
    characters ??= decodeTable(encoding, firstLead, lastLead, trails);
    return characters.has(character);
  };
}

function decodeTable(encoding: string, firstLead: number, lastLead: number, trails: [number, number][]): Set<string> {
  const bytes: number[] = [];
  for (let lead = firstLead; lead <= lastLead; lead++) {
    for (const [first, last] of trails) {
      for (let trail = first; trail <= last; trail++) bytes.push(lead, trail);
    }
  }
  return new Set(new TextDecoder(encoding).decode(Uint8Array.from(bytes)));
}

/** Western text has single accented letters inside words; runs of high bytes and capitals after small letters are foreign to it. */
function scoreWestern(sample: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < sample.length; index++) {
    const byte = sample[index] ?? 0;
    if (byte < 0x80) continue;
    const before = sample[index - 1] ?? 0x20;
    const after = sample[index + 1] ?? 0x20;
    const isAlone = before < 0x80 && after < 0x80;
    const isSmall = byte >= 0xdf && byte !== 0xf7;
    const isCapital = byte >= 0xc0 && byte < 0xdf && byte !== 0xd7;
    if (isSmall && isAlone && (isAsciiLetter(before) || isAsciiLetter(after))) sum += 1.5;
    else if (isCapital && isAlone && !isAsciiLetter(before) && isAsciiLetter(after)) sum += 1.5;
    else if (isAlone && byte >= 0x91 && byte <= 0x97) sum += 1.5;
    else if (isAlone && (byte === 0x80 || (byte >= 0xa0 && byte < 0xc0))) sum += 0.5;
    else if (isAlone && (isSmall || isCapital)) sum += 0.2;
    else if (isSmall && isSmallPairInWord(sample, index)) sum += 1;
    else sum += -1;
  }
  return sum;
}

/** As in "coração": two accented small letters between plain ones. */
function isSmallPairInWord(sample: Uint8Array, index: number): boolean {
  const start = (sample[index - 1] ?? 0) >= 0xdf ? index - 1 : index;
  const isPair = (sample[start] ?? 0) >= 0xdf && (sample[start + 1] ?? 0) >= 0xdf;
  return isPair && isAsciiLetter(sample[start - 1] ?? 0) && isAsciiLetter(sample[start + 2] ?? 0);
}

function isAsciiLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}
