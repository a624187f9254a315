import { array, assert, constantFrom, property } from "fast-check";
import { expect, test } from "vitest";
import { isAppError } from "../../src/core/errors.ts";
import { openLexical } from "../../src/search/bm25.ts";
import { buildLexical } from "../../src/search/build-lexical.ts";
import { tokenize } from "../../src/search/tokenize.ts";

const K1 = 1.2;
const B = 0.75;

/** BM25 by its formula, without an index. */
function plainScore(passages: string[], row: number, query: string): number {
  const documents = passages.map((passage) => tokenize(passage));
  const average = documents.reduce((sum, terms) => sum + terms.length, 0) / documents.length || 1;
  let score = 0;
  for (const term of new Set(tokenize(query))) {
    const frequency = documents.filter((terms) => terms.includes(term)).length;
    const idf = Math.log(1 + (documents.length - frequency + 0.5) / (frequency + 0.5));
    const terms = documents[row] ?? [];
    const count = terms.filter((each) => each === term).length;
    if (count > 0) score += (idf * count * (K1 + 1)) / (count + K1 * (1 - B + (B * terms.length) / average));
  }
  return score;
}

const words = array(constantFrom("apple", "pear", "公寓", "押金", "rtmpose-m", "v0.1.5", "error"), {
  maxLength: 12,
});

test("scores every row as the formula does", () => {
  const texts = array(
    words.map((each) => each.join(" ")),
    { minLength: 1, maxLength: 20 },
  );
  assert(
    property(texts, words, (passages, query) => {
      const scan = openLexical(buildLexical(passages)).scan(query.join(" "));
      for (const row of passages.keys()) {
        expect(scan.score(row)).toBeCloseTo(plainScore(passages, row, query.join(" ")), 4);
      }
    }),
  );
});

test("puts the passage with the rare word before the one with common words", () => {
  const index = openLexical(buildLexical(["error in the gateway", "error 336003 in the gateway", "error error error"]));
  expect(index.scan("error 336003").best(3)[0]?.row).toBe(1);
});

test("gives equal rows in order and never a row without a word of the query", () => {
  const scan = openLexical(buildLexical(["pear", "apple", "pear", "pear"])).scan("pear");
  expect(scan.best(10).map(({ row }) => row)).toEqual([0, 2, 3]);
  expect(scan.best(2).map(({ row }) => row)).toEqual([0, 2]);
  expect(scan.best(10, (row) => row !== 0).map(({ row }) => row)).toEqual([2, 3]);
});

test("tells how much of a query the index and a row know", () => {
  const scan = openLexical(buildLexical(["apple pear", "apple"])).scan("apple pear zebra");
  expect(scan.knownTerms).toBeGreaterThan(0.3);
  expect(scan.knownTerms).toBeLessThan(0.7);
  expect(scan.coverage(0)).toBeCloseTo(scan.knownTerms, 6);
  expect(scan.coverage(1)).toBeLessThan(scan.coverage(0));
});

test("knows nothing of a query without words", () => {
  const scan = openLexical(buildLexical(["apple"])).scan("？！ the");
  expect([scan.terms.size, scan.knownTerms, scan.coverage(0), scan.best(5)]).toEqual([0, 0, 0, []]);
});

test("opens an index of no passages", () => {
  const scan = openLexical(buildLexical([])).scan("apple");
  expect(scan.best(5)).toEqual([]);
  expect(scan.knownTerms).toBe(0);
});

test("holds counts past a byte and gaps past a million rows of bits", () => {
  const passages = Array.from({ length: 40_000 }, (_, row) => (row % 39_999 === 0 ? "apple ".repeat(300) : "pear"));
  const scan = openLexical(buildLexical(passages)).scan("apple");
  expect(scan.best(5).map(({ row }) => row)).toEqual([0, 39_999]);
});

test("refuses sections that are not a word index", () => {
  expect(() => openLexical({ "lexical.hashes": new Uint8Array(3) })).toThrow(
    expect.toSatisfy((error: unknown) => isAppError(error, "index_damaged")),
  );
});
