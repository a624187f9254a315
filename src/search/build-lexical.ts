import { hashTerm } from "./hash-term.ts";
import { chineseShare, toShareByte } from "./language-balance.ts";
import type { Sections } from "./sections.ts";
import { createTermNumbers } from "./term-numbers.ts";
import type { TermNumbers } from "./term-numbers.ts";
import { tokenize } from "./tokenize.ts";

/**
 * Makes the inverted index of `passages`, one row each, in order.
 * `lexical.hashes` ascending term hashes; `frequencies` rows a term; `offsets` (one more than terms) into `postings`;
 * `lengths` terms a row, at most 65,535. A posting is the gap to the row before, minus 1, shifted left by one, as a
 * little-endian base-128 number whose lowest bit says that a byte with the term's count (2 to 255) follows.
 * `shares` tells how Chinese a row is, see `chineseShare`.
 */
export function buildLexical(passages: Iterable<string>): Sections {
  const numbers = createTermNumbers();
  const occurrenceTerms = growing(Uint32Array);
  const occurrenceCounts = growing(Uint8Array);
  // By term: its latest occurrence plus 1, which belongs to the present row when it is not before the row's first.
  const latest = growing(Uint32Array);
  const rowEnds: number[] = [];
  const lengths: number[] = [];
  const shares: number[] = [];
  for (const passage of passages) {
    const rowStart = occurrenceTerms.length();
    const terms = tokenize(passage);
    for (const text of terms) {
      const term = numbers.numberOf(hashTerm(text));
      if (term === latest.length()) latest.push(0);
      const occurrence = latest.at(term) - 1;
      if (occurrence >= rowStart) {
        occurrenceCounts.set(occurrence, Math.min(255, occurrenceCounts.at(occurrence) + 1));
        continue;
      }
      occurrenceTerms.push(term);
      occurrenceCounts.push(1);
      latest.set(term, occurrenceTerms.length());
    }
    rowEnds.push(occurrenceTerms.length());
    lengths.push(Math.min(65_535, terms.length));
    shares.push(toShareByte(chineseShare(passage)));
  }
  return {
    ...encode(numbers, occurrenceTerms.values(), occurrenceCounts.values(), rowEnds, lengths),
    "lexical.shares": Uint8Array.from(shares),
  };
}

function encode(
  numbers: TermNumbers,
  terms: Uint32Array,
  counts: Uint8Array,
  rowEnds: number[],
  lengths: number[],
): Sections {
  const hashes = numbers.hashes().toSorted();
  const position = new Uint32Array(hashes.length);
  for (let index = 0; index < hashes.length; index++) position[numbers.numberOf(hashes[index] ?? 0)] = index;
  const frequencies = new Uint32Array(hashes.length);
  for (const term of terms) bump(frequencies, position[term] ?? 0);
  const next = new Uint32Array(hashes.length + 1);
  for (let index = 0; index < hashes.length; index++) next[index + 1] = (next[index] ?? 0) + (frequencies[index] ?? 0);
  const starts = next.slice();
  const rows = new Uint32Array(terms.length);
  const sortedCounts = new Uint8Array(terms.length);
  let occurrence = 0;
  for (const [row, end] of rowEnds.entries()) {
    for (; occurrence < end; occurrence++) {
      const place = bump(next, position[terms[occurrence] ?? 0] ?? 0);
      rows[place] = row;
      sortedCounts[place] = counts[occurrence] ?? 1;
    }
  }
  const postings = growing(Uint8Array);
  const offsets = new Uint32Array(hashes.length + 1);
  for (let index = 0; index < hashes.length; index++) {
    let previous = -1;
    for (let place = starts[index] ?? 0; place < (starts[index + 1] ?? 0); place++) {
      const row = rows[place] ?? 0;
      const count = sortedCounts[place] ?? 1;
      let value = (row - previous - 1) * 2 + (count > 1 ? 1 : 0);
      for (; value >= 128; value = Math.floor(value / 128)) postings.push((value % 128) + 128);
      postings.push(value);
      if (count > 1) postings.push(count);
      previous = row;
    }
    offsets[index + 1] = postings.length();
  }
  return {
    "lexical.hashes": hashes,
    "lexical.frequencies": frequencies,
    "lexical.offsets": offsets,
    "lexical.postings": postings.values(),
    "lexical.lengths": Uint16Array.from(lengths),
  };
}

/** Adds one to a counter and gives its former value. */
function bump(counters: Uint32Array, index: number): number {
  const value = counters[index] ?? 0;
  counters[index] = value + 1;
  return value;
}

/** A typed array that doubles when it is full: an array of numbers would take eight times the memory here. */
function growing<T extends Uint8Array | Uint32Array>(make: {
  new (length: number): T;
}): {
  push(value: number): void;
  at(index: number): number;
  set(index: number, value: number): void;
  length(): number;
  values(): T;
} {
  let array = new make(1 << 16);
  let used = 0;
  return {
    push(value) {
      if (used === array.length) {
        const larger = new make(used * 2);
        larger.set(array);
        array = larger;
      }
      array[used++] = value;
    },
    at: (index) => array[index] ?? 0,
    set(index, value) {
      array[index] = value;
    },
    length: () => used,
    values() {
      const exact = new make(used);
      exact.set(array.subarray(0, used));
      return exact;
    },
  };
}
