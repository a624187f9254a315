import type { Language } from "./turn.ts";

const HAN = /\p{Script=Han}/gu;
const LATIN_WORD = /[A-Za-z]{2,}/gu;

/**
 * The language a text is written in: Chinese when at least every third word-like unit is Chinese (a Chinese question
 * about `max_tokens` is Chinese although most of its letters are Latin).
 */
export function languageOf(text: string): Language {
  const sample = text.slice(0, 2000);
  const han = sample.match(HAN)?.length ?? 0;
  const latin = sample.match(LATIN_WORD)?.length ?? 0;
  return han > 0 && han >= latin / 2 ? "zh" : "en";
}
