import { statSync } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Chunk } from "../core/document.ts";
import { AppError, isAppError } from "../core/errors.ts";
import { damageOf } from "./check-data-file.ts";
import { openChunkStore } from "./chunk-store.ts";
import type { ChunkStore } from "./chunk-store.ts";
import { systemCode } from "./durable-write.ts";
import { INDEX_FORMAT, staleParts } from "./fingerprint.ts";
import type { IndexFingerprint } from "./fingerprint.ts";
import { MANIFEST_NAME, readManifest } from "./manifest.ts";
import type { DataFile, IndexedDocument, IndexManifest } from "./manifest.ts";
import { damagedFile, readOpenSections } from "./sections.ts";
import { rememberRows } from "./remember-rows.ts";
import type { Sections } from "./sections.ts";

/** A chunk with what a hit shows of its document. */
export interface IndexedChunk extends Chunk {
  source: string;
  title: string;
  mediaType: string;
}

/** One generation of the index; it stays whole and readable when a newer one replaces it. */
export interface IndexReader {
  readonly manifest: IndexManifest;
  /** By source; a document's chunks are the rows `[firstChunk, firstChunk + chunkCount)`. */
  readonly documents: IndexedDocument[];
  /** Rows are numbered from 0 to here. */
  readonly chunkCount: number;
  /** Path of the vector graph, when there is one. */
  readonly graphPath: string | undefined;
  /** Reads one chunk from the disk (some ten microseconds). @throws AppError `index_damaged` */
  chunk(row: number): IndexedChunk;
  /** The document that a row belongs to. */
  documentOf(row: number): IndexedDocument;
  /** The row of a chunk, or undefined when it is of another generation. */
  rowOf(chunk: Pick<Chunk, "id" | "documentId" | "start">): number | undefined;
  /** The word index, for `openLexical`; loaded once. @throws AppError `index_damaged` */
  lexical(): Promise<Sections>;
  /** The vectors, for `openExact`; loaded once. @throws AppError `index_damaged` */
  vectors(): Promise<Sections>;
  /** Reads every byte, also those that queries read only when they need them. @throws AppError `index_damaged` */
  assertWhole(): Promise<void>;
  /** False once a newer generation has replaced this one. */
  isCurrent(): Promise<boolean>;
  /** Closes the files; loaded sections stay usable. */
  close(): Promise<void>;
}

/**
 * Opens the index in `directory` for queries.
 * @throws AppError `index_missing`, `index_stale` (built with another model, splitter or format), `index_damaged`
 */
export async function openIndex(directory: string, fingerprint: IndexFingerprint): Promise<IndexReader> {
  let generation = -1;
  for (;;) {
    const version = manifestVersion(directory);
    const manifest = await readManifest(directory);
    assertFits(manifest, fingerprint);
    try {
      const files = await openFiles(directory, manifest);
      return indexReader(directory, { manifest, files, version });
    } catch (error) {
      // A writer may have replaced the generation between the two steps; the same one twice is missing for good.
      if (manifest.generation === generation || !(error instanceof AppError)) throw error;
      generation = manifest.generation;
    }
  }
}

interface OpenFiles {
  chunks: ChunkStore;
  lexical: FileHandle;
  vectors: FileHandle;
}

async function openFiles(directory: string, manifest: IndexManifest): Promise<OpenFiles> {
  const opened: (() => unknown)[] = [];
  try {
    const lexical = await openSized(directory, manifest.files.lexical);
    opened.push(() => lexical.close());
    const vectors = await openSized(directory, manifest.files.vectors);
    opened.push(() => vectors.close());
    const chunks = openChunks(join(directory, manifest.files.chunks.name));
    opened.push(() => chunks.close());
    if (chunks.rows !== manifest.chunkCount) throw damagedFile(manifest.files.chunks.name, "has rows missing");
    return { chunks, lexical, vectors };
  } catch (error) {
    for (const close of opened) await close();
    throw error;
  }
}

async function openSized(directory: string, file: DataFile): Promise<FileHandle> {
  const path = join(directory, file.name);
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (error) {
    throw systemCode(error) === undefined ? error : damagedFile(path, "cannot be opened", error);
  }
  const { size } = await handle.stat();
  if (size === file.bytes) return handle;
  await handle.close();
  throw damagedFile(path, `has ${size} bytes where ${file.bytes} are expected`);
}

function openChunks(path: string): ChunkStore {
  try {
    return openChunkStore(path);
  } catch (error) {
    throw systemCode(error) === undefined || error instanceof AppError
      ? error
      : damagedFile(path, "cannot be opened", error);
  }
}

function assertFits(manifest: IndexManifest, fingerprint: IndexFingerprint): void {
  const differences =
    manifest.format === INDEX_FORMAT
      ? staleParts(manifest.fingerprint, fingerprint)
      : [`format: ${manifest.format}, wanted ${INDEX_FORMAT}`];
  if (differences.length === 0) return;
  throw new AppError(
    "index_stale",
    `The index was built with other settings (${differences.join("; ")}): run \`xianheng ingest\` to build it anew.`,
  );
}

function indexReader(
  directory: string,
  { manifest, files, version }: { manifest: IndexManifest; files: OpenFiles; version: string },
): IndexReader {
  const { documents } = manifest;
  const pathOf = (file: DataFile): string => join(directory, file.name);
  const withChunks = documents.filter(({ chunkCount }) => chunkCount > 0);
  const byId = new Map(documents.map((document) => [document.id, document]));
  const chunks = rememberRows(files.chunks);
  let lexical: Promise<Sections> | undefined;
  let vectors: Promise<Sections> | undefined;
  let seen = version;
  let closed = false;

  function documentOf(row: number): IndexedDocument {
    let low = 0;
    let high = withChunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((withChunks[middle]?.firstChunk ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    const document = withChunks[low];
    if (document === undefined || row < 0 || row >= manifest.chunkCount) throw new RangeError(`No chunk ${row}.`);
    return document;
  }

  return {
    manifest,
    documents,
    chunkCount: manifest.chunkCount,
    graphPath: manifest.files.hnsw && pathOf(manifest.files.hnsw),
    documentOf,
    chunk(row) {
      const { id: documentId, source, title, mediaType } = documentOf(row);
      return { ...chunks.read(row), documentId, source, title, mediaType };
    },
    rowOf({ id, documentId, start }) {
      const document = byId.get(documentId);
      if (document === undefined) return undefined;
      const { firstChunk, chunkCount } = document;
      let row = firstRowAt(chunks, start, { first: firstChunk, end: firstChunk + chunkCount });
      for (; row < firstChunk + chunkCount; row++) {
        const candidate = chunks.read(row);
        if (candidate.id === id) return row;
        if (candidate.start !== start) return undefined;
      }
      return undefined;
    },
    lexical() {
      lexical ??= readOpenSections(files.lexical, pathOf(manifest.files.lexical));
      return lexical;
    },
    vectors() {
      vectors ??= readOpenSections(files.vectors, pathOf(manifest.files.vectors));
      return vectors;
    },
    async assertWhole() {
      for (const file of Object.values(manifest.files)) {
        const damage = await damageOf(directory, file);
        if (damage !== undefined) throw damage;
      }
    },
    async isCurrent() {
      const present = manifestVersion(directory);
      if (present !== seen && (await hasFiles(directory, manifest))) seen = present;
      return present === seen;
    },
    async close() {
      if (closed) return;
      closed = true;
      await Promise.allSettled([lexical, vectors]);
      files.chunks.close();
      await files.lexical.close();
      await files.vectors.close();
    },
  };
}

/** The first row of `[first, end)` whose chunk begins at `start` or later; chunks of a document lie in reading order. */
function firstRowAt(
  chunks: Pick<ChunkStore, "read">,
  start: number,
  { first, end }: { first: number; end: number },
): number {
  let low = first;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (chunks.read(middle).start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** True while the data files in use are the ones of `manifest`; a run may only have noted new times of documents. */
async function hasFiles(directory: string, manifest: IndexManifest): Promise<boolean> {
  try {
    return isDeepStrictEqual((await readManifest(directory)).files, manifest.files);
  } catch (error) {
    if (isAppError(error)) return false;
    throw error;
  }
}

/**
 * Differs after every replacement of the manifest; empty when there is none. Every question asks for it several times: the system
 * call takes microseconds, the way to a thread and back ten times as long.
 */
function manifestVersion(directory: string): string {
  try {
    const found = statSync(join(directory, MANIFEST_NAME), { throwIfNoEntry: false });
    return found === undefined ? "" : `${found.ino}:${found.size}:${found.mtimeMs}`;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return "";
  }
}
