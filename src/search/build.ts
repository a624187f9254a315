import { join } from "node:path";
import type { ReadDocument, SourceFile, UnreadFile } from "../core/document.ts";
import { AppError } from "../core/errors.ts";
import type { DataFilesRequest, DataFilesResult, VectorIndexKind } from "./data-files.ts";
import { diskError, writeBytes } from "./durable-write.ts";
import type { WriteBytes } from "./durable-write.ts";
import { openEmbeddingJournal } from "./embedding-journal.ts";
import type { EmbeddingJournal } from "./embedding-journal.ts";
import { createEmbeddingQueue } from "./embedding-queue.ts";
import { fileSha256 } from "./file-checksum.ts";
import type { IndexFingerprint } from "./fingerprint.ts";
import { folderError, makeIndexFolder } from "./index-folder.ts";
import { acquireIndexLock } from "./index-lock.ts";
import type { IndexLock } from "./index-lock.ts";
import { clearLitter, JOURNAL_NAME, litterNotes } from "./index-litter.ts";
import type { IndexNote } from "./index-note.ts";
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
  /** Told after each part of the run, with the milliseconds that it took. */
  onPhase?: (phase: BuildPhase, ms: number) => void;
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

export type BuildPhase = "find files" | "check index" | "compare files" | "read and embed" | "write index";

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
  /** Sources whose documents left the index. */
  removed: string[];
  /** What was repaired or left out. */
  notes: IndexNote[];
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
    await makeIndexFolder(directory);
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

async function buildLocked(
  options: BuildOptions,
  run: { lock: IndexLock; startedAt: number },
  signal: AbortSignal,
): Promise<BuildResult> {
  const { directory, fingerprint, write = writeBytes } = options;
  const report = createProgressReport(options.onProgress);
  const endPhase = phaseClock(options);
  const found: (SourceFile | UnreadFile)[] = [];
  for await (const file of options.files) {
    signal.throwIfAborted();
    found.push(file);
    report.update({ filesFound: found.length });
  }
  endPhase("find files");
  const old = await loadOldIndex(directory, fingerprint, { keepParsing: options.scope !== undefined });
  try {
    if (options.scope !== undefined) assertRestCanStay(old);
    const keep = { files: old.base?.manifest.files, others: [old.vectors.path, JOURNAL_NAME] };
    const litter = await clearLitter(directory, keep);
    endPhase("check index");
    const journal = await openEmbeddingJournal(join(directory, JOURNAL_NAME), fingerprint.dimensions, { write });
    try {
      const plan = await planUpdate(found, {
        old: old.base?.manifest,
        scope: options.scope ?? (() => true),
        hash: options.hash ?? ((file) => fileSha256(file.path, signal)),
      });
      endPhase("compare files");
      if (plan.files.some(({ kind }) => kind === "read")) options.onReading?.();
      const result = await update(options, { ...run, old, plan, journal, report, endPhase }, signal);
      // The files of a damaged index are no news beside that it was damaged.
      return result.notes.length > 0 ? result : { ...result, notes: litterNotes(litter) };
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
  endPhase: (phase: BuildPhase) => void;
}

/** Tells how long each part took, from the end of the one before. */
function phaseClock({ now, onPhase }: BuildOptions): (phase: BuildPhase) => void {
  let startedAt = now();
  return (phase) => {
    const endedAt = now();
    onPhase?.(phase, endedAt - startedAt);
    startedAt = endedAt;
  };
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
      onCollected: () => run.endPhase("read and embed"),
    },
    signal,
  );
  // What the journal holds is in the index now.
  await journal.close();
  await clearLitter(directory, { files: index.files, others: [] });
  run.endPhase("write index");
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
    removed: plan.removed.map(({ source }) => source),
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
