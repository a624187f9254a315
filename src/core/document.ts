import type { ErrorCode } from "./errors.ts";

/**
 * One structural piece of a document, in reading order.
 * `text` is Markdown of the piece itself: a table is a GFM table, a list has its markers and indentation, code is fenced.
 * A heading's `text` is its plain title without `#`; its `level` says how many there are.
 */
export type Block =
  | { kind: "heading"; level: number; text: string; page?: number }
  | { kind: "paragraph" | "list" | "table" | "code" | "quote"; text: string; page?: number };

/** What a parser makes of a file's bytes. Text is NFC where the source allows it; lines end with `\n`. */
export interface ParsedDocument {
  /** From metadata or the first heading; the file name serves when absent. */
  title?: string;
  /** IANA media type by content, not by name. */
  mediaType: string;
  blocks: Block[];
  /** Number of pages or slides where the format has them. */
  pages?: number;
  /** Things the owner should know: "page 3 has no text", "row 7 has more cells than the header". */
  warnings: string[];
}

/** Bytes of one file to be read. */
export interface ParseInput {
  bytes: Uint8Array;
  /** File name with extension, no folder. */
  name: string;
}

/** Reads one family of formats. Every implementation passes `test/conformance/parser.ts`. */
export interface Parser {
  name: string;
  /**
   * Reads a whole file.
   * @throws AppError `document_encrypted`, `document_damaged`, `document_empty`, `document_no_text`,
   * `document_too_large` or `document_unsupported`; the message is for the owner.
   */
  parse(input: ParseInput): Promise<ParsedDocument>;
}

/** A document as the rest of the program knows it. */
export interface Document {
  /** Hash of the source path: stable while the file keeps its name. */
  id: string;
  /** Path relative to the config file's folder (or the package), with `/`. */
  source: string;
  title: string;
  mediaType: string;
  /** sha256 of the file's bytes, hex. */
  hash: string;
  blocks: Block[];
}

/** A passage that is embedded, found and cited as a whole. */
export interface Chunk {
  /** Hash of content and place (source, heading path, ordinal among equal texts): survives edits elsewhere in the document. */
  id: string;
  documentId: string;
  /** Markdown of the passage; a part of a cut table repeats the table's header row. */
  text: string;
  /** Titles of the headings above, outermost first. */
  headings: string[];
  /** First page or slide of the passage, from 1. */
  page?: number;
  /** UTF-16 offsets into the document's Markdown (see `toMarkdown`); `[start, end)`. */
  start: number;
  end: number;
}

/** A file found in the corpus, not read yet. */
export interface SourceFile {
  /** Absolute path. */
  path: string;
  /** See `Document.source`. */
  source: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970. */
  modifiedMs: number;
}

/** A file that gave no text, with a reason its owner understands. */
export interface UnreadFile {
  source: string;
  code: ErrorCode;
  message: string;
}

/** A document read and cut. */
export interface ReadDocument {
  document: Document;
  /** The document's whole Markdown; `Chunk.start` and `end` point into it. */
  markdown: string;
  chunks: Chunk[];
  pages?: number;
  warnings: string[];
}

/** The text of a chunk as it is embedded and indexed: title and heading path give a short passage its subject. */
export function passageText(title: string, chunk: Pick<Chunk, "headings" | "text">): string {
  const path = chunk.headings[0] === title ? chunk.headings : [title, ...chunk.headings];
  return `${path.filter(Boolean).join(" > ")}\n${chunk.text}`;
}
