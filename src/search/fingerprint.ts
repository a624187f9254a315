import { createHash } from "node:crypto";

/** Version of the files under the index folder; raised when their layout changes. */
export const INDEX_FORMAT = 1;

/** What an index was built with. Any difference but `parsing` makes it unfit for queries. */
export interface IndexFingerprint {
  /** `EmbeddingModel.id`. */
  embedding: string;
  dimensions: number;
  /** Names the splitter's version and settings. */
  chunking: string;
  /** Names the version of the word rules. */
  tokenizer: string;
  /** Names the version of the parsers. A new one makes `ingest` read every file again; the old index stays usable. */
  parsing: string;
}

const QUERY_PARTS = ["embedding", "dimensions", "chunking", "tokenizer"] as const;

/** The parts in which an index differs from what queries need, as `embedding: a, wanted b`; empty when it fits. */
export function staleParts(stored: IndexFingerprint, wanted: IndexFingerprint): string[] {
  return QUERY_PARTS.filter((part) => stored[part] !== wanted[part]).map(
    (part) => `${part}: ${stored[part]}, wanted ${wanted[part]}`,
  );
}

/** True when the chunks and vectors of an unchanged file can be taken over. */
export function keepsDocuments(stored: IndexFingerprint, wanted: IndexFingerprint): boolean {
  return (
    stored.embedding === wanted.embedding &&
    stored.dimensions === wanted.dimensions &&
    stored.chunking === wanted.chunking &&
    stored.parsing === wanted.parsing
  );
}

/** Bytes of a passage key. 16 bytes of sha256 keep accidental equals out of reach for any corpus. */
export const KEY_BYTES = 16;

/** Names a vector by the model and the exact text it was computed from, so that equal passages are embedded once. */
export function passageKey(embeddingId: string, passage: string): Uint8Array {
  const digest = createHash("sha256").update(embeddingId).update("\0").update(passage).digest();
  return Uint8Array.from(digest.subarray(0, KEY_BYTES));
}

/** A passage key as a compact string for use in a `Map`. */
export function keyText(keys: Uint8Array, row = 0): string {
  return Buffer.from(keys.buffer, keys.byteOffset + row * KEY_BYTES, KEY_BYTES).toString("latin1");
}
