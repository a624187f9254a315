import type { Chunk } from "../core/document.ts";
import { sentenceSpans, type Span } from "../core/sentences.ts";
import { containment, overlapTerms } from "../core/terms.ts";
import type { Material } from "./turn.ts";

/** Longest quote, in characters; a longer span of supporting sentences is cut to its best one. */
const MAX_QUOTE_CHARS = 400;

/**
 * The passage of the source that bears the given sentences of an answer: word for word, from the first to the last
 * sentence or table row that matches best, all of one chunk.
 */
export function quoteFor(material: Material, sentences: string[]): { quote: string; chunk: Chunk } {
  const wanted = sentences.map((sentence) => overlapTerms(sentence));
  let best: { chunk: Chunk; spans: Span[]; score: number } | undefined;
  for (const chunk of material.chunks) {
    const spans = quotableSpans(chunk.text);
    const terms = spans.map((span) => overlapTerms(chunk.text.slice(span.start, span.end)));
    const chosen = new Map<number, number>();
    for (const sentence of wanted) {
      const shares = terms.map(
        (other) => Math.min(containment(sentence, other), 1) + 0.2 * containment(other, sentence),
      );
      const top = Math.max(...shares, 0);
      if (top > 0) chosen.set(shares.indexOf(top), top);
    }
    const score = [...chosen.values()].reduce((sum, share) => sum + share, 0);
    const picked = [...chosen.keys()]
      .toSorted((a, b) => a - b)
      .map((index) => spans[index])
      .filter((span) => span !== undefined);
    if (picked.length > 0 && (best === undefined || score > best.score)) best = { chunk, spans: picked, score };
  }
  const chunk = best?.chunk ?? material.hit.chunk;
  const spans = best?.spans ?? quotableSpans(chunk.text).slice(0, 1);
  const first = spans[0];
  const last = spans.at(-1);
  if (first === undefined || last === undefined) return { quote: chunk.text.slice(0, MAX_QUOTE_CHARS).trim(), chunk };
  // A cut table repeats its header; from header to row there may be rows missing, so the row alone is quoted.
  const whole = chunk.text.slice(first.start, last.end);
  const contiguous = whole.length <= MAX_QUOTE_CHARS && !/^\s*\|/mu.test(whole);
  return { quote: contiguous ? whole : chunk.text.slice(last.start, last.end).slice(0, MAX_QUOTE_CHARS), chunk };
}

/** Sentences of each line; a table row counts as one, its header rule as none. */
function quotableSpans(text: string): Span[] {
  const spans: Span[] = [];
  let offset = 0;
  for (const line of text.split("\n")) {
    if (/^\s*\|/u.test(line)) {
      if (!/^[\s|:-]+$/u.test(line)) spans.push({ start: offset, end: offset + line.trimEnd().length });
    } else if (!/^\s*(?:```|~~~)/u.test(line)) {
      for (const span of sentenceSpans(line)) spans.push({ start: offset + span.start, end: offset + span.end });
    }
    offset += line.length + 1;
  }
  return spans;
}
