import type { ApiFunctions } from "../api-functions.ts";
import type { TurnParts } from "../run-turn.ts";

/** A document that everybody may be answered from. */
export interface ReadableDocument {
  id: string;
  source: string;
  title: string;
  /** Milliseconds since 1970. */
  modifiedAt: number;
}

/** Documents as a program may list and read them. */
export interface DocumentShelf {
  /** By source, in code unit order. @throws AppError `index_*` */
  listDocuments(): Promise<ReadableDocument[]>;
  /** The text in Markdown; undefined when nothing that may be read has this id. @throws AppError `index_*` */
  readDocument(id: string): Promise<string | undefined>;
}

export interface McpParts extends Omit<TurnParts, "functions"> {
  functions: Pick<ApiFunctions, "ask" | "search" | "record"> & DocumentShelf;
  createId: () => string;
  /** Of this program, told to clients. */
  version: () => Promise<string>;
}
