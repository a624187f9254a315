import { array, assert, boolean, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { bestSentenceCoverage } from "../../src/search/best-sentence.ts";
import { rankCandidates } from "../../src/search/hybrid.ts";
import { tokenize } from "../../src/search/tokenize.ts";

const none = { knownTerms: 1, sentenceCoverage: () => 0 };

test("ranks by cosine where no word matches", () => {
  const candidates = [
    { row: 4, dense: 0.8, lexical: 0 },
    { row: 2, dense: 0.9, lexical: 0 },
  ];
  expect(rankCandidates(candidates, none).map(({ row, score }) => [row, score])).toEqual([
    [2, 0.9],
    [4, 0.8],
  ]);
});

test("lets a clear match of words outweigh a slightly larger cosine, but not a far larger one", () => {
  const worded = { row: 1, dense: 0.82, lexical: 9 };
  expect(rankCandidates([worded, { row: 0, dense: 0.84, lexical: 0 }], none)[0]?.row).toBe(1);
  expect(rankCandidates([worded, { row: 0, dense: 0.93, lexical: 0 }], none)[0]?.row).toBe(0);
});

test("leaves a query whose words the index does not know to the vectors", () => {
  const candidates = [
    { row: 0, dense: 0.84, lexical: 0 },
    { row: 1, dense: 0.82, lexical: 0.4 },
  ];
  expect(rankCandidates(candidates, { ...none, knownTerms: 0.05 })[0]?.row).toBe(0);
  expect(rankCandidates(candidates, { ...none, knownTerms: 0.9 })[0]?.row).toBe(1);
});

test("takes a single shared word for chance in a question of another language, most of its words for a sign", () => {
  const candidates = [
    { row: 0, dense: 0.81, lexical: 0 },
    { row: 1, dense: 0.79, lexical: 5 },
  ];
  const options = { sentenceCoverage: () => 0.3, isForeign: true };
  expect(rankCandidates(candidates, { ...options, knownTerms: 0.28 })[0]?.row).toBe(0);
  expect(rankCandidates(candidates, { ...options, knownTerms: 0.6 })[0]?.row).toBe(1);
  expect(rankCandidates(candidates, { ...options, isForeign: false, knownTerms: 0.28 })[0]?.row).toBe(1);
});

test("prefers the passage with the words in one sentence", () => {
  const candidates = [
    { row: 0, dense: 0.85, lexical: 5 },
    { row: 1, dense: 0.85, lexical: 5 },
  ];
  const ranked = rankCandidates(candidates, { knownTerms: 1, sentenceCoverage: (row) => (row === 1 ? 0.8 : 0.4) });
  expect(ranked.map(({ row }) => row)).toEqual([1, 0]);
});

test("orders any candidates by falling score, equal ones by row, and loses none", () => {
  const candidate = record({
    row: integer({ min: 0, max: 500 }),
    dense: integer({ min: 0, max: 3 }),
    lexical: integer({ min: 0, max: 3 }),
  });
  assert(
    property(array(candidate, { maxLength: 80 }), (candidates) => {
      const ranked = rankCandidates(candidates, { knownTerms: 1, sentenceCoverage: (row) => (row % 3) / 2 });
      expect(ranked).toHaveLength(candidates.length);
      for (const [place, { score, row }] of ranked.entries()) {
        const before = ranked[place - 1];
        if (before === undefined) continue;
        expect(score).toBeLessThanOrEqual(before.score);
        if (score === before.score) expect(row).toBeGreaterThanOrEqual(before.row);
      }
    }),
  );
});

test("measures the words of the best sentence, not of the passage", () => {
  const terms = new Map([
    ["water", 2],
    ["price", 1],
    ["winter", 1],
  ]);
  expect(bestSentenceCoverage("The water price. In winter.", terms)).toBe(0.75);
  expect(bestSentenceCoverage("The water price in winter.", terms)).toBe(1);
  expect(bestSentenceCoverage("", terms)).toBe(0);
  expect(bestSentenceCoverage("water", new Map())).toBe(0);
});

test("finds the same best sentence with and without knowing what the whole passage holds", () => {
  const words = ["退宿", "押金", "email", "window", "三天"];
  const pieces = array(record({ word: integer({ min: 0, max: 6 }), ends: boolean() }), { maxLength: 40 });
  assert(
    property(pieces, (parts) => {
      const passage = parts.map(({ word, ends }) => `${words[word] ?? "别的"} ${ends ? "。" : ""}`).join("");
      const terms = new Map(words.flatMap((word) => tokenize(word)).map((term, index) => [term, 1 + index / 7]));
      const held = [...new Set(tokenize(passage))].reduce((sum, term) => sum + (terms.get(term) ?? 0), 0);
      const most = held / [...terms.values()].reduce((sum, idf) => sum + idf, 0);
      expect(bestSentenceCoverage(passage, terms, { most })).toBeCloseTo(bestSentenceCoverage(passage, terms), 5);
    }),
  );
});

test("gives the wanted rows the same score and order however few are wanted", () => {
  const candidate = record({
    dense: integer({ min: 80, max: 90 }),
    lexical: integer({ min: 0, max: 5 }),
    coverage: integer({ min: 0, max: 10 }),
    share: integer({ min: 0, max: 10 }),
  });
  assert(
    property(array(candidate, { maxLength: 60 }), integer({ min: 1, max: 20 }), (entries, limit) => {
      const candidates = entries.map(({ dense, lexical }, row) => ({ row, dense: dense / 100, lexical }));
      const coverage = (row: number): number => (entries[row]?.coverage ?? 0) / 10;
      const sentenceCoverage = (row: number): number => (coverage(row) * (entries[row]?.share ?? 0)) / 10;
      const all = rankCandidates(candidates, { knownTerms: 1, coverage, sentenceCoverage });
      const few = rankCandidates(candidates, { knownTerms: 1, coverage, sentenceCoverage, limit });
      expect(few.slice(0, limit)).toEqual(all.slice(0, limit));
      expect(few).toHaveLength(all.length);
    }),
  );
});
