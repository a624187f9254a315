import type { DocumentEntry, OpenedDocument } from "../../src/web/api/documents.ts";

const DAY_MS = 86_400_000;

/** A document as the service lists it. */
export function documentEntry(over: Partial<DocumentEntry> = {}): DocumentEntry {
  return {
    id: "d1",
    source: "housing/move-out.md",
    title: "Moving out",
    mediaType: "text/markdown",
    chunks: 3,
    bytes: 8321,
    modifiedAt: Date.now() - 2 * DAY_MS,
    warnings: [],
    uploaded: false,
    ...over,
  };
}

/** The same with its passages. */
export function openedDocument(entry: DocumentEntry): OpenedDocument {
  return {
    ...entry,
    passages: Array.from({ length: entry.chunks }, (_, index) => ({
      id: `${entry.id}-${index}`,
      headings: ["Notice", `Part ${index}`],
      page: index + 1,
      text: index === 0 ? "Give notice **three days** before." : `Passage number ${index}.`,
    })),
  };
}
