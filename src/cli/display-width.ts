const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/gu;

/** Columns that text takes on a terminal, where Chinese characters take two. */
export function displayWidth(text: string): number {
  return text.length + (text.match(WIDE)?.filter((character) => character.length === 1).length ?? 0);
}

/** Text with spaces after it up to `columns`. */
export function padColumns(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}
