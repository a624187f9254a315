import { basename } from "node:path";
import type { Document, ParsedDocument } from "../core/document.ts";
import { sha256 } from "./sha256.ts";

/** Longer titles are running text taken for one. */
const MAX_TITLE_CHARACTERS = 200;

/** The identity of a document: 16 hex digits of the hash of its source path. */
export function documentId(source: string): string {
  return sha256(source).slice(0, 16);
}

/** Gives a parsed file its name in the index; `hash` is sha256 of its bytes, hex. */
export function toDocument(source: string, parsed: ParsedDocument, hash: string): Document {
  const stem = basename(source).replace(/(?<=.)\.[^.]*$/, "");
  const title = parsed.title?.trim() ?? "";
  return {
    id: documentId(source),
    source,
    title: title === "" ? stem : Array.from(title).slice(0, MAX_TITLE_CHARACTERS).join(""),
    mediaType: parsed.mediaType,
    hash,
    blocks: parsed.blocks,
  };
}
