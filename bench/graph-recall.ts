/*
 * Recall of the vector graph against the exhaustive comparison: the passages and questions of the retrieval sets in
 * XIANHENG_EVAL_DIR, else made-up clustered vectors. Started by bench/run.ts; `--quick` takes fewer vectors.
 */
import { join } from "node:path";
import { isAppError } from "../src/core/errors.ts";
import { giveFigures, importBuilt, inTemporaryFolder } from "./built-program.ts";
import { cachedVectors, evaluationFolder, indexedTexts, loadRetrievalSet, RETRIEVAL_SETS } from "./evaluation-data.ts";
import { median, type Figure } from "./figure.ts";
import { clusteredVectors, createNormal, createRandom, unitNear } from "./made-up-text.ts";

const DIMENSIONS = 384;
const NEAREST = 10;
const MADE_UP_QUERIES = 200;
const mostVectors = process.argv.includes("--quick") ? 2_000 : 10_000;

const { buildHnsw, openHnsw } = await importBuilt<typeof import("../src/search/hnsw.ts")>("search/hnsw.js");
const { buildExact, openExact } = await importBuilt<typeof import("../src/search/exact.ts")>("search/exact.js");

async function recall(name: string, passages: Float32Array, queries: Float32Array): Promise<Figure> {
  const count = passages.length / DIMENSIONS;
  const total = queries.length / DIMENSIONS;
  return inTemporaryFolder(async (folder) => {
    const path = join(folder, "graph.bin");
    await buildHnsw(passages, DIMENSIONS, path);
    const graph = await openHnsw(path, { dimensions: DIMENSIONS, count });
    const exact = openExact(buildExact(passages, DIMENSIONS));
    let found = 0;
    const times: number[] = [];
    for (let query = 0; query < total; query++) {
      const vector = queries.slice(query * DIMENSIONS, (query + 1) * DIMENSIONS);
      const near = new Set(exact.search(vector, NEAREST).map(({ row }) => row));
      const startedAt = performance.now();
      const hits = graph.search(vector, NEAREST);
      times.push(performance.now() - startedAt);
      found += hits.filter(({ row }) => near.has(row)).length;
    }
    return {
      name: `HNSW recall@10 against exact, ${name}`,
      value: found / total / NEAREST,
      unit: "share",
      also: `${median(times).toFixed(2)} ms a search`,
      ran: `${count} vectors, ${total} queries`,
      atLeast: 0.98,
      better: "higher",
    };
  });
}

async function realSets(folder: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const name of RETRIEVAL_SETS) {
    const set = await loadRetrievalSet(folder, name);
    if (set === undefined) continue;
    const passages = await cachedVectors(name, indexedTexts(set), "passage");
    const questions = set.queries.map(({ text }) => text);
    const queries = await cachedVectors(name, questions, "query");
    figures.push(await recall(name, passages.slice(0, mostVectors * DIMENSIONS), queries));
  }
  return figures;
}

async function madeUpSet(): Promise<Figure> {
  const random = createRandom(5);
  const passages = clusteredVectors(random, { count: mostVectors, dimensions: DIMENSIONS, perDocument: 20 });
  const normal = createNormal(random);
  const queries = new Float32Array(MADE_UP_QUERIES * DIMENSIONS);
  for (let query = 0; query < MADE_UP_QUERIES; query++) {
    const near = Math.floor(random() * mostVectors) * DIMENSIONS;
    queries.set(unitNear(passages.subarray(near, near + DIMENSIONS), 0.5, normal), query * DIMENSIONS);
  }
  return recall("made-up vectors (XIANHENG_EVAL_DIR is not set)", passages, queries);
}

async function measure(): Promise<Figure[]> {
  try {
    const folder = evaluationFolder();
    const figures = folder === undefined ? [] : await realSets(folder);
    return figures.length > 0 ? figures : [await madeUpSet()];
  } catch (error) {
    // The class of dist/ is not the one of src/: the code is what tells them.
    const isMissing = isAppError(error, "package_missing") || String(error).includes("hnswlib-node is not installed");
    if (!isMissing) throw error;
    const name = "HNSW recall@10 against exact";
    return [{ name, value: undefined, unit: "share", ran: "hnswlib-node is not installed", atLeast: 0.98 }];
  }
}

giveFigures(await measure());
