const HAN = /\p{Script=Han}/gu;
const LATIN_WORD = /[A-Za-z]{2,}/gu;

/** Language of our own short sentences: Chinese when at least every third word-like unit of the question is. */
export function replyLanguage(question: string): "zh" | "en" {
  const sample = question.slice(0, 2000);
  const han = sample.match(HAN)?.length ?? 0;
  return han > 0 && han >= (sample.match(LATIN_WORD)?.length ?? 0) / 2 ? "zh" : "en";
}
