import { replaceRadicals } from "./kangxi.ts";

const LIGATURES = new Map([
  ["ﬀ", "ff"],
  ["ﬁ", "fi"],
  ["ﬂ", "fl"],
  ["ﬃ", "ffi"],
  ["ﬄ", "ffl"],
  ["ﬅ", "st"],
  ["ﬆ", "st"],
]);

/**
 * Text of a PDF as its reader sees it: radicals become ideographs, ligatures letters, bullets of symbol fonts `•`,
 * control characters and soft line breaks nothing. Nothing else is folded.
 */
export function cleanPdfText(text: string): string {
  return (
    replaceRadicals(text)
      .replace(/[\uFB00-\uFB06]/g, (ligature) => LIGATURES.get(ligature) ?? ligature)
      // Symbol fonts draw bullets, squares and ticks with codes of the private use area.
      .replace(/^[\uE000-\uF8FF](?=\s|$)/, "•")
      .replace(/[\uF0A7\uF0B7\uF06C\uF06E\uF075\uF0D8\uF0FC\uF0A8\uF071]/g, "•")
      .replace(/[\uFE10-\uFE19\uFE30-\uFE44\uFE47\uFE48]/g, uprightForm)
      // oxlint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000B-\u001F\u007F\u200B\u2060\uFEFF]/g, "")
      .replace(/[\u00A0\u2000-\u200A\u202F\t]/g, " ")
      .toWellFormed()
      .normalize("NFC")
  );
}

/** Vertical punctuation as it is written in horizontal text; brackets stay full-width. */
function uprightForm(character: string): string {
  const upright = character.normalize("NFKC");
  const code = upright.codePointAt(0) ?? 0;
  return upright.length === 1 && code > 0x20 && code < 0x7f ? String.fromCodePoint(code + 0xfee0) : upright;
}

const CJK =
  /[\u2E80-\u303F\u3040-\u30FF\u3100-\u312F\u31A0-\u31BF\u31F0-\u31FF\u3400-\u9FFF\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFFEF\u{20000}-\u{3FFFF}]/u;

/** True when the text has a character of a script that is written without blanks between words. */
export function isCjk(text: string): boolean {
  return CJK.test(text);
}

/**
 * Joins two pieces of one line or paragraph. Between two CJK characters nothing is put, elsewhere a blank when `blank`.
 * @param blank Whether Latin text at the seam is two words.
 */
export function joinText(before: string, after: string, blank: boolean): string {
  if (before === "" || after === "") return before + after;
  if (/\s$/.test(before) || /^\s/.test(after)) return before.trimEnd() + " " + after.trimStart();
  const last = lastCharacter(before);
  const first = String.fromCodePoint(after.codePointAt(0) ?? 32);
  if (!blank || (isCjk(last) && isCjk(first))) return before + after;
  return `${before} ${after}`;
}

/**
 * Joins the lines of a paragraph; a word cut by a hyphen at the end of a line is made whole.
 * @param compounds Words that the document writes with a hyphen elsewhere, in lower case; they keep it.
 */
export function joinLines(before: string, after: string, compounds?: ReadonlySet<string>): string {
  if (/\p{L}\u00AD$/u.test(before)) return before.slice(0, -1) + after;
  if (/\p{Ll}[-\u2010]$/u.test(before) && /^\p{Ll}/u.test(after)) {
    const whole = `${/[\p{L}-]+$/u.exec(before)?.[0] ?? ""}${/^\p{L}+/u.exec(after)?.[0] ?? ""}`.toLowerCase();
    const chained = /\p{L}-\p{L}+[-\u2010]$/u.test(before) || /^\p{L}+-\p{L}/u.test(after);
    return chained || compounds?.has(whole) === true ? before + after : before.slice(0, -1) + after;
  }
  if (/\p{L}[-\u2010]$/u.test(before) && /^\p{L}/u.test(after)) return before + after;
  // An address or path that fills its line goes on without a blank.
  if (/(?:https?:\/\/|www\.)\S*[/.=&?_-]$/.test(before) && /^[a-z0-9]/i.test(after)) return before + after;
  const seam = lastCharacter(before);
  const first = String.fromCodePoint(after.codePointAt(0) ?? 32);
  // Full-width punctuation carries its own blank.
  if (/[\u3000-\u303F\uFF00-\uFF65]/u.test(seam) || /[\u3000-\u303F\uFF00-\uFF65]/u.test(first)) return before + after;
  return joinText(before, after, true);
}

/** The hyphenated words inside the lines, in lower case. */
export function compoundsOf(lines: Iterable<string>): Set<string> {
  const compounds = new Set<string>();
  for (const line of lines) {
    for (const [word] of line.matchAll(/\p{L}{2,}(?:-\p{L}+)+(?![\p{L}-])/gu)) compounds.add(word.toLowerCase());
  }
  return compounds;
}

function lastCharacter(text: string): string {
  const code = text.codePointAt(text.length - 1) ?? 32;
  const low = code >= 0xdc00 && code <= 0xdfff;
  return low ? text.slice(-2) : String.fromCodePoint(code);
}
