import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ReadDocument, SourceFile, UnreadFile } from "../core/document.ts";
import { AppError, errorMessage } from "../core/errors.ts";
import type { DataFilesRequest, DataFilesResult, VectorIndexKind } from "./data-files.ts";
import { diskError, systemCode, writeBytes } from "./durable-write.ts";
import type { WriteBytes } from "./durable-write.ts";
import { openEmbeddingJournal } from "./embedding-journal.ts";
import type { EmbeddingJournal } from "./embedding-journal.ts";
import { createEmbeddingQueue } from "./embedding-queue.ts";
import { fileSha256 } from "./file-checksum.ts";
import type { IndexFingerprint } from "./fingerprint.ts";
import { acquireIndexLock } from "./index-lock.ts";
import type { IndexLock } from "./index-lock.ts";
import { clearLitter, JOURNAL_NAME } from "./index-litter.ts";
import { loadOldIndex } from "./old-index.ts";
import type { OldIndex } from "./old-index.ts";
import { planUpdate } from "./plan-update.ts";
import type { UpdatePlan } from "./plan-update.ts";
import { createProgressReport } from "./progress-report.ts";
import type { BuildProgress, ProgressReport } from "./progress-report.ts";
import { runBuildWorker } from "./run-build-worker.ts";
import { writeGeneration } from "./write-generation.ts";

export interface BuildOptions {
  /** The index folder, made when absent. */
  directory: string;
  fingerprint: IndexFingerprint;
  /** What there is to index; read to its end before anything is changed. */
  files: AsyncIterable<SourceFile | UnreadFile>;
  /** Reads and cuts one file. @throws AppError `document_*`, or a system error, for a file that gives no text */
  read: (file: SourceFile) => Promise<ReadDocument>;
  /** One unit-length vector a passage, in order. */
  embed: (passages: string[], signal: AbortSignal) => Promise<Float32Array[]>;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Sources outside of it stay as they are; inside of it, what `files` does not give is removed. Default: everything is inside. */
  scope?: (source: string) => boolean;
  onProgress?: (progress: BuildProgress) => void;
  /** Called once when there is a file to read, so that the embedding model can load meanwhile. */
  onReading?: () => void;
  /** Default "auto". */
  vectorIndex?: VectorIndexKind;
  /** Passages handed to `embed` at once. Default 8. */
  batchSize?: number;
  /** Calls of `embed` at once. Default 4. */
  concurrentBatches?: number;
  /** How long to wait for another writer, in milliseconds. Default 0. */
  waitMs?: number;
  /** sha256 of a file's bytes, hex. Default: reads the file. */
  hash?: (file: SourceFile) => Promise<string>;
  /** Default: the file system. */
  write?: WriteBytes;
  /** Default: `buildDataFiles` in a worker thread. */
  finish?: (request: DataFilesRequest, signal: AbortSignal) => Promise<DataFilesResult>;
}

export interface BuildResult {
  /** Counts are of documents within the scope and do not hold the failed ones. */
  documents: { added: number; updated: number; unchanged: number; removed: number; failed: UnreadFile[] };
  /** Chunks in the whole index. */
  chunks: number;
  /** Passages that were embedded. */
  embedded: number;
  /** Passages of new and changed documents whose vector was known from an earlier run or an equal passage. */
  reused: number;
  seconds: number;
  /** For the owner, in English: what was repaired or left out. */
  notes: string[];
}

/**
 * Brings the index in `directory` up to date with `files`. Only new and changed files are read, only unknown passages embedded.
 * Until the last step the old index stays in use; a run that was killed is taken up where it ended.
 * @throws AppError `index_locked`, `index_stale` or `index_damaged` (only with `scope`: the rest must be read again, too),
 * `disk_full`, `aborted`, and what `files` and `embed` throw
 */
export async function buildIndex(options: BuildOptions, signal: AbortSignal): Promise<BuildResult> {
  const { directory, waitMs = 0 } = options;
  const startedAt = options.now();
  try {
    await mkdir(directory, { recursive: true });
    const lock = await acquireIndexLock(directory, { waitMs }, signal);
    try {
      return await buildLocked(options, { lock, startedAt }, signal);
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (signal.aborted) {
      throw new AppError(
        "aborted",
        "The run was stopped: the index is unchanged, and what was embedded so far is kept for the next `xianheng ingest`.",
        { cause: error },
      );
    }
    throw folderError(diskError(error, directory), directory);
  }
}

/** An index folder that cannot be used is the owner's to mend, not a bug. */
function folderError(error: unknown, directory: string): unknown {
  const code = systemCode(error);
  const isFolder = error instanceof Error && "path" in error && String(error.path).startsWith(directory);
  if (!isFolder || !FOLDER_CODES.has(code ?? "")) return error;
  return new AppError(
    "config_invalid",
    `The index folder ${directory} cannot be written (${errorMessage(error)}): correct its rights, or choose another one with --work-dir.`,
    { cause: error },
  );
}

const FOLDER_CODES = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST"]);

async function buildLocked(
  options: BuildOptions,
  run: { lock: IndexLock; startedAt: number },
  signal: AbortSignal,
): Promise<BuildResult> {
  const { directory, fingerprint, write = writeBytes } = options;
  const report = createProgressReport(options.onProgress);
  const found: (SourceFile | UnreadFile)[] = [];
  for await (const file of options.files) {
    signal.throwIfAborted();
    found.push(file);
    report.update({ filesFound: found.length });
  }
  const old = await loadOldIndex(directory, fingerprint, { keepParsing: options.scope !== undefined });
  try {
    if (options.scope !== undefined) assertRestCanStay(old);
    await clearLitter(directory, { files: old.base?.manifest.files, others: [old.vectors.path, JOURNAL_NAME] });
    const journal = await openEmbeddingJournal(join(directory, JOURNAL_NAME), fingerprint.dimensions, { write });
    try {
      const plan = await planUpdate(found, {
        old: old.base?.manifest,
        scope: options.scope ?? (() => true),
        hash: options.hash ?? ((file) => fileSha256(file.path, signal)),
      });
      if (plan.files.some(({ kind }) => kind === "read")) options.onReading?.();
      return await update(options, { ...run, old, plan, journal, report }, signal);
    } finally {
      await journal.close();
    }
  } finally {
    old.base?.chunks.close();
  }
}

interface Update {
  lock: IndexLock;
  startedAt: number;
  old: OldIndex;
  plan: UpdatePlan;
  journal: EmbeddingJournal;
  report: ProgressReport;
}

async function update(options: BuildOptions, run: Update, signal: AbortSignal): Promise<BuildResult> {
  const { directory, fingerprint, now, write = writeBytes } = options;
  const { old, plan, journal, report } = run;
  const queue = createEmbeddingQueue(
    {
      embed: options.embed,
      journal,
      dimensions: fingerprint.dimensions,
      batchSize: options.batchSize ?? 8,
      concurrentBatches: options.concurrentBatches ?? 4,
      onEmbedded: (chunksDone) => report.update({ chunksDone, chunksQueued: queue.queued }),
    },
    signal,
  );
  const { index, collected, notes } = await writeGeneration(
    {
      directory,
      fingerprint,
      vectorIndex: options.vectorIndex ?? "auto",
      startedAt: run.startedAt,
      now,
      read: options.read,
      old,
      files: plan.files,
      journal,
      queue,
      report,
      write,
      finish: options.finish ?? runBuildWorker,
      beforeSwitch: () => run.lock.assertHeld(),
    },
    signal,
  );
  // What the journal holds is in the index now.
  await journal.close();
  await clearLitter(directory, { files: index.files, others: [] });
  const { added, updated, unchanged, reused } = collected;
  const removed = plan.removed.length;
  const outside = new Set(
    plan.files.filter((file) => file.kind === "failed" && !file.inScope).map(({ source }) => source),
  );
  const failed = collected.failed
    .filter(({ source }) => !outside.has(source))
    .map(({ source, code, message }) => ({ source, code, message }));
  return {
    documents: { added, updated, unchanged, removed, failed },
    chunks: index.chunkCount,
    embedded: queue.embedded,
    reused,
    seconds: (now() - run.startedAt) / 1000,
    notes,
  };
}

/** With a part of the sources only, an index whose other documents cannot be kept must not be replaced. */
function assertRestCanStay(old: OldIndex): void {
  if (old.base !== undefined || old.rebuild === undefined) return;
  throw old.rebuild === "damaged"
    ? new AppError("index_damaged", "The index is damaged: run `xianheng ingest` without paths to build it anew.")
    : new AppError(
        "index_stale",
        "The index was built with other settings: run `xianheng ingest` without paths to build it anew.",
      );
}
