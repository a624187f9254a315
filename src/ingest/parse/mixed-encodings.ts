import { likeliestLegacyEncoding } from "./legacy-encoding.ts";

/** Text of a file whose lines are in different encodings, as logs and files joined by hand are. */
export interface MixedText {
  text: string;
  /** Lines that are not UTF-8. */
  otherLines: number;
  /** WHATWG name of the encoding of those lines. */
  encoding: string;
}

/** Characters beyond the two-byte ones that make a file UTF-8 for sure: chance gives other encodings one or two. */
const CERTAIN_CHARACTERS = 4;

/**
 * Reads a file line by line: as UTF-8 what is UTF-8, the rest in the likeliest other encoding.
 * @returns undefined when hardly a line is UTF-8 beyond ASCII, or when the rest is damaged UTF-8 rather than another encoding
 */
export function decodeMixedLines(bytes: Uint8Array): MixedText | undefined {
  if (!mayBeMixed(bytes)) return undefined;
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const lines = linesOf(bytes).map((line) => ({ line, text: strictly(utf8, line) }));
  const certain = lines.reduce((sum, { text = "" }) => sum + (text.match(/[\u0800-\uffff]/g)?.length ?? 0), 0);
  const others = lines.filter(({ text }) => text === undefined).map(({ line }) => line);
  if (certain < CERTAIN_CHARACTERS || others.length === 0 || others.some(looksLikeUtf8)) return undefined;
  const encoding = likeliestLegacyEncoding(Buffer.concat(others));
  const legacy = new TextDecoder(encoding, { fatal: true });
  let text = "";
  for (const { line, text: known } of lines) {
    const own = known ?? strictly(legacy, line);
    if (own === undefined) return undefined;
    text += own;
  }
  return { text, otherLines: others.length, encoding };
}

/** Spares a long file of one other encoding the way through its lines. */
function mayBeMixed(bytes: Uint8Array): boolean {
  const { whole, damaged } = asUtf8(bytes);
  return whole >= CERTAIN_CHARACTERS && whole * 10 >= damaged;
}

/** Each with its line feed, which is never a part of a longer character. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  while (start < bytes.length) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed === -1 ? bytes.length : feed + 1;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}

function strictly(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    // Bytes that do not belong to the encoding are the answer, not a fault.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** One broken byte among whole characters is damage. */
function looksLikeUtf8(line: Uint8Array): boolean {
  const { whole, damaged } = asUtf8(line);
  return whole > damaged;
}

/** Characters that are UTF-8 for sure, and those that are not. */
function asUtf8(bytes: Uint8Array): { whole: number; damaged: number } {
  const text = new TextDecoder("utf-8").decode(bytes);
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return { whole: count(/[\u0800-\ufffc]/g), damaged: count(/\ufffd/g) };
}
