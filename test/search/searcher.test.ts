import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Retriever } from "../../src/core/retriever.ts";
import { openLexical } from "../../src/search/bm25.ts";
import { buildLexical } from "../../src/search/build-lexical.ts";
import { documentCentroids } from "../../src/search/centroids.ts";
import { buildExact, openExact } from "../../src/search/exact.ts";
import { hashTerm } from "../../src/search/hash-term.ts";
import { buildHnsw, openHnsw } from "../../src/search/hnsw.ts";
import { createSearcher } from "../../src/search/searcher.ts";
import { tokenize } from "../../src/search/tokenize.ts";
import type { VectorIndex } from "../../src/search/vector-index.ts";
import { describeRetriever } from "../conformance/retriever.ts";
import { memoryRows } from "./memory-rows.ts";
import type { MemoryDocument } from "./memory-rows.ts";

const DIMENSIONS = 64;

/** Words thrown into 64 buckets: texts that share words are near each other, as with a real model. */
function bucketVector(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS).fill(0.2);
  for (const term of tokenize(text)) {
    const bucket = hashTerm(term) % DIMENSIONS;
    vector[bucket] = (vector[bucket] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

async function searcherOf(
  documents: MemoryDocument[],
  openVectors: (vectors: Float32Array) => Promise<VectorIndex>,
): Promise<Retriever> {
  const rows = memoryRows(documents);
  const vectors = new Float32Array(rows.chunkCount * DIMENSIONS);
  for (const [row, passage] of rows.passages.entries()) vectors.set(bucketVector(passage), row * DIMENSIONS);
  return createSearcher({
    lexical: openLexical(buildLexical(rows.passages)),
    vectors: await openVectors(vectors),
    rows,
    centroids: await documentCentroids(vectors, DIMENSIONS, rows.documents),
    embed: async (query) => bucketVector(query),
  });
}

async function exactVectors(vectors: Float32Array): Promise<VectorIndex> {
  return openExact(buildExact(vectors, DIMENSIONS));
}

let folder = "";
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "searcher-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function graphVectors(vectors: Float32Array): Promise<VectorIndex> {
  const path = join(folder, `${files++}.bin`);
  await buildHnsw(vectors, DIMENSIONS, path);
  return openHnsw(path, { dimensions: DIMENSIONS, count: vectors.length / DIMENSIONS });
}

describeRetriever({ name: "exact", create: (documents) => searcherOf(documents, exactVectors) });
describeRetriever({ name: "graph", create: (documents) => searcherOf(documents, graphVectors) });

test("embeds a query once, and not at all when its vector is given", async () => {
  const rows = memoryRows([{ source: "a.md", title: "A", chunks: [{ text: "water" }] }]);
  const embedded: string[] = [];
  const vectors = bucketVector("water");
  const searcher = createSearcher({
    lexical: openLexical(buildLexical(rows.passages)),
    vectors: await exactVectors(vectors),
    rows,
    centroids: await documentCentroids(vectors, DIMENSIONS, rows.documents),
    embed: async (query) => {
      embedded.push(query);
      return bucketVector(query);
    },
  });
  const signal = new AbortController().signal;
  await searcher.retrieve("water", {}, signal);
  expect(embedded).toEqual(["water"]);
  const { evidence } = await searcher.retrieve("fire", { queryVector: vectors }, signal);
  expect(embedded).toEqual(["water"]);
  expect(evidence.centroid).toBeCloseTo(1, 5);
});

test("gives a chunk of another generation no neighbours", async () => {
  const searcher = await searcherOf([{ source: "a.md", title: "A", chunks: [{ text: "water" }] }], exactVectors);
  const stranger = { id: "gone", documentId: "a.md", text: "old", headings: [], start: 0, end: 3 };
  expect(searcher.neighbours(stranger, 1, 1)).toEqual([stranger]);
});

test("measures nearness to a subject by the mean of each document", async () => {
  const vectors = Float32Array.from([1, 0, 0, 1, 0, 1]);
  const centroids = await documentCentroids(vectors, 2, [
    { firstChunk: 0, chunkCount: 2 },
    { firstChunk: 2, chunkCount: 1 },
    { firstChunk: 3, chunkCount: 0 },
  ]);
  expect(centroids.nearest(Float32Array.from([1, 0]))).toBeCloseTo(Math.SQRT1_2, 5);
  expect(centroids.nearest(Float32Array.from([1, 0]), (document) => document === 1)).toBeCloseTo(0, 5);
  expect(centroids.nearest(Float32Array.from([1, 0]), () => false)).toBe(0);
});
