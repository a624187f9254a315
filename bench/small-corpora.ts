import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { passageText } from "../src/core/document.ts";
import type { Chunk } from "../src/core/document.ts";
import type { EmbeddingModel } from "../src/core/model.ts";
import type { Retriever } from "../src/core/retriever.ts";
import { createDocumentReader } from "../src/ingest/read-document.ts";
import { splitDocument } from "../src/ingest/split.ts";
import { openLexical } from "../src/search/bm25.ts";
import { buildLexical } from "../src/search/build-lexical.ts";
import { documentCentroids } from "../src/search/centroids.ts";
import { buildExact, openExact } from "../src/search/exact.ts";
import { createSearcher } from "../src/search/searcher.ts";
import { memoryRows } from "../test/search/memory-rows.ts";

/** One document of the sample corpus, cut as the product cuts it. */
export interface SampleDocument {
  /** File name. */
  name: string;
  title: string;
  chunks: Chunk[];
}

/** Reads the sample corpus. */
export async function readSampleCorpus(signal: AbortSignal): Promise<SampleDocument[]> {
  const folder = fileURLToPath(new URL("../corpus/", import.meta.url));
  const reader = createDocumentReader();
  try {
    const documents: SampleDocument[] = [];
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = { path: join(folder, entry.name), source: `corpus/${entry.name}`, size: 0, modifiedMs: 0 };
      const { document } = await reader.read(file, signal);
      documents.push({ name: entry.name, title: document.title, chunks: splitDocument(document, { chunkChars: 480 }) });
    }
    return documents;
  } finally {
    await reader.close();
  }
}

/** An embedding model that remembers, for benches that ask the same things of many corpora. */
export function rememberEmbeddings(model: EmbeddingModel): EmbeddingModel {
  const known = new Map<string, Float32Array>();
  return {
    ...model,
    async embed(texts, kind, signal) {
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        const key = createHash("sha256").update(`${kind}\u0000${text}`).digest("hex");
        const vector =
          known.get(key) ?? (await model.embed([text], kind, signal))[0] ?? new Float32Array(model.dimensions);
        known.set(key, vector);
        vectors.push(vector);
      }
      return vectors;
    },
  };
}

/** A retriever over documents in memory. */
export async function openMemorySearch(
  documents: SampleDocument[],
  embedding: EmbeddingModel,
  signal: AbortSignal,
): Promise<Retriever> {
  const { dimensions } = embedding;
  const rows = memoryRows(documents.map(({ name, title, chunks }) => ({ source: name, title, chunks })));
  const texts = documents.flatMap(({ title, chunks }) => chunks.map((chunk) => passageText(title, chunk)));
  const vectors = new Float32Array(texts.length * dimensions);
  for (const [row, vector] of (await embedding.embed(texts, "passage", signal)).entries())
    vectors.set(vector, row * dimensions);
  return createSearcher({
    lexical: openLexical(buildLexical(texts)),
    vectors: openExact(buildExact(vectors, dimensions)),
    rows,
    centroids: await documentCentroids(vectors, dimensions, rows.documents),
    embed: async (query, inner) => (await embedding.embed([query], "query", inner))[0] ?? new Float32Array(dimensions),
  });
}
