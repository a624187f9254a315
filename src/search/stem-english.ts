/**
 * Takes plural, past and -ing endings off a lower-case English word: step 1 of the Porter stemmer
 * (M. F. Porter, "An algorithm for suffix stripping", 1980), without its later steps, which merge words that mean different things.
 */
export function stemEnglish(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  return finalYToI(dropPastOrIng(dropPlural(word)));
}

const VOWEL = /[aeiouy]/;

function dropPlural(word: string): string {
  if (word.endsWith("sses")) return word.slice(0, -2);
  if (word.endsWith("ies")) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1);
  if (/(?:ss|us|is)$/.test(word)) return word;
  return word.endsWith("s") ? word.slice(0, -1) : word;
}

function dropPastOrIng(word: string): string {
  if (word.endsWith("eed")) return word.length > 4 ? word.slice(0, -1) : word;
  const ending = word.endsWith("ing") ? 3 : word.endsWith("ed") ? 2 : 0;
  const stem = word.slice(0, word.length - ending);
  if (ending === 0 || stem.length < 2 || !VOWEL.test(stem)) return word;
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (/([^aeiouylsz])\1$/.test(stem)) return stem.slice(0, -1);
  return isShort(stem) ? `${stem}e` : stem;
}

/** One syllable ending consonant-vowel-consonant, which lost a final e: "mak" of "making". */
function isShort(stem: string): boolean {
  return /^[^aeiou]*[aeiouy][^aeiouwxy]$/.test(stem);
}

function finalYToI(word: string): string {
  const before = word.at(-2);
  return word.endsWith("y") && before !== undefined && word.length > 3 && !/[aeiou]/.test(before)
    ? `${word.slice(0, -1)}i`
    : word;
}
