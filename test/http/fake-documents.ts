import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DocumentFunctions, WholeDocument } from "../../src/http/document-functions.ts";

export function documentOf(changes: Partial<WholeDocument> = {}): WholeDocument {
  return {
    id: "d1",
    source: "corpus/a.md",
    title: "A",
    mediaType: "text/markdown",
    chunks: 1,
    bytes: 12,
    modifiedAt: 1_700_000_000_000,
    warnings: [],
    uploaded: false,
    passages: [{ id: "c1", headings: ["A"], text: "text" }],
    ...changes,
  };
}

/** One document; uploads are taken and forgotten. */
export function fakeDocuments(): DocumentFunctions {
  const { passages: _passages, ...entry } = documentOf();
  const file = {
    path: join(import.meta.dirname, "..", "fixtures", "http", "console", "index.html"),
    name: "一.md",
    mediaType: "text/markdown",
  };
  return {
    list: async () => ({
      documents: [entry],
      failed: [{ path: "corpus/b.pdf", code: "document_encrypted", reason: "It has a password." }],
    }),
    document: async (id) => (id === "d1" ? documentOf() : undefined),
    file: async (id) => (id === "d1" ? file : undefined),
    isIgnoredName: (name) => name.startsWith("."),
    openIncoming: async () => mkdtemp(join(tmpdir(), "xianheng-incoming-")),
    async add({ name }) {
      return { id: "d2", source: `uploads/${name}`, title: name, mediaType: "text/plain", chunks: 1, warnings: [] };
    },
    remove: async (id) => id === "d1",
    reindex: () => ({ state: "running", startedAt: 1 }),
    reindexState: () => ({ state: "idle" }),
    watchReindex: () => () => undefined,
    source: async (source) => (source === "corpus/a.md" ? documentOf() : undefined),
    sourceFile: async (source) => (source === "corpus/a.md" ? file : undefined),
  };
}
