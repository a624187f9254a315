import { AppError } from "../../core/errors.ts";
import { isEverydayChinese, likeliestLegacyEncoding } from "./legacy-encoding.ts";
import { decodeMixedLines } from "./mixed-encodings.ts";

export interface DecodedText {
  /** Well-formed NFC text without a byte order mark or NUL; lines end with `\n`. */
  text: string;
  /** WHATWG name of the encoding that was used. */
  encoding: string;
  warnings: string[];
}

export interface DecodeTextOptions {
  /** Encoding the document names itself (an HTML `meta charset`); believed unless the bytes say otherwise. */
  declared?: string;
}

/** Bytes that are looked at to guess an encoding. */
const SAMPLE_BYTES = 65_536;

/**
 * Turns the bytes of a text file into text: byte order mark, then strict UTF-8, then the NUL pattern of UTF-16, then
 * UTF-8 with lines of another encoding, then the declared encoding, then the likeliest of the East Asian encodings, windows-1252 last.
 * @throws AppError `document_unsupported` when the bytes are not text.
 */
export function decodeText(bytes: Uint8Array, options: DecodeTextOptions = {}): DecodedText {
  const marked = byteOrderMark(bytes);
  if (marked !== undefined) return decodeAs(bytes, marked);
  const sample = sampleOf(bytes);
  const controls = countControls(sample);
  const isSuspicious = controls.nul > 0 || controls.other > Math.max(2, sample.length * 0.02);
  if (isSuspicious) {
    const wide = wideEncoding(sample);
    if (wide !== undefined) return decodeAs(bytes, wide);
    if (controls.other > Math.max(2, sample.length * 0.02) || controls.nul > sample.length * 0.25) throw notText();
  }
  const strict = decodeStrictly(bytes, "utf-8");
  if (strict !== undefined && !isDisguisedChinese(bytes, strict)) {
    return { text: tidy(strict), encoding: "utf-8", warnings: [] };
  }
  const mixed = strict === undefined ? decodeMixedLines(bytes) : undefined;
  if (mixed !== undefined) {
    const warning = `${mixed.otherLines} lines are not UTF-8 and were read as ${mixed.encoding}`;
    return { text: tidy(mixed.text), encoding: "utf-8", warnings: [warning] };
  }
  if (isMostlyUtf8(sample)) return decodeAs(bytes, "utf-8");
  const declared = knownEncoding(options.declared);
  if (declared !== undefined && declared !== "utf-8" && decodeStrictly(bytes, declared) !== undefined) {
    return decodeAs(bytes, declared);
  }
  return decodeAs(bytes, likeliestLegacyEncoding(sample));
}

function notText(): AppError {
  return new AppError(
    "document_unsupported",
    "The content is binary data and no text in a known encoding; save it as UTF-8 text or in another format that is read.",
  );
}

function byteOrderMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  if (bytes[0] === 0x84 && bytes[1] === 0x31 && bytes[2] === 0x95 && bytes[3] === 0x33) return "gb18030";
  return undefined;
}

/** The first bytes, ending with a whole line where there is one: a line feed is never part of a longer character. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= SAMPLE_BYTES) return bytes;
  const end = bytes.lastIndexOf(0x0a, SAMPLE_BYTES);
  return bytes.subarray(0, end > SAMPLE_BYTES / 2 ? end + 1 : SAMPLE_BYTES);
}

function countControls(bytes: Uint8Array): { nul: number; other: number } {
  let nul = 0;
  let other = 0;
  for (const byte of bytes) {
    if (byte === 0) nul++;
    // Tab, line feed, vertical tab, form feed, carriage return and escape occur in text.
    else if (byte === 0x7f || (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d) && byte !== 0x1b)) other++;
  }
  return { nul, other };
}

/** UTF-16 without a mark: one of the two byte orders gives ordinary characters, the other does not. */
function wideEncoding(sample: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const even = sample.subarray(0, sample.length - (sample.length % 2));
  if (even.length === 0) return undefined;
  const little = ordinaryShare(new TextDecoder("utf-16le").decode(even));
  const big = ordinaryShare(new TextDecoder("utf-16be").decode(even));
  if (Math.max(little, big) < 0.9 || Math.abs(little - big) < 0.05) return undefined;
  return little > big ? "utf-16le" : "utf-16be";
}

const ORDINARY =
  /[\t\n\r\u0020-\u007e\u00a0-\u024f\u0370-\u052f\u2010-\u2027\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uff65]/g;

function ordinaryShare(text: string): number {
  return text.length === 0 ? 0 : (text.match(ORDINARY)?.length ?? 0) / text.length;
}

/** A few Chinese words in GBK are valid UTF-8 too: 谢谢 reads as two Cyrillic letters. */
function isDisguisedChinese(bytes: Uint8Array, strict: string): boolean {
  const foreign = bytes.length > 512 ? [] : Array.from(strict).filter((character) => character > "\u007f");
  const areTwoByteLetters = foreign.every((character) => character > "\u00ff" && character < "\u0800");
  if (foreign.length < 2 || !areTwoByteLetters) return false;
  return isEverydayChinese(decodeStrictly(bytes, "gb18030") ?? "");
}

/** UTF-8 with a few damaged bytes, or cut in the middle of a character. */
function isMostlyUtf8(sample: Uint8Array): boolean {
  const text = new TextDecoder("utf-8").decode(sample);
  let damaged = 0;
  let whole = 0;
  for (const character of text) {
    if (character === "\ufffd") damaged++;
    else if (character > "\u007f") whole++;
  }
  return whole >= 4 && whole >= damaged * 4;
}

function decodeStrictly(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    // The decoder reports bytes that do not belong to the encoding as a TypeError: that is the answer, not a fault.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function knownEncoding(label: string | undefined): string | undefined {
  if (label === undefined) return undefined;
  try {
    return new TextDecoder(label.trim()).encoding;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function decodeAs(bytes: Uint8Array, encoding: string): DecodedText {
  const decoded = new TextDecoder(encoding).decode(bytes);
  const text = encoding === "windows-1252" ? withWindowsPunctuation(decoded) : decoded;
  const damaged = text.split("\ufffd").length - 1;
  const warnings = damaged === 0 ? [] : [`${damaged} bytes or characters are not valid ${encoding} and were replaced`];
  return { text: tidy(text), encoding, warnings };
}

/** Characters of windows-1252 from 0x80 on; Node 20 decodes them as control characters (ISO 8859-1). */
const WINDOWS_PUNCTUATION = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

function withWindowsPunctuation(text: string): string {
  return text.replace(
    /[\u0080-\u009f]/g,
    (character) => WINDOWS_PUNCTUATION[character.charCodeAt(0) - 0x80] ?? character,
  );
}

function tidy(text: string): string {
  return text
    .replace(/^\ufeff/, "")
    .replaceAll("\0", "")
    .replace(/\r\n?|\u2028|\u2029/g, "\n")
    .toWellFormed()
    .normalize("NFC");
}
