import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { passageText } from "../core/document.ts";
import { AppError, isAppError } from "../core/errors.ts";
import { buildLexical } from "./build-lexical.ts";
import { decodeChunk, openChunkStore } from "./chunk-store.ts";
import type { ChunkStore } from "./chunk-store.ts";
import { syncFile, writeBytes } from "./durable-write.ts";
import type { WriteBytes } from "./durable-write.ts";
import { buildExact } from "./exact.ts";
import { fileCrc32 } from "./file-checksum.ts";
import { buildHnsw } from "./hnsw.ts";
import { dataFileName } from "./manifest.ts";
import type { DataKind, IndexManifest } from "./manifest.ts";
import { writeSections } from "./sections.ts";
import { KEYS_SECTION, readFully } from "./vector-source.ts";

/** From this many chunks on a graph answers sooner than a scan of all rows (kind "auto"). */
const GRAPH_FROM_CHUNKS = 50_000;

export type VectorIndexKind = "auto" | "exact" | "hnsw";

/** What a generation is made of once its chunks are written. It crosses a thread boundary: plain data only. */
export interface DataFilesRequest {
  directory: string;
  generation: number;
  dimensions: number;
  /** In row order. */
  documents: { title: string; chunkCount: number }[];
  /** Passage keys, a row each. */
  keys: Uint8Array;
  /** Where each row's vector lies: byte position in the old vectors file, or −1 − position in the journal. */
  positions: Float64Array;
  oldVectors: string;
  journal: string;
  kind: VectorIndexKind;
}

export interface DataFilesResult {
  files: IndexManifest["files"];
  /** For the owner, in English. */
  notes: string[];
}

/**
 * Makes the word index and the vector indexes of a generation whose chunk file is there. Blocks its thread: call it in a worker.
 * @throws AppError `disk_full`, `index_damaged`, `package_missing`
 */
export async function buildDataFiles(
  request: DataFilesRequest,
  options: { write?: WriteBytes } = {},
): Promise<DataFilesResult> {
  const { directory, generation, dimensions, kind } = request;
  const write = options.write ?? writeBytes;
  const pathOf = (each: DataKind): string => join(directory, dataFileName(each, generation));
  const store = openChunkStore(pathOf("chunks"));
  try {
    await writeSections(pathOf("lexical"), buildLexical(passages(store, request.documents)), { write });
  } finally {
    store.close();
  }
  const vectors = await gatherVectors(request);
  const sections = { ...buildExact(vectors, dimensions), [KEYS_SECTION]: request.keys };
  await writeSections(pathOf("vectors"), sections, { write });
  const notes: string[] = [];
  const hasGraph = await buildGraph(vectors, { dimensions, kind, path: pathOf("hnsw") }, notes);
  const fileOf = async (each: DataKind) => ({
    name: dataFileName(each, generation),
    ...(await fileCrc32(pathOf(each))),
  });
  return {
    files: {
      chunks: await fileOf("chunks"),
      vectors: await fileOf("vectors"),
      lexical: await fileOf("lexical"),
      ...(hasGraph && { hnsw: await fileOf("hnsw") }),
    },
    notes,
  };
}

/** True when an index of this size should have a graph. */
export function wantsGraph(kind: VectorIndexKind, chunks: number): boolean {
  return chunks > 0 && (kind === "hnsw" || (kind === "auto" && chunks >= GRAPH_FROM_CHUNKS));
}

async function buildGraph(
  vectors: Float32Array,
  { dimensions, kind, path }: { dimensions: number; kind: VectorIndexKind; path: string },
  notes: string[],
): Promise<boolean> {
  if (!wantsGraph(kind, vectors.length / dimensions)) return false;
  try {
    await buildHnsw(vectors, dimensions, path);
    await syncFile(path);
    return true;
  } catch (error) {
    // Only an owner who asked for the graph must have it; the scan gives the same answers, later.
    if (kind === "hnsw" || !isAppError(error, "package_missing")) throw error;
    notes.push(`The index has no vector graph, so large searches take longer. ${error.message}`);
    return false;
  }
}

function* passages(store: ChunkStore, documents: DataFilesRequest["documents"]): Generator<string> {
  let row = 0;
  for (const { title, chunkCount } of documents) {
    for (const record of store.records(row, row + chunkCount)) yield passageText(title, decodeChunk(record));
    row += chunkCount;
  }
}

async function gatherVectors(request: DataFilesRequest): Promise<Float32Array> {
  const { positions, dimensions } = request;
  const vectors = new Float32Array(positions.length * dimensions);
  const bytes = new Uint8Array(vectors.buffer);
  const rowBytes = dimensions * 4;
  const files = new Map<string, FileHandle>();
  try {
    for (let row = 0; row < positions.length;) {
      const position = positions[row] ?? 0;
      const path = position < 0 ? request.journal : request.oldVectors;
      const handle = files.get(path) ?? (await open(path, "r"));
      files.set(path, handle);
      const run = runLength(positions, row, rowBytes);
      const target = bytes.subarray(row * rowBytes, (row + run) * rowBytes);
      await readFully(handle, target, position < 0 ? -1 - position : position, path);
      row += run;
    }
  } finally {
    for (const handle of files.values()) await handle.close();
  }
  return vectors;
}

/** Number of rows from `row` on that lie one after the other in the old vectors file, so that they are read at once. */
function runLength(positions: Float64Array, row: number, rowBytes: number): number {
  const first = positions[row] ?? 0;
  if (first < 0) return 1;
  let run = 1;
  while (run < 4096 && positions[row + run] === first + run * rowBytes) run++;
  return run;
}

/** Answer of the worker thread: errors lose their class on the way, so they travel as data. */
export type DataFilesAnswer =
  | { result: DataFilesResult }
  | { failure: { code: AppError["code"]; message: string } }
  | { bug: string };
