import { createHash } from "node:crypto";
import { passageText } from "../core/document.ts";
import type { Chunk, ReadDocument, SourceFile } from "../core/document.ts";
import { AppError, errorMessage } from "../core/errors.ts";
import type { ChunkStore, ChunkWriter } from "./chunk-store.ts";
import { systemCode } from "./durable-write.ts";
import type { EmbeddingJournal } from "./embedding-journal.ts";
import type { EmbeddingQueue } from "./embedding-queue.ts";
import { KEY_BYTES, keyText, passageKey } from "./fingerprint.ts";
import { inOrder } from "./in-order.ts";
import type { FailedFile, IndexedDocument, IndexManifest } from "./manifest.ts";
import type { PlannedFile } from "./plan-update.ts";
import type { VectorSource } from "./vector-source.ts";

/** Documents read at once. Parsing takes turns on one thread; the second one covers waits for the disk and for a parser's thread. */
const CONCURRENT_READS = 2;
/** Documents that may be finished before a slow one ahead of them, so that the embedding model does not run out of texts. */
const READS_AHEAD = 32;

export interface CollectOptions {
  embeddingId: string;
  base: { manifest: IndexManifest; chunks: ChunkStore } | undefined;
  vectors: VectorSource;
  journal: EmbeddingJournal;
  queue: EmbeddingQueue;
  writer: ChunkWriter;
  read: (file: SourceFile) => Promise<ReadDocument>;
  onStart: (source: string) => void;
  onDone: (failed: boolean) => void;
}

export interface CollectedDocuments {
  documents: IndexedDocument[];
  failed: FailedFile[];
  /** Passage key of each row. */
  keys: Uint8Array[];
  added: number;
  updated: number;
  unchanged: number;
  /** Passages of new and changed documents whose vector was there already. */
  reused: number;
}

/** The counts at the beginning. */
export const NOTHING_COLLECTED = { added: 0, updated: 0, unchanged: 0, reused: 0 };

type Collected =
  | { planned: Extract<PlannedFile, { kind: "keep" | "failed" }> }
  | { planned: Extract<PlannedFile, { kind: "read" }>; document: ReadDocument; keys: Uint8Array[] }
  | { planned: Extract<PlannedFile, { kind: "read" }>; failed: FailedFile };

/**
 * Reads what is to be read, puts every passage whose vector is not known into the queue, and writes all chunks in the order of
 * the plan, so that the same documents always give the same files.
 */
export async function collectDocuments(
  plan: PlannedFile[],
  options: CollectOptions,
  signal: AbortSignal,
): Promise<CollectedDocuments> {
  const { base, writer } = options;
  const result: CollectedDocuments = { ...NOTHING_COLLECTED, documents: [], failed: [], keys: [] };
  const twins = new Twins(options);
  const stop = new AbortController();
  const stopped = AbortSignal.any([signal, stop.signal]);

  async function work(planned: PlannedFile): Promise<Collected> {
    stopped.throwIfAborted();
    if (planned.kind !== "read") return { planned };
    try {
      options.onStart(planned.source);
      const read = await readOrFail(planned.file, options.read);
      stopped.throwIfAborted();
      if ("code" in read) return { planned, failed: read };
      const keys: Uint8Array[] = [];
      for (const chunk of read.chunks) {
        const { key, isKnown } = chooseKey(read, chunk, options, twins);
        keys.push(key);
        if (isKnown) result.reused++;
        else await options.queue.add(key, passageText(read.document.title, chunk));
      }
      return { planned, document: read, keys };
    } catch (error) {
      stop.abort();
      throw error;
    }
  }

  for await (const item of inOrder(plan, work, { concurrent: CONCURRENT_READS, ahead: READS_AHEAD })) {
    stopped.throwIfAborted();
    const { planned } = item;
    const firstChunk = writer.rows;
    if (planned.kind === "failed") result.failed.push(planned.failed);
    else if ("failed" in item) result.failed.push(item.failed);
    else if ("document" in item) {
      const { document, chunks, pages, warnings } = item.document;
      for (const chunk of chunks) await writer.add(chunk);
      result.keys.push(...item.keys);
      const { id, title, mediaType, hash } = document;
      const { source, size, modifiedMs } = item.planned.file;
      const place = { firstChunk, chunkCount: chunks.length };
      const kind = { id, source, title, mediaType, hash, size, modifiedMs };
      result.documents.push({ ...kind, ...(pages !== undefined && { pages }), warnings, ...place });
      if (item.planned.old === undefined) result.added++;
      else result.updated++;
    } else if (planned.kind === "keep" && base !== undefined) {
      const { old, size, modifiedMs } = planned;
      const end = old.firstChunk + old.chunkCount;
      for (const record of base.chunks.records(old.firstChunk, end)) await writer.copy(record);
      for (let row = old.firstChunk; row < end; row++) result.keys.push(keyAt(options.vectors.keys, row));
      result.documents.push({ ...old, size, modifiedMs, firstChunk });
      if (planned.inScope) result.unchanged++;
    }
    options.onDone("failed" in item || planned.kind === "failed");
  }
  return result;
}

/** The read document, or the reason why it gave no text. */
async function readOrFail(
  file: SourceFile,
  read: (file: SourceFile) => Promise<ReadDocument>,
): Promise<ReadDocument | FailedFile> {
  const { source, size, modifiedMs } = file;
  try {
    return await read(file);
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith("document_")) {
      return { source, code: error.code, message: error.message, size, modifiedMs };
    }
    if (!UNREADABLE.has(systemCode(error) ?? "")) throw error;
    const message = `${source} could not be read (${errorMessage(error)}): check that it still exists and that you may read it.`;
    return { source, code: "document_unreadable", message, size, modifiedMs };
  }
}

/** System errors that concern one file; others (too many open files, no memory) concern the whole run. */
const UNREADABLE = new Set(
  "EACCES EPERM ENOENT ENOTDIR EISDIR ELOOP EIO EBUSY ENXIO ENODEV ESTALE ENAMETOOLONG".split(" "),
);

function chooseKey(
  read: ReadDocument,
  chunk: Chunk,
  { embeddingId, vectors, journal, queue }: CollectOptions,
  twins: Twins,
): { key: Uint8Array; isKnown: boolean } {
  const own = passageKey(embeddingId, passageText(read.document.title, chunk));
  const name = keyText(own);
  if (vectors.find(name) !== undefined || journal.find(name) !== undefined || queue.has(name)) {
    twins.note(read.document.hash, chunk, own);
    return { key: own, isKnown: true };
  }
  const twin = twins.find(read.document.hash, chunk);
  if (twin !== undefined) return { key: twin, isKnown: true };
  twins.note(read.document.hash, chunk, own);
  return { key: own, isKnown: false };
}

/**
 * Files with the same bytes under other names. A title taken from the file name stands in every passage, so a renamed file
 * would be embedded again for its name alone; its vectors are taken from its twin instead.
 */
class Twins {
  readonly #keys = new Map<string, Map<string, Uint8Array>>();
  readonly #base: CollectOptions["base"];
  readonly #oldKeys: Uint8Array;
  readonly #oldByHash = new Map<string, IndexedDocument>();

  constructor({ base, vectors }: CollectOptions) {
    this.#base = base;
    this.#oldKeys = vectors.keys;
    for (const document of base?.manifest.documents ?? []) this.#oldByHash.set(document.hash, document);
  }

  find(hash: string, chunk: Chunk): Uint8Array | undefined {
    return this.#of(hash).get(contentName(chunk));
  }

  note(hash: string, chunk: Chunk, key: Uint8Array): void {
    this.#of(hash).set(contentName(chunk), key);
  }

  #of(hash: string): Map<string, Uint8Array> {
    const present = this.#keys.get(hash);
    if (present !== undefined) return present;
    const keys = new Map<string, Uint8Array>();
    const old = this.#oldByHash.get(hash);
    const first = old?.firstChunk ?? 0;
    for (let row = first; row < first + (old?.chunkCount ?? 0); row++) {
      const chunk = this.#base?.chunks.read(row);
      if (chunk !== undefined) keys.set(contentName(chunk), keyAt(this.#oldKeys, row));
    }
    this.#keys.set(hash, keys);
    return keys;
  }
}

function contentName(chunk: Pick<Chunk, "headings" | "text">): string {
  return createHash("sha256")
    .update(JSON.stringify([chunk.headings, chunk.text]))
    .digest("base64");
}

function keyAt(keys: Uint8Array, row: number): Uint8Array {
  return keys.slice(row * KEY_BYTES, (row + 1) * KEY_BYTES);
}
