/*
 * Search without embedding on a large index of made-up text: `npx tsx bench/search-scale.ts [CHUNKS]` (default 100,000).
 * Vectors are clustered as real ones are (documents of 20 chunks around a centre), text follows Zipf's law, half Chinese,
 * half English. Building takes about a minute and 1.5 GB. `--graph` also builds the HNSW graph (about two minutes more).
 */
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { openLexical } from "../src/search/bm25.ts";
import { buildLexical } from "../src/search/build-lexical.ts";
import { documentCentroids } from "../src/search/centroids.ts";
import { buildExact, openExact } from "../src/search/exact.ts";
import { buildHnsw, openHnsw } from "../src/search/hnsw.ts";
import { createSearcher } from "../src/search/searcher.ts";
import type { VectorIndex } from "../src/search/vector-index.ts";
import { memoryRows } from "../test/search/memory-rows.ts";
import {
  chineseSentence,
  chunkText,
  clusteredVectors,
  createNormal,
  createRandom,
  englishSentence,
  unitNear,
} from "./made-up-text.ts";

const DIMENSIONS = 384;
const CHUNKS_PER_DOCUMENT = 20;
const QUERIES = 200;

const random = createRandom(7);
const normal = createNormal(random);

function timed<T>(work: () => T): { result: T; ms: number } {
  const start = performance.now();
  const result = work();
  return { result, ms: performance.now() - start };
}

function percentiles(times: number[]): { p50: string; p99: string; max: string } {
  const sorted = times.toSorted((left, right) => left - right);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(2);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** A vector near that of some passage. */
function queryVector(vectors: Float32Array, query: number): Float32Array {
  const near = ((query * 7919) % (vectors.length / DIMENSIONS)) * DIMENSIONS;
  return unitNear(vectors.subarray(near, near + DIMENSIONS), 0.5, normal);
}

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 100_000);
  const documents = Array.from({ length: Math.ceil(count / CHUNKS_PER_DOCUMENT) }, (_, document) => ({
    source: `${document}.md`,
    title: `document ${document}`,
    chunks: Array.from(
      { length: Math.min(CHUNKS_PER_DOCUMENT, count - document * CHUNKS_PER_DOCUMENT) },
      (_unused, part) => ({
        text: chunkText(random, document * CHUNKS_PER_DOCUMENT + part),
      }),
    ),
  }));
  const rows = memoryRows(documents);
  const vectors = clusteredVectors(random, { count, dimensions: DIMENSIONS, perDocument: CHUNKS_PER_DOCUMENT });
  const lexicalBuild = timed(() => buildLexical(rows.passages));
  const exactBuild = timed(() => buildExact(vectors, DIMENSIONS));
  const lexicalBytes = Object.values(lexicalBuild.result).reduce((sum, section) => sum + section.byteLength, 0);
  const lexical = timed(() => openLexical(lexicalBuild.result));
  const exact = timed(() => openExact(exactBuild.result));
  const start = performance.now();
  const centroids = await documentCentroids(vectors, DIMENSIONS, rows.documents);
  const centroidsMs = performance.now() - start;
  console.table({
    "word index": {
      "build s": (lexicalBuild.ms / 1000).toFixed(1),
      "open ms": lexical.ms.toFixed(1),
      MB: (lexicalBytes / 1e6).toFixed(0),
    },
    vectors: {
      "build s": (exactBuild.ms / 1000).toFixed(1),
      "open ms": exact.ms.toFixed(1),
      MB: ((count * DIMENSIONS * 6) / 1e6).toFixed(0),
    },
    centroids: {
      "build s": "",
      "open ms": centroidsMs.toFixed(1),
      MB: ((documents.length * DIMENSIONS * 4) / 1e6).toFixed(0),
    },
  });

  const queries = Array.from({ length: QUERIES }, (_, query) => ({
    text: query % 2 === 0 ? chineseSentence(random, 9) : englishSentence(random, 9),
    vector: queryVector(vectors, query),
  }));
  const times: Record<string, number[]> = {
    "BM25 scan": [],
    "exact scan": [],
    "whole search": [],
    "whole search, CPU": [],
  };
  const searcher = createSearcher({
    lexical: lexical.result,
    vectors: exact.result,
    rows,
    centroids,
    embed: () => Promise.reject(new Error("Every query has its vector.")),
  });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  for (const { text, vector } of queries) {
    times["BM25 scan"]?.push(timed(() => lexical.result.scan(text)).ms);
    times["exact scan"]?.push(timed(() => exact.result.search(vector, 100)).ms);
    delay.enable();
    // The monitor sees a hold as a late tick of its timer, so it must tick before and after.
    await sleep(3);
    const startedAt = performance.now();
    const usedBefore = process.cpuUsage();
    await searcher.retrieve(text, { limit: 10, queryVector: vector }, new AbortController().signal);
    times["whole search"]?.push(performance.now() - startedAt);
    const { user, system } = process.cpuUsage(usedBefore);
    // Unlike the clock, this does not count the time in which other programs had the processor.
    times["whole search, CPU"]?.push((user + system) / 1000);
    await sleep(3);
    delay.disable();
  }
  if (process.argv.includes("--graph")) times["graph search"] = await graphTimes(vectors, exact.result, queries);
  console.log(`${count} chunks, ${QUERIES} queries, milliseconds`);
  console.table(Object.fromEntries(Object.entries(times).map(([name, list]) => [name, percentiles(list)])));
  console.log(
    `longest hold of the event loop: ${(delay.max / 1e6).toFixed(1)} ms; memory ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`,
  );
}

async function graphTimes(
  vectors: Float32Array,
  exact: VectorIndex,
  queries: { vector: Float32Array }[],
): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), "search-scale-"));
  try {
    const path = join(folder, "graph.bin");
    const start = performance.now();
    await buildHnsw(vectors, DIMENSIONS, path);
    const graph = await openHnsw(path, { dimensions: DIMENSIONS, count: exact.size });
    const { size } = await stat(path);
    console.log(`graph: built in ${((performance.now() - start) / 1000).toFixed(0)} s, ${(size / 1e6).toFixed(0)} MB`);
    let found = 0;
    const times = queries.map(({ vector }) => {
      const { result, ms } = timed(() => graph.search(vector, 10));
      const near = new Set(exact.search(vector, 10).map(({ row }) => row));
      found += result.filter(({ row }) => near.has(row)).length;
      return ms;
    });
    console.log(`graph recall@10: ${(found / queries.length / 10).toFixed(4)}`);
    return times;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
