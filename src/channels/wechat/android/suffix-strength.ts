/** Below this many bits the end of an address could be guessed. */
export const MIN_SUFFIX_BITS = 128;

const LETTERS_OF_A_WORD_BITS = 2;

/**
 * How many bits of randomness a suffix can hold at most, judged by its looks: length and alphabet, less what is plainly no
 * chance (few characters, repetitions, runs like `abc` and `123`, words, the fixed bits of a UUID).
 */
export function estimateSuffixBits(suffix: string): number {
  if (!/^[\w.~-]+$/.test(suffix)) return 0;
  if (/^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i.test(suffix)) return 122;
  const pairs = Array.from({ length: suffix.length - 1 }, (_, index) => suffix.slice(index, index + 2));
  const isPoor = new Set(suffix).size < 8 || new Set(pairs).size < Math.min(pairs.length / 2, 64);
  const runs = pairs.filter((pair) => Math.abs(pair.charCodeAt(1) - pair.charCodeAt(0)) <= 1).length;
  if (isPoor || runs > (pairs.length * 2) / 3) return 0;
  return isWords(suffix) ? suffix.length * LETTERS_OF_A_WORD_BITS : suffix.length * Math.log2(alphabetSize(suffix));
}

/** One word, or several with something between, numbers among them. */
function isWords(suffix: string): boolean {
  const words = suffix.split(/[_.~-]/);
  const letters = words.filter((word) => /^(?:[A-Z]?[a-z]+|[A-Z]+)\d{0,4}$/.test(word)).join("");
  return (
    words.every((word) => /^(?:(?:[A-Z]?[a-z]+|[A-Z]+)\d{0,4}|\d*)$/.test(word)) && letters.length > suffix.length / 2
  );
}

function alphabetSize(suffix: string): number {
  if (/^[\da-f]+$/.test(suffix) || /^[\dA-F]+$/.test(suffix)) return 16;
  let size = 0;
  // Twenty characters of base64 may well be without a digit.
  if (/[a-z]/.test(suffix) && /[A-Z]/.test(suffix)) size += 62;
  else {
    if (/\d/.test(suffix)) size += 10;
    if (/[a-z]/i.test(suffix)) size += 26;
  }
  if (/[_-]/.test(suffix)) size += 2;
  return Math.max(2, size);
}
