/*
 * Ranking quality on public retrieval sets: `XIANHENG_EVAL_DIR=… npx tsx bench/retrieval.ts`.
 * The folder holds squad2-zh.dev, rgb-zh.dev and multihop-en.dev, each with corpus.jsonl {id,title,text}, queries.jsonl
 * {id,text} and qrels.tsv. Vectors are kept in the OS temp folder; the first run embeds some 17,000 passages.
 * Every figure is given for both halves of the questions (a fixed split). The two weights of src/search/hybrid.ts are the
 * average of a fit on each half, each fit scored on the other half; the rest (k1, b, the terms of Chinese, depths) was compared
 * on all of these questions. So neither half is unseen: what was never looked at can only be measured on other questions.
 */
import { openLexical } from "../src/search/bm25.ts";
import { buildLexical } from "../src/search/build-lexical.ts";
import { documentCentroids } from "../src/search/centroids.ts";
import { buildExact, openExact } from "../src/search/exact.ts";
import { createLanguageBalance } from "../src/search/language-balance.ts";
import { readSection } from "../src/search/read-section.ts";
import { createSearcher } from "../src/search/searcher.ts";
import { memoryRows } from "../test/search/memory-rows.ts";
import { cachedVectors, evaluationFolder, indexedTexts, loadRetrievalSet, RETRIEVAL_SETS } from "./evaluation-data.ts";
import type { RetrievalSet } from "./evaluation-data.ts";

const DIMENSIONS = 384;
/** Rows looked at of each list by the baselines. */
const DEPTH = 100;
/** Rank fusion's constant (Cormack, Clarke & Büttcher, SIGIR 2009). */
const RRF_CONSTANT = 60;

/** The halves that the weights were fitted on, one after the other. */
const HALVES = ["first", "second"] as const;
type Half = (typeof HALVES)[number];

/** Rows of one question's ranking, best first. */
type Ranking = number[];

async function rankings(set: RetrievalSet): Promise<Record<string, Ranking[]>> {
  const texts = indexedTexts(set);
  const vectors = await cachedVectors(set.name, texts, "passage");
  const queryVectors = await cachedVectors(
    set.name,
    set.queries.map(({ text }) => text),
    "query",
  );
  const rows = memoryRows(set.passages.map(({ id, title, text }) => ({ source: id, title, chunks: [{ text }] })));
  const words = buildLexical(texts);
  const lexical = openLexical(words);
  const exact = openExact(buildExact(vectors, DIMENSIONS));
  const searcher = createSearcher({
    lexical,
    vectors: exact,
    rows,
    centroids: await documentCentroids(vectors, DIMENSIONS, rows.documents),
    languages: createLanguageBalance({
      vectors,
      dimensions: DIMENSIONS,
      shares: readSection(words, "lexical.shares", Uint8Array),
      documents: rows.documents,
    }),
    embed: () => Promise.reject(new Error("Every query has its vector.")),
  });
  const lists: Record<string, Ranking[]> = { BM25: [], dense: [], RRF: [], "z + .2 z": [], ours: [] };
  for (const [index, { text }] of set.queries.entries()) {
    const queryVector = queryVectors.slice(index * DIMENSIONS, (index + 1) * DIMENSIONS);
    const scan = lexical.scan(text);
    const all = Float64Array.from({ length: texts.length }, (_, row) => exact.similarity(row, queryVector));
    const wordScores = Float64Array.from({ length: texts.length }, (_, row) => scan.score(row));
    const dense = best(all);
    const worded = scan.best(DEPTH).map(({ row }) => row);
    lists["BM25"]?.push(worded);
    lists["dense"]?.push(dense);
    lists["RRF"]?.push(reciprocalRanks(texts.length, [dense, worded]));
    const [zDense, zWords] = [standardised(all), standardised(wordScores)];
    lists["z + .2 z"]?.push(best(zDense.map((value, row) => value + 0.2 * (zWords[row] ?? 0))));
    const { hits } = await searcher.retrieve(text, { limit: 10, queryVector }, new AbortController().signal);
    lists["ours"]?.push(hits.map(({ chunk }) => rows.rowOf(chunk) ?? -1));
  }
  return lists;
}

function best(values: Float64Array): Ranking {
  const order = Array.from(values.keys());
  return order.toSorted((left, right) => (values[right] ?? 0) - (values[left] ?? 0) || left - right).slice(0, DEPTH);
}

function standardised(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
  return values.map((value) => (value - mean) / deviation);
}

function reciprocalRanks(size: number, lists: Ranking[]): Ranking {
  const scores = new Float64Array(size);
  for (const list of lists) {
    for (const [index, row] of list.entries()) scores[row] = (scores[row] ?? 0) + 1 / (RRF_CONSTANT + index + 1);
  }
  return best(scores);
}

/** hit@1, hit@5, recall@10 and mean reciprocal rank of one half of the questions, as a table row. */
function measured(set: RetrievalSet, lists: Ranking[], half: Half): Record<string, string> {
  const total = { "hit@1": 0, "hit@5": 0, "recall@10": 0, MRR: 0 };
  let count = 0;
  for (const [index, { relevant }] of set.queries.entries()) {
    if (halfOf(index) !== half) continue;
    count++;
    const list = lists[index] ?? [];
    const first = list.findIndex((row) => relevant.has(row));
    if (first === 0) total["hit@1"]++;
    if (first >= 0 && first < 5) total["hit@5"]++;
    if (first >= 0) total.MRR += 1 / (first + 1);
    const found = list.slice(0, 10).filter((row) => relevant.has(row)).length;
    total["recall@10"] += found / Math.min(10, relevant.size);
  }
  return Object.fromEntries(Object.entries(total).map(([name, sum]) => [name, (sum / count).toFixed(3)]));
}

/** A fixed split that does not follow the file's order (Knuth's multiplicative hash). */
function halfOf(index: number): Half {
  return ((Math.imul(index, 2654435761) >>> 7) & 1) === 0 ? "first" : "second";
}

async function report(folder: string, name: string): Promise<void> {
  const set = await loadRetrievalSet(folder, name);
  if (set === undefined) {
    console.log(`${name}: not run, it is not in ${folder}`);
    return;
  }
  const lists = await rankings(set);
  for (const half of HALVES) {
    console.log(`\n${name}: ${set.passages.length} passages, ${set.queries.length} questions, half "${half}"`);
    console.table(Object.fromEntries(Object.entries(lists).map(([by, list]) => [by, measured(set, list, half)])));
  }
}

const folder = evaluationFolder();
if (folder === undefined) console.log("not run: XIANHENG_EVAL_DIR names no folder");
else for (const name of RETRIEVAL_SETS) await report(folder, name);
