import type { EmbeddingModel } from "../core/model.ts";
import type { Retriever } from "../core/retriever.ts";
import { isAppError } from "../core/errors.ts";
import { openLexical } from "./bm25.ts";
import { documentCentroids } from "./centroids.ts";
import { openExact } from "./exact.ts";
import type { IndexFingerprint } from "./fingerprint.ts";
import { openHnsw } from "./hnsw.ts";
import { openIndex, type IndexReader } from "./index-files.ts";
import { createLanguageBalance } from "./language-balance.ts";
import type { LanguageBalance } from "./language-balance.ts";
import { readSection } from "./read-section.ts";
import { createSearcher } from "./searcher.ts";
import type { Sections } from "./sections.ts";
import type { VectorIndex } from "./vector-index.ts";

/** One generation of the index, ready for queries. */
export interface OpenSearch {
  retriever: Retriever;
  reader: IndexReader;
  close(): Promise<void>;
}

export interface OpenSearchOptions {
  fingerprint: IndexFingerprint;
  embedding: Pick<EmbeddingModel, "embed" | "dimensions">;
  /** Told when the index has a graph that cannot be used here; the exact scan serves instead. */
  onNote: (note: string) => void;
}

/**
 * Opens the index in `directory` and joins its parts to a retriever.
 * @throws AppError `index_missing`, `index_stale`, `index_damaged`
 */
export async function openSearch(directory: string, options: OpenSearchOptions): Promise<OpenSearch> {
  const { fingerprint, embedding, onNote } = options;
  const reader = await openIndex(directory, fingerprint);
  try {
    const [lexical, vectorSections] = await Promise.all([reader.lexical(), reader.vectors()]);
    const exact = openExact(vectorSections);
    const floats = readSection(vectorSections, "vectors.float", Float32Array);
    const retriever = createSearcher({
      lexical: openLexical(lexical),
      vectors: (await openGraph(reader, embedding.dimensions, onNote)) ?? exact,
      rows: reader,
      centroids: await documentCentroids(floats, embedding.dimensions, reader.documents),
      ...languagesOf({ lexical, floats, reader, dimensions: embedding.dimensions }),
      async embed(query, signal) {
        const [vector] = await embedding.embed([query], "query", signal);
        return vector ?? new Float32Array(embedding.dimensions);
      },
    });
    return { retriever, reader, close: () => reader.close() };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** Nothing for an index of before the rows' languages were kept; it ranks by plain cosine until its documents change. */
function languagesOf(index: { lexical: Sections; floats: Float32Array; reader: IndexReader; dimensions: number }): {
  languages?: LanguageBalance;
} {
  const { lexical, floats, reader, dimensions } = index;
  const shares = lexical["lexical.shares"];
  if (!(shares instanceof Uint8Array)) return {};
  return { languages: createLanguageBalance({ vectors: floats, dimensions, shares, documents: reader.documents }) };
}

async function openGraph(
  reader: IndexReader,
  dimensions: number,
  onNote: (note: string) => void,
): Promise<VectorIndex | undefined> {
  if (reader.graphPath === undefined) return undefined;
  try {
    return await openHnsw(reader.graphPath, { dimensions, count: reader.chunkCount });
  } catch (error) {
    if (!isAppError(error, "package_missing")) throw error;
    onNote(error.message);
    return undefined;
  }
}
