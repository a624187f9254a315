/** After these a reader does not mind a pause; the earlier in the list the better. */
const RESTS = [/[。！？；.!?;]["'”’」』)）]*\s*/gu, /[，、,:：]\s*|\s+/gu];

/** A rest is taken only where it leaves the piece this full. */
const LEAST_FILL = 0.5;

/**
 * Cuts one line into pieces of at most `maxBytes` bytes of UTF-8, whose concatenation is the line: after a sentence, else
 * after a comma or a word, else between characters as they are read, else between code points.
 * @param maxBytes at least 4
 */
export function cutToBytes(line: string, maxBytes: number): string[] {
  const pieces: string[] = [];
  let rest = line;
  while (Buffer.byteLength(rest) > maxBytes) {
    const end = findCut(rest, maxBytes);
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return rest === "" && pieces.length > 0 ? pieces : [...pieces, rest];
}

/** The longest beginning of at most `maxBytes` bytes of UTF-8 that ends with a whole character as it is read. */
export function firstBytes(text: string, maxBytes: number): string {
  return Buffer.byteLength(text) <= maxBytes ? text : text.slice(0, lastCharacterEnd(text, maxBytes));
}

function findCut(text: string, maxBytes: number): number {
  const limit = lastCharacterEnd(text, maxBytes);
  const fitting = text.slice(0, limit);
  for (const rest of RESTS) {
    const end = [...fitting.matchAll(rest)].map((match) => match.index + match[0].length).at(-1);
    if (end !== undefined && end >= limit * LEAST_FILL) return end;
  }
  return limit;
}

function lastCharacterEnd(text: string, maxBytes: number): number {
  // Every UTF-16 unit is at least one byte, so that no more of the text needs to be looked at.
  const head = text.slice(0, maxBytes + 1);
  let end = 0;
  let bytes = 0;
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(head)) {
    bytes += Buffer.byteLength(segment);
    if (bytes > maxBytes) break;
    end += segment.length;
  }
  return end === 0 ? lastCodePointEnd(head, maxBytes) : end;
}

function lastCodePointEnd(text: string, maxBytes: number): number {
  let end = 0;
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return end;
}
