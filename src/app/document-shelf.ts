import type { Chunk } from "../core/document.ts";
import type { DocumentShelf } from "../http/mcp/mcp-functions.ts";
import type { IndexReader } from "../search/index-files.ts";
import type { IndexedDocument } from "../search/manifest.ts";
import type { OpenSearch } from "../search/open-search.ts";
import type { ReadyOptions } from "./assistant.ts";
import type { CurrentIndex } from "./current-index.ts";
import { corpusPathsFor, isBelow, sourcesOf } from "./documents.ts";

/** The documents that everybody may be answered from, to be listed and read as text. */
export function documentShelf(
  options: ReadyOptions,
  index: Pick<CurrentIndex<OpenSearch>, "get" | "during">,
): DocumentShelf {
  async function readable(documents: readonly IndexedDocument[]): Promise<IndexedDocument[]> {
    const paths = corpusPathsFor(options, undefined);
    if (paths === undefined) return [...documents];
    const sources = await sourcesOf(options, paths);
    return documents.filter(({ source }) => isBelow(source, sources));
  }

  return {
    listDocuments: () =>
      index.during(async () => {
        const documents = await readable((await index.get()).reader.documents);
        return documents.map(({ id, source, title, modifiedMs }) => ({
          id,
          source,
          title,
          modifiedAt: Math.round(modifiedMs),
        }));
      }),
    readDocument: (id) =>
      index.during(async () => {
        const { reader } = await index.get();
        const [document] = await readable(reader.documents.filter((one) => one.id === id));
        return document === undefined ? undefined : markdownOf(reader, document);
      }),
  };
}

/** The document as its passages have it: headings where their path changes, overlaps once. */
function markdownOf(reader: IndexReader, { title, firstChunk, chunkCount }: IndexedDocument): string {
  const parts = [`# ${title}`];
  let path: readonly string[] = [title];
  let end = 0;
  for (let row = firstChunk; row < firstChunk + chunkCount; row++) {
    const chunk = reader.chunk(row);
    const headings = chunk.headings[0] === title ? chunk.headings : [title, ...chunk.headings];
    const known = headings.findIndex((heading, level) => path[level] !== heading);
    for (let level = known === -1 ? headings.length : known; level < headings.length; level++) {
      parts.push(`${"#".repeat(Math.min(level + 1, 6))} ${headings[level]}`);
    }
    parts.push(textAfter(chunk, end).trim());
    path = headings;
    end = chunk.end;
  }
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** What of a passage lies behind `offset`; a part of a table, whose header is repeated, begins there anyway. */
function textAfter({ text, start, end }: Chunk, offset: number): string {
  return start < offset && text.length === end - start ? text.slice(offset - start) : text;
}
