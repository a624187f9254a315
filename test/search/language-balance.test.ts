import { expect, test } from "vitest";
import { openLexical } from "../../src/search/bm25.ts";
import { buildLexical } from "../../src/search/build-lexical.ts";
import { documentCentroids } from "../../src/search/centroids.ts";
import { buildExact, openExact } from "../../src/search/exact.ts";
import { chineseShare, createLanguageBalance, toShareByte } from "../../src/search/language-balance.ts";
import { createSearcher } from "../../src/search/searcher.ts";
import { memoryRows } from "./memory-rows.ts";

const DIMENSIONS = 8;
const signal = new AbortController().signal;

/** The first axis is the language, each further one a subject. */
function vector(language: number, subject: number): number[] {
  const values = Array.from({ length: DIMENSIONS }, (_, axis) =>
    axis === 0 ? language : axis === subject ? 0.5 : 0.1,
  );
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

const SUBJECTS = [1, 2, 3, 4, 5];

async function twoLanguages(languages: ("zh" | "en")[]) {
  const passages = languages.flatMap((language) =>
    SUBJECTS.map((subject) => ({
      text: language === "zh" ? "这是第几段中文说明" : "some passage with plain words",
      vector: vector(language === "zh" ? 1 : -1, subject),
    })),
  );
  const vectors = Float32Array.from(passages.flatMap((passage) => passage.vector));
  const sections = buildLexical(passages.map(({ text }) => text));
  const rows = memoryRows(
    languages.map((language, index) => ({
      source: `${index}-${language}.md`,
      title: language,
      chunks: passages
        .slice(index * SUBJECTS.length, (index + 1) * SUBJECTS.length)
        .map(({ text }, subject) => ({ text: `${text} ${subject + 1}` })),
    })),
  );
  const languageBalance = createLanguageBalance({
    vectors,
    dimensions: DIMENSIONS,
    shares: Uint8Array.from(passages, ({ text }) => toShareByte(chineseShare(text))),
    documents: rows.documents,
  });
  const searcher = createSearcher({
    lexical: openLexical(sections),
    vectors: openExact(buildExact(vectors, DIMENSIONS)),
    rows,
    centroids: await documentCentroids(vectors, DIMENSIONS, rows.documents),
    languages: languageBalance,
    embed: () => Promise.reject(new Error("Every query has its vector.")),
  });
  const find = async (text: string, queryVector: number[]): Promise<string[]> => {
    const options = { limit: 4, queryVector: Float32Array.from(queryVector) };
    const { hits } = await searcher.retrieve(text, options, signal);
    return hits.map(({ source, chunk }) => `${source} ${chunk.text.at(-1)}`);
  };
  return { languageBalance, find };
}

test("finds the passage of another language that says more of what is asked than those of the question's own", async () => {
  const { find } = await twoLanguages(["zh", "en"]);
  // As near to each Chinese passage as can be, but for the subject.
  const question = vector(1, 3);
  expect((await find("问的是什么事", question)).slice(0, 2).toSorted()).toEqual(["0-zh.md 3", "1-en.md 3"]);
});

test("leaves plain cosines alone where all documents are of the question's language", async () => {
  const { languageBalance } = await twoLanguages(["zh", "zh"]);
  expect(languageBalance.forQuery("这是什么", Float32Array.from(vector(1, 2)), 1)).toBeUndefined();
});

test("takes a question of many known words as it is, whatever its language", async () => {
  const { languageBalance } = await twoLanguages(["zh", "zh"]);
  const query = Float32Array.from(vector(-1, 2));
  const balance = languageBalance.forQuery("max_tokens default", query, 0.9);
  expect(balance?.isForeign).toBe(true);
  expect(balance?.vector).toBe(query);
});

test("calls nothing a language that has less than four passages", async () => {
  const languages = createLanguageBalance({
    vectors: Float32Array.from([...vector(1, 1), ...vector(1, 2), ...vector(1, 3), ...vector(-1, 1)]),
    dimensions: DIMENSIONS,
    shares: Uint8Array.from([255, 255, 255, 0]),
    documents: [
      { firstChunk: 0, chunkCount: 3 },
      { firstChunk: 3, chunkCount: 1 },
    ],
  });
  expect(languages.forQuery("这是什么", Float32Array.from(vector(1, 2)), 1)).toBeUndefined();
});

test("takes nothing from a vector of another length", async () => {
  const { languageBalance } = await twoLanguages(["zh", "en"]);
  expect(languageBalance.forQuery("what", new Float32Array(3), 0)).toBeUndefined();
});

test("counts Chinese characters against words of other scripts", () => {
  expect(chineseShare("")).toBe(0);
  expect(chineseShare("only words here 123")).toBe(0);
  expect(chineseShare("参数 temperature")).toBeCloseTo(2 / 3);
});
