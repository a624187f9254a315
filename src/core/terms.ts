// The third kind must not swallow Chinese characters, which are letters too: "3个" is a number and a word.
const RUN =
  /\p{Script=Han}+|[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+|(?:(?!\p{Script=Han})[\p{L}\p{N}])(?:(?!\p{Script=Han})[\p{L}\p{N}_.\-@/])*/gu;
const HAN_RUN = /^\p{Script=Han}/u;

/**
 * Rough terms of a text in any language, for comparing two short texts: pairs of neighbouring Chinese characters, and
 * lower-cased words elsewhere. No dictionary and no state, so it is not a substitute for the index's tokenizer.
 */
export function overlapTerms(text: string): Set<string> {
  const terms = new Set<string>();
  for (const [run] of text.normalize("NFKC").toLowerCase().matchAll(RUN)) {
    if (HAN_RUN.test(run)) {
      const characters = Array.from(run);
      if (characters.length === 1) terms.add(run);
      for (let index = 0; index + 1 < characters.length; index++) {
        terms.add(`${characters[index] ?? ""}${characters[index + 1] ?? ""}`);
      }
    } else {
      const word = run.replace(/[.\-/]+$/u, "");
      terms.add(word);
      // The parts of an identifier too: who asks for qwen means qwen-turbo.
      for (const part of word.split(/[._\-@/]+/u)) if (part.length > 1) terms.add(part);
    }
  }
  return terms;
}

/** Share of `part` that `whole` holds too, 0 to 1; 1 for an empty `part`. */
export function containment(part: ReadonlySet<string>, whole: ReadonlySet<string>): number {
  if (part.size === 0) return 1;
  let shared = 0;
  for (const term of part) if (whole.has(term)) shared++;
  return shared / part.size;
}
