import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { UnreadFile } from "../core/document.ts";
import { AppError } from "../core/errors.ts";
import { replaceDurably, systemCode } from "./durable-write.ts";
import type { WriteBytes } from "./durable-write.ts";
import { INDEX_FORMAT } from "./fingerprint.ts";
import type { IndexFingerprint } from "./fingerprint.ts";
import { damagedFile } from "./sections.ts";

export const MANIFEST_NAME = "manifest.json";

/** One document of the index; its chunks are the rows `[firstChunk, firstChunk + chunkCount)`. */
export interface IndexedDocument {
  id: string;
  source: string;
  title: string;
  mediaType: string;
  /** sha256 of the file's bytes, hex. */
  hash: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970. */
  modifiedMs: number;
  pages?: number;
  warnings: string[];
  firstChunk: number;
  chunkCount: number;
}

/** A file that gave no text, with what tells whether it has changed since; both are absent when it could not be looked at. */
export interface FailedFile extends UnreadFile {
  size?: number;
  modifiedMs?: number;
}

export type DataKind = "chunks" | "vectors" | "lexical" | "hnsw";

/** A file beside the manifest. */
export interface DataFile {
  name: string;
  bytes: number;
  crc32: number;
}

/** What the index is. It is replaced in one step, so that a reader sees one whole generation. */
export interface IndexManifest {
  format: number;
  fingerprint: IndexFingerprint;
  /** Grows by one with every change of the documents. */
  generation: number;
  /** When the run that wrote this began, in milliseconds since 1970; files changed later may not be in it. */
  startedAt: number;
  /** When this was written, in milliseconds since 1970. */
  createdAt: number;
  chunkCount: number;
  files: Record<Exclude<DataKind, "hnsw">, DataFile> & { hnsw?: DataFile };
  /** By source, in code unit order. */
  documents: IndexedDocument[];
  failed: FailedFile[];
}

interface ManifestFile {
  /** crc32 of `index` as compact JSON. */
  checksum: number;
  index: IndexManifest;
}

/** Name of a data file of a generation. */
export function dataFileName(kind: DataKind, generation: number): string {
  return `${kind}-${generation}.bin`;
}

/** True for names that `dataFileName` or an interrupted run may have made. */
export function isDataFileName(name: string): boolean {
  return /^(?:chunks|vectors|lexical|hnsw)-\d+\.bin(?:\.tmp)?$/.test(name) || name === `${MANIFEST_NAME}.tmp`;
}

/**
 * @throws AppError `index_missing` when there is no manifest, `index_damaged` when it cannot be read as one
 */
export async function readManifest(directory: string): Promise<IndexManifest> {
  const path = join(directory, MANIFEST_NAME);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw damagedFile(path, "cannot be read", error);
    throw new AppError("index_missing", `There is no index in ${directory}: run \`xianheng ingest\` first.`, {
      cause: error,
    });
  }
  let file: ManifestFile;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw damagedFile(path, "is not complete", error);
  }
  if (!isObject(file?.index) || crc32(JSON.stringify(file.index)) !== file.checksum) {
    throw damagedFile(path, "has changed bytes");
  }
  if (file.index.format === INDEX_FORMAT && !hasItsParts(file.index)) throw damagedFile(path, "lacks parts");
  return file.index;
}

/** Whether the parts that are reached into are there; what is in them is guarded by the checksum. */
function hasItsParts({ fingerprint, files, documents, failed, chunkCount, generation }: IndexManifest): boolean {
  return (
    [fingerprint, files, files?.chunks, files?.vectors, files?.lexical].every(isObject) &&
    [documents, failed].every((list) => Array.isArray(list) && list.every(isObject)) &&
    Number.isSafeInteger(chunkCount) &&
    Number.isSafeInteger(generation)
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Replaces the manifest in one step. @throws AppError `disk_full` */
export async function writeManifest(directory: string, index: IndexManifest, write: WriteBytes): Promise<void> {
  const body = JSON.stringify(index);
  const text = `{"checksum":${crc32(body)},"index":${body}}\n`;
  await replaceDurably(join(directory, MANIFEST_NAME), text, write);
}
