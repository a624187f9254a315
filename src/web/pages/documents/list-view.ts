import { signal } from "@preact/signals";
import type { DocumentEntry } from "../../api/documents.ts";
import { locale } from "../../state/locale.ts";

export const SORTS = ["name", "date", "size"] as const;

export type Sort = (typeof SORTS)[number];

export interface ListView {
  query: string;
  sort: Sort;
  /** Names run from A, dates and sizes from the greatest, unless reversed. */
  isReversed: boolean;
}

/** What the list is narrowed to and how it is sorted, also when one comes back to the page. */
export const listView = signal<ListView>({ query: "", sort: "name", isReversed: false });

/** All words of the query are in the name or the title. */
export function visibleDocuments(
  documents: readonly DocumentEntry[],
  { query, sort, isReversed }: ListView,
): DocumentEntry[] {
  const words = query.toLocaleLowerCase().split(/\s+/u).filter(Boolean);
  const found = documents.filter((document) => {
    const text = `${document.title}\n${placeOf(document)}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
  const collator = new Intl.Collator(locale.value, { numeric: true });
  const byName = (a: DocumentEntry, b: DocumentEntry): number =>
    collator.compare(nameOf(a), nameOf(b)) || collator.compare(a.source, b.source);
  const order = {
    name: byName,
    date: (a: DocumentEntry, b: DocumentEntry): number => b.modifiedAt - a.modifiedAt || byName(a, b),
    size: (a: DocumentEntry, b: DocumentEntry): number => b.bytes - a.bytes || byName(a, b),
  }[sort];
  return found.toSorted((a, b) => (isReversed ? -1 : 1) * order(a, b));
}

/** What a document is called in the list. */
export function nameOf(document: Pick<DocumentEntry, "title" | "source" | "uploaded">): string {
  return document.title === "" ? placeOf(document) : document.title;
}

/** Where it is: in the corpus; where uploads are kept is the service's affair. */
export function placeOf({ source, uploaded }: Pick<DocumentEntry, "source" | "uploaded">): string {
  return uploaded ? (source.split("/").at(-1) ?? source) : source;
}
