/** Marks that may not begin a line in Chinese typesetting. */
const NO_START = /^[，。、；：？！）》”’…]/u;
/** Marks that may not end a line. */
const NO_END = /[（《“‘]$/u;

/**
 * Breaks a paragraph into lines no wider than `width`. Breaks fall at spaces and between Chinese characters,
 * never inside a word, an address or an identifier.
 */
export function breakLines(text: string, width: number, measure: (piece: string) => number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of pieces(text)) {
    if (line !== "" && measure(line + piece.trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else {
      line += piece;
    }
  }
  return line.trim() === "" ? lines : [...lines, line.trimEnd()];
}

/** What may not be broken: a word, or a Chinese character with the marks that belong to it. */
function pieces(text: string): string[] {
  const joined: string[] = [];
  for (const piece of text.match(/[\u0021-\u007e]+|\s+|[^\u0021-\u007e\s]/gu) ?? []) {
    const last = joined.at(-1);
    if (last !== undefined && (NO_START.test(piece) || NO_END.test(last))) joined[joined.length - 1] = last + piece;
    else joined.push(piece);
  }
  return joined;
}
