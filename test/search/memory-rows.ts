import type { IndexedChunk } from "../../src/search/index-files.ts";
import type { SearchRows } from "../../src/search/searcher.ts";

export interface MemoryDocument {
  source: string;
  title: string;
  chunks: { text: string; headings?: string[] }[];
}

/** The rows of an index that was never written to a disk. */
export function memoryRows(documents: MemoryDocument[]): SearchRows & { passages: string[] } {
  const chunks: IndexedChunk[] = [];
  const indexed = documents.map(({ source, title, chunks: parts }) => {
    const firstChunk = chunks.length;
    let start = 0;
    for (const [ordinal, { text, headings = [] }] of parts.entries()) {
      const id = `${source}#${ordinal}`;
      const end = start + text.length;
      const mediaType = "text/plain";
      chunks.push({ id, documentId: source, text, headings, start, end, source, title, mediaType });
      start = end + 2;
    }
    const chunkCount = parts.length;
    return {
      id: source,
      source,
      title,
      mediaType: "text/plain",
      hash: "",
      size: 0,
      modifiedMs: 0,
      warnings: [],
      firstChunk,
      chunkCount,
    };
  });
  const rowOf = new Map(chunks.map(({ id }, row) => [id, row]));
  const documentById = new Map(indexed.map((document) => [document.id, document]));

  function chunk(row: number): IndexedChunk {
    const found = chunks[row];
    if (found === undefined) throw new RangeError(`No chunk ${row}.`);
    return found;
  }

  return {
    passages: chunks.map(({ title, text, headings }) => [title, ...headings].filter(Boolean).join(" > ") + `\n${text}`),
    chunkCount: chunks.length,
    documents: indexed,
    chunk,
    documentOf(row) {
      const document = documentById.get(chunk(row).documentId);
      if (document === undefined) throw new RangeError(`No document of chunk ${row}.`);
      return document;
    },
    rowOf: ({ id }) => rowOf.get(id),
  };
}
