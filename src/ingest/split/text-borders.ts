/** Where running text may be cut: never inside a character as a reader sees it, best after a sentence. */

// Runs are bounded: a line of a million dots must not be read again from each of them.
const SENTENCE_END = /(?:[。！？；…!?]{1,64}|\.{2,64}|\.(?=\s))[”’」』）】》)\]"']{0,8}\s{0,64}/y;
const CLAUSE_END = /[，、：；,;:|]\s{0,64}/y;
const ABBREVIATION = /(?:^|[\s(])(?:\p{Lu}|e\.g|i\.e|etc|vs|cf|al|no|fig|dr|mr|mrs|ms|prof|st|vol|pp|approx)\.$/iu;

/** Characters that belong to the one before them: marks, joiners, variation selectors, skin tones, vowel and final jamo. */
// eslint-disable-next-line no-misleading-character-class -- each stands for itself
const JOINS_PREVIOUS = /^[\p{M}\u200c\u200d\ufe00-\ufe0f\u{1f3fb}-\u{1f3ff}\u1160-\u11ff\u{e0020}-\u{e007f}]/u;
const REGIONAL = /^[\u{1f1e6}-\u{1f1ff}]/u;

/** Code points that are looked at around a wished cut before it is made anyway, between two code points. */
const SEARCH_STEPS = 64;

export type BorderKind = "sentence" | "clause" | "blank";

/** True when a cut before `offset` leaves every visible character whole. */
export function isWholeAt(text: string, offset: number): boolean {
  if (offset <= 0 || offset >= text.length) return true;
  const next = text.charCodeAt(offset);
  if (next < 0x300) return text.charCodeAt(offset - 1) !== 0x200d;
  const previous = text.charCodeAt(offset - 1);
  if (next >= 0xdc00 && next <= 0xdfff && previous >= 0xd800 && previous <= 0xdbff) return false;
  if (previous === 0x200d) return false;
  const around = text.slice(offset, offset + 2);
  if (JOINS_PREVIOUS.test(around)) return false;
  return !(REGIONAL.test(around) && REGIONAL.test(text.slice(Math.max(offset - 2, 0), offset)));
}

/** The nearest offset at or before `wished`, above `least`, where no character is cut; else the nearest after it. */
export function wholeOffset(text: string, wished: number, least: number): number {
  for (let offset = wished, step = 0; offset > least && step < SEARCH_STEPS; offset--, step++) {
    if (isWholeAt(text, offset)) return offset;
  }
  for (let offset = wished + 1, step = 0; offset < text.length && step < SEARCH_STEPS; offset++, step++) {
    if (isWholeAt(text, offset)) return offset;
  }
  const isInPair = /^[\udc00-\udfff]/.test(text.slice(wished, wished + 1)) && wished - 1 > least;
  return Math.min(isInPair ? wished - 1 : wished, text.length);
}

/**
 * Offsets in `(start, end)` before which `text` may be cut, in order. A border stands after the punctuation, the quotes
 * that close the sentence and the white space behind it.
 */
export function bordersIn(text: string, start: number, end: number, kind: BorderKind): number[] {
  const borders: number[] = [];
  let offset = start;
  while (offset < end) {
    const next = kind === "blank" ? afterBlank(text, offset, end) : afterPunctuation(text, offset, kind);
    if (next === undefined) offset++;
    else {
      if (next < end && isWholeAt(text, next)) borders.push(next);
      offset = next;
    }
  }
  return borders;
}

function afterPunctuation(text: string, offset: number, kind: BorderKind): number | undefined {
  if (!isCandidate(text.charCodeAt(offset))) return undefined;
  const pattern = kind === "sentence" ? SENTENCE_END : CLAUSE_END;
  pattern.lastIndex = offset;
  const found = pattern.exec(text)?.[0];
  if (found === undefined) return undefined;
  // "1,000", "10:30" and "key:value" are no clauses; "e.g. " and "J. " end no sentence.
  if (kind === "clause" && found.length === 1 && found < "\u0080" && found !== "|") return undefined;
  const isAbbreviation = text[offset] === "." && ABBREVIATION.test(text.slice(Math.max(offset - 8, 0), offset + 1));
  return isAbbreviation ? undefined : offset + found.length;
}

/** `!`, `,`, `.`, `:`, `;`, `?`, `|`, `…` and the East Asian forms; a quick test before the patterns. */
function isCandidate(code: number): boolean {
  if (code < 0x80) {
    return (
      code === 0x21 ||
      code === 0x2c ||
      code === 0x2e ||
      code === 0x3a ||
      code === 0x3b ||
      code === 0x3f ||
      code === 0x7c
    );
  }
  return code === 0x2026 || (code >= 0x3001 && code <= 0x3002) || (code >= 0xff01 && code <= 0xff1f);
}

function afterBlank(text: string, offset: number, end: number): number | undefined {
  if (!isBlankAt(text, offset)) return undefined;
  let next = offset + 1;
  while (next < end && isBlankAt(text, next)) next++;
  return next;
}

/** True for white space inside the text. */
export function isBlankAt(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return code === 0xa0 || code === 0x3000 || code === 0xfeff || (code >= 0x2000 && code <= 0x200a) || code === 0x2028;
}
