/** A verbatim piece of a text: `text.slice(start, end)`. */
export interface Span {
  start: number;
  end: number;
}

// A semicolon joins halves of one statement. Latin full stops end a sentence only before white space: 3.5, a.b@c.org and "v1.2" hold none. Common abbreviations stay whole.
const SENTENCE_END = /[。！？!?]+[”’」』）)"']*|\.(?=["')\]]?(?:\s|$))/gu;
const ABBREVIATION = /(?:\b(?:e\.g|i\.e|etc|vs|no|fig|mr|ms|dr|cf|approx)|(?:^|\s)\d{1,3}|(?:^|\s)[A-Za-z])$/iu;

/** Spans of the sentences of one line or paragraph, trimmed; together they cover every non-blank character. */
export function sentenceSpans(text: string): Span[] {
  const spans: Span[] = [];
  let start = 0;
  const push = (end: number): void => {
    let from = start;
    let to = end;
    while (from < to && /\s/u.test(text[from] ?? "")) from++;
    while (to > from && /\s/u.test(text[to - 1] ?? "")) to--;
    if (to > from) spans.push({ start: from, end: to });
    start = end;
  };
  for (const match of text.matchAll(SENTENCE_END)) {
    if (match[0] === "." && ABBREVIATION.test(text.slice(start, match.index))) continue;
    push(match.index + match[0].length);
  }
  push(text.length);
  return spans;
}
