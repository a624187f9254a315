import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, isAbsolute, join, resolve, sep } from "node:path";
import { AppError, isAppError } from "../core/errors.ts";
import type { Place } from "../core/store.ts";
import type { DocumentEntry, DocumentFunctions, StoredFile, WholeDocument } from "../http/document-functions.ts";
import { isSkippedName, sourceOf } from "../ingest/walk.ts";
import type { IndexReader } from "../search/index-files.ts";
import { readManifest, type IndexedDocument } from "../search/manifest.ts";
import type { OpenSearch } from "../search/open-search.ts";
import type { IngestReport, ReadyOptions } from "./assistant.ts";
import type { CurrentIndex } from "./current-index.ts";
import { corpusPathsFor, ingestDocuments, isBelow, sourcesOf, type IngestRun } from "./documents.ts";
import { indexFolderOf } from "./index-fingerprint.ts";
import type { LoadedEmbedding } from "./models.ts";
import { placeUpload } from "./place-upload.ts";
import type { PlaceSettings } from "./place-policies.ts";
import { createReindex } from "./reindex.ts";
import { systemClock } from "./runtime.ts";
import { createTaskQueue } from "./task-queue.ts";
import { incomingFolderOf, uploadsFolderOf } from "./upload-folders.ts";
import { createUploadReader } from "./upload-reader.ts";
import { readWithdrawn, writeWithdrawn } from "./withdrawn-sources.ts";

export interface LibraryParts {
  index: Pick<CurrentIndex<OpenSearch>, "get" | "during">;
  /** The model that questions are embedded by, loaded at its first use. */
  embedding: () => Promise<LoadedEmbedding>;
  /** What a group's documents are. */
  settingsOf: (place: Place) => Pick<PlaceSettings, "corpusPaths">;
  /** How long to wait for another process that writes the index, in milliseconds. Default 20,000. */
  waitMs?: number;
}

interface UploadPlace {
  /** Absolute path. */
  target: string;
  source: string;
  /** How many there are to be embedded. */
  passages: number;
}

export interface DocumentLibrary extends DocumentFunctions {
  /** Runs what writes the index when nothing else here does. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Stops a re-index; what it has embedded is kept for the next one. Uploads go on. */
  stopReindex(): void;
  /** Stops all that still runs, as if it had not begun. */
  close(): Promise<void>;
}

const WAIT_MS = 20_000;
/** So many passages are embedded sooner than threads for them would have started. */
const FEW_PASSAGES = 32;
/** What was left by a process that died is surely nobody's any more. */
const LITTER_MS = 3_600_000;

/** The documents of a running service: uploads and deletes, one after the other, beside the questions. */
export function createDocumentLibrary(options: ReadyOptions, parts: LibraryParts): DocumentLibrary {
  const { config: loaded, workDir, logger } = options;
  const { sourceFolder } = loaded;
  const { index, settingsOf, waitMs = WAIT_MS } = parts;
  const indexFolder = indexFolderOf(workDir);
  const uploads = uploadsFolderOf(workDir);
  const alone = createTaskQueue();
  const reader = createUploadReader(options);
  const stopping = new AbortController();
  const ending = new AbortController();
  const reindexing = createReindex({
    run: (onProgress) => alone(() => ingestDocuments(options, { onProgress, waitMs }, stopping.signal)),
    logger,
    now: () => systemClock.now(),
  });

  const pathOf = (source: string): string => (isAbsolute(source) ? source : resolve(sourceFolder, source));
  const isUploaded = (source: string): boolean => pathOf(source).startsWith(uploads + sep);

  /** Takes one file in or out; the whole index is made anew where the rest of it is of no use. */
  async function ingest(run: IngestRun, passages = 0): Promise<IngestReport> {
    const { signal } = ending;
    const hasIndex = await stat(join(indexFolder, "manifest.json")).then(
      () => true,
      () => false,
    );
    if (!hasIndex) return ingestDocuments(options, { waitMs }, signal);
    try {
      const few = passages <= FEW_PASSAGES && { embedding: await parts.embedding() };
      return await ingestDocuments(options, { ...run, ...few, waitMs }, signal);
    } catch (error) {
      if (!isAppError(error, "index_stale", "index_damaged")) throw error;
      return ingestDocuments(options, { waitMs }, signal);
    }
  }

  async function findDocument(isWanted: (one: IndexedDocument) => boolean): Promise<IndexedDocument | undefined> {
    return (await readManifest(indexFolder)).documents.find(isWanted);
  }

  function entryOf({ id, source, title, mediaType, ...rest }: IndexedDocument): DocumentEntry {
    const { chunkCount, size, modifiedMs, pages, warnings } = rest;
    return {
      id,
      source,
      title,
      mediaType,
      chunks: chunkCount,
      bytes: size,
      modifiedAt: Math.round(modifiedMs),
      ...(pages !== undefined && { pages }),
      warnings,
      uploaded: isUploaded(source),
    };
  }

  function fileOf({ source, mediaType }: IndexedDocument): StoredFile {
    const path = pathOf(source);
    return { path, name: basename(path), mediaType };
  }

  async function wholeDocument(isWanted: (one: IndexedDocument) => boolean): Promise<WholeDocument | undefined> {
    return index.during(async () => {
      const { reader: open } = await index.get();
      const document = open.documents.find(isWanted);
      return document && { ...entryOf(document), passages: passagesOf(open, document) };
    });
  }

  /** Whether whoever asks in a group, or in none, is answered from a source. */
  async function mayRead(source: string, group: string | undefined): Promise<boolean> {
    const settings =
      group === undefined ? undefined : settingsOf({ channel: "http", app: "http", conversationId: group });
    const paths = settings?.corpusPaths;
    const allowed = corpusPathsFor(options, paths === undefined ? undefined : { paths });
    return allowed === undefined || isBelow(source, await sourcesOf(options, allowed));
  }

  async function openIncoming(): Promise<string> {
    const folder = join(incomingFolderOf(workDir), randomUUID());
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** An uploaded file goes with its document. */
  async function removeUpload(source: string): Promise<void> {
    const folder = await openIncoming();
    try {
      const aside = join(folder, basename(source));
      const isMoved = await rename(pathOf(source), aside).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
          throw error;
        },
      );
      await ingest({ without: source }).catch(async (error: unknown) => {
        if (isMoved) await rename(aside, pathOf(source));
        throw error;
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** A file of the owner's own stays where it is; its source is written down. */
  async function withdraw(source: string): Promise<void> {
    const before = await readWithdrawn(workDir);
    await writeWithdrawn(workDir, [...new Set([...before, source])]);
    await ingest({ without: source }).catch(async (error: unknown) => {
      await writeWithdrawn(workDir, before);
      throw error;
    });
  }

  /** Swaps file and index; when either fails both are as they were. */
  async function place(path: string, { target, source, passages }: UploadPlace): Promise<void> {
    const placed = await placeUpload(path, target);
    let report: IngestReport;
    try {
      const withdrawn = await readWithdrawn(workDir);
      // Whoever uploads what was deleted wants it back.
      if (withdrawn.includes(source))
        await writeWithdrawn(
          workDir,
          withdrawn.filter((one) => one !== source),
        );
      report = await ingest({ paths: [target] }, passages);
    } catch (error) {
      await placed.undo();
      throw error;
    }
    const failed = report.documents.failed.find((one) => one.source === source);
    if (failed === undefined) return;
    // It was read a moment ago: something has happened to the file since.
    await placed.undo();
    await ingest(placed.hasReplaced ? { paths: [target] } : { without: source });
    throw new AppError(failed.code, failed.message);
  }

  async function clearLitter(): Promise<void> {
    const folder = incomingFolderOf(workDir);
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      if (found === undefined || systemClock.now() - found.mtimeMs < LITTER_MS) continue;
      await rm(path, { recursive: true, force: true });
    }
  }

  const clearing = clearLitter().catch((error: unknown) => logger.warn("uploads.litter", { error }));

  return {
    async list() {
      const { documents, failed } = await readManifest(indexFolder);
      return {
        documents: documents.map(entryOf),
        failed: failed.map(({ source, code, message }) => ({ path: source, code, reason: message })),
      };
    },
    document: (id) => wholeDocument((one) => one.id === id),
    async file(id) {
      const document = await findDocument((one) => one.id === id);
      return document && fileOf(document);
    },
    isIgnoredName: isSkippedName,
    openIncoming,
    async add({ name, path }) {
      const target = join(uploads, name);
      const source = sourceOf(target, sourceFolder);
      const { document, chunks, warnings } = await reader.read({ path, source }, ending.signal);
      await alone(() => place(path, { target, source, passages: chunks.length }));
      const { id, title, mediaType } = document;
      logger.info("document.uploaded", { source, chunks: chunks.length });
      return { id, source, title, mediaType, chunks: chunks.length, warnings };
    },
    remove: (id) =>
      alone(async () => {
        const document = await findDocument((one) => one.id === id);
        if (document === undefined) return false;
        const { source } = document;
        await (isUploaded(source) ? removeUpload(source) : withdraw(source));
        logger.info("document.deleted", { source });
        return true;
      }),
    reindex: reindexing.reindex,
    reindexState: reindexing.reindexState,
    watchReindex: reindexing.watchReindex,
    async source(source, { group }) {
      return (await mayRead(source, group)) ? wholeDocument((one) => one.source === source) : undefined;
    },
    async sourceFile(source, { group }) {
      const document = (await mayRead(source, group)) && (await findDocument((one) => one.source === source));
      return document === undefined || document === false ? undefined : fileOf(document);
    },
    alone,
    stopReindex: () => stopping.abort(),
    async close() {
      stopping.abort();
      ending.abort();
      await clearing;
      await reindexing.settled();
      await alone(async () => undefined);
      await reader.close();
    },
  };
}

function passagesOf(reader: IndexReader, { firstChunk, chunkCount }: IndexedDocument): WholeDocument["passages"] {
  return Array.from({ length: chunkCount }, (_, at) => {
    const { id, headings, page, text } = reader.chunk(firstChunk + at);
    return { id, headings, ...(page !== undefined && { page }), text };
  });
}
