import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { ReadDocument, SourceFile } from "../core/document.ts";
import { createChunkWriter } from "./chunk-store.ts";
import { collectDocuments, NOTHING_COLLECTED } from "./collect-documents.ts";
import type { CollectedDocuments } from "./collect-documents.ts";
import type { DataFilesRequest, DataFilesResult, VectorIndexKind } from "./data-files.ts";
import { syncFolder } from "./durable-write.ts";
import type { WriteBytes } from "./durable-write.ts";
import type { EmbeddingJournal } from "./embedding-journal.ts";
import type { EmbeddingQueue } from "./embedding-queue.ts";
import { INDEX_FORMAT, KEY_BYTES, keyText } from "./fingerprint.ts";
import type { IndexFingerprint } from "./fingerprint.ts";
import { dataFileName, writeManifest } from "./manifest.ts";
import type { IndexManifest } from "./manifest.ts";
import type { IndexNote } from "./index-note.ts";
import type { OldIndex } from "./old-index.ts";
import { isSettledTime } from "./plan-update.ts";
import type { PlannedFile } from "./plan-update.ts";
import type { ProgressReport } from "./progress-report.ts";
import { ROWS_PER_TURN } from "./vector-source.ts";

export interface GenerationOptions {
  directory: string;
  fingerprint: IndexFingerprint;
  vectorIndex: VectorIndexKind;
  /** When the run began; milliseconds since 1970. */
  startedAt: number;
  now: () => number;
  read: (file: SourceFile) => Promise<ReadDocument>;
  old: OldIndex;
  files: PlannedFile[];
  journal: EmbeddingJournal;
  queue: EmbeddingQueue;
  report: ProgressReport;
  write: WriteBytes;
  finish: (request: DataFilesRequest, signal: AbortSignal) => Promise<DataFilesResult>;
  /** Last chance to stop: throws when this process must not replace the index. */
  beforeSwitch: () => Promise<void>;
  /** Told when every document is read and embedded, before the files are made. */
  onCollected: () => void;
}

export interface Generation {
  /** What is in use now. */
  index: IndexManifest;
  collected: CollectedDocuments;
  notes: IndexNote[];
}

/**
 * Writes the files of the next generation and puts it in use by replacing the manifest. When no document has changed, the data
 * files stay. After a fault the old generation is in use and nothing of the new one is left.
 */
export async function writeGeneration(options: GenerationOptions, signal: AbortSignal): Promise<Generation> {
  const { directory, old, queue, write } = options;
  const generation = old.generation + 1;
  const base = old.base?.manifest;
  if (base !== undefined && isQuiet(options, base)) return await keepGeneration(options, base);
  const writer = await createChunkWriter(join(directory, dataFileName("chunks", generation)), { write });
  try {
    const collected = await collectDocuments(
      options.files,
      {
        ...options,
        embeddingId: options.fingerprint.embedding,
        base: old.base,
        vectors: old.vectors,
        writer,
        onStart: (currentFile) => options.report.update({ currentFile, chunksQueued: queue.queued }),
        onDone: (failed) => options.report.finishFile(failed),
      },
      signal,
    );
    await queue.finish();
    options.onCollected();
    const { documents, failed } = collected;
    const notes = [...old.notes];
    let index: IndexManifest;
    if (base !== undefined && !needsDataFiles(options, base) && !hasChanged(collected, base)) {
      index = { ...base, startedAt: options.startedAt, documents, failed };
    } else {
      await writer.finish();
      const built = await options.finish(await describeDataFiles(options, { collected, generation }), signal);
      notes.push(...built.notes.map((message): IndexNote => ({ code: "no-graph", message, details: [] })));
      index = {
        format: INDEX_FORMAT,
        fingerprint: old.fingerprint,
        generation,
        startedAt: options.startedAt,
        createdAt: options.now(),
        chunkCount: collected.keys.length,
        files: built.files,
        documents,
        failed,
      };
    }
    signal.throwIfAborted();
    await options.beforeSwitch();
    await syncFolder(directory);
    await writeManifest(directory, index, write);
    return { index, collected, notes };
  } catch (error) {
    await queue.stop();
    for (const kind of ["chunks", "vectors", "lexical", "hnsw"] as const) {
      await rm(join(directory, dataFileName(kind, generation)), { force: true });
    }
    throw error;
  } finally {
    await writer.close();
  }
}

/** True when the data files must be made anew whatever the documents are. */
function needsDataFiles({ old, vectorIndex }: GenerationOptions, base: IndexManifest): boolean {
  const lacksGraph = vectorIndex === "hnsw" && base.chunkCount > 0 && base.files.hnsw === undefined;
  return old.rebuild !== undefined || lacksGraph;
}

function hasChanged({ added, updated, documents }: CollectedDocuments, base: IndexManifest): boolean {
  // What was removed or has become unreadable is missing from the kept ones.
  return added + updated > 0 || documents.length !== base.documents.length;
}

/** True when nothing is to be read or taken out, so that not even the chunks need to be copied. */
function isQuiet(options: GenerationOptions, base: IndexManifest): boolean {
  const kept = options.files.filter(({ kind }) => kind === "keep").length;
  const isRead = options.files.some(({ kind }) => kind === "read");
  return !isRead && kept === base.documents.length && !needsDataFiles(options, base);
}

async function keepGeneration(options: GenerationOptions, base: IndexManifest): Promise<Generation> {
  const collected: CollectedDocuments = { ...NOTHING_COLLECTED, documents: [], failed: [], keys: [] };
  for (const file of options.files) {
    if (file.kind === "failed") collected.failed.push(file.failed);
    else if (file.kind === "keep") {
      collected.documents.push({ ...file.old, size: file.size, modifiedMs: file.modifiedMs });
      if (file.inScope) collected.unchanged++;
    }
    options.report.finishFile(file.kind === "failed");
  }
  const { documents, failed } = collected;
  const index = { ...base, startedAt: options.startedAt, documents, failed };
  const isSame = isDeepStrictEqual([documents, failed], [base.documents, base.failed]);
  // A file changed while the last run went on is compared byte by byte until a manifest says that a later run saw it.
  const isSettled = documents.every(({ modifiedMs }) => isSettledTime(modifiedMs, base));
  if (!isSame || !isSettled) await writeManifest(options.directory, index, options.write);
  return { index, collected, notes: [...options.old.notes] };
}

async function describeDataFiles(
  { directory, fingerprint, old, journal, vectorIndex }: GenerationOptions,
  { collected, generation }: { collected: CollectedDocuments; generation: number },
): Promise<DataFilesRequest> {
  const rows = collected.keys.length;
  const keys = new Uint8Array(rows * KEY_BYTES);
  const positions = new Float64Array(rows);
  for (const [row, key] of collected.keys.entries()) {
    if (row % ROWS_PER_TURN === 0) await nextTurn();
    keys.set(key, row * KEY_BYTES);
    const name = keyText(key);
    const inJournal = journal.find(name);
    const position = old.vectors.find(name) ?? (inJournal === undefined ? undefined : -1 - inJournal);
    if (position === undefined) throw new Error(`No vector for chunk ${row}.`);
    positions[row] = position;
  }
  return {
    directory,
    generation,
    dimensions: fingerprint.dimensions,
    documents: collected.documents.map(({ title, chunkCount }) => ({ title, chunkCount })),
    keys,
    positions,
    oldVectors: old.vectors.path,
    journal: journal.path,
    kind: vectorIndex,
  };
}
