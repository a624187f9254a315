import { realpath, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { isAbsolute, join, resolve, sep } from "node:path";
import { performance } from "node:perf_hooks";
import type { LoadedConfig } from "../config/load.ts";
import type { ReadDocument, SourceFile, UnreadFile } from "../core/document.ts";
import type { Retriever } from "../core/retriever.ts";
import type { Logger } from "../core/runtime.ts";
import type { DocumentReaderOptions } from "../ingest/read-document.ts";
import type { IndexNote } from "../search/index-note.ts";
import type { IngestOptions, IngestReport, InspectReport, ReadyOptions } from "./assistant.ts";
import { fingerprintOf, indexFolderOf } from "./index-fingerprint.ts";
import { loadEmbedding, type LoadedEmbedding } from "./models.ts";
import { systemClock } from "./runtime.ts";
import { existingUploads, UPLOADS, uploadsFolderOf } from "./upload-folders.ts";
import { readWithdrawn, WITHDRAWN } from "./withdrawn-sources.ts";

/** What the program writes into the work folder. */
const GENERATED = [
  "index",
  "usage",
  "gate.json",
  "gate.json.replaced",
  "gate.json.lock",
  "gate-report.html",
  "model-check.json",
  "state.db",
  UPLOADS,
  WITHDRAWN,
];

const MIB = 1024 * 1024;

/** What only the service asks for. */
export interface IngestRun extends IngestOptions {
  /** Takes this one source out of the index and looks at nothing else. */
  without?: string;
  /** How long to wait for another process that writes the index, in milliseconds. Default 0. */
  waitMs?: number;
  /** A model that is loaded already and answers questions, too: for a few passages, which are done one by one. Default: threads. */
  embedding?: LoadedEmbedding;
}

/** Brings the index up to date with the configured corpus and the uploads, or with `paths`. */
export async function ingestDocuments(
  options: ReadyOptions,
  { paths, without, waitMs, embedding: loadedModel, onProgress }: IngestRun,
  signal: AbortSignal,
): Promise<IngestReport> {
  const { config: loaded, workDir, logger } = options;
  const { config } = loaded;
  const indexFolder = indexFolderOf(workDir);
  const [{ buildIndex }, { makeIndexFolder }, { createDocumentReader }] = await Promise.all([
    import("../search/build.ts"),
    import("../search/index-folder.ts"),
    import("../ingest/read-document.ts"),
  ]);
  await makeIndexFolder(indexFolder);
  const roots = without === undefined ? (paths?.map((path) => resolve(path)) ?? allCorpusPaths(config)) : [];
  const leftOut: string[] = [];
  logger.info("ingest.start", { roots, index: indexFolder });
  const embedding = loadedModel ?? (await loadEmbedding(options, { workers: availableParallelism() }));
  const reader = createDocumentReader(readerOptions(config));
  try {
    const result = await buildIndex(
      {
        directory: indexFolder,
        fingerprint: await fingerprintOf(embedding, config),
        files:
          without === undefined
            ? walkRoots(options, { roots, isWhole: paths === undefined, leftOut }, signal)
            : noFiles(),
        read: (file) => logRead(reader.read(file, signal), file.source, logger),
        onPhase: (phase, ms) => logger.debug("ingest.phase", { phase, ms: Math.round(ms) }),
        onReading: () => embedding.warmUp?.(),
        embed: (passages, inner) => embedding.embed(passages, "passage", inner),
        now: () => systemClock.now(),
        vectorIndex: config.index.kind,
        ...(loadedModel !== undefined && { batchSize: 1, concurrentBatches: 1 }),
        ...(paths === undefined ? {} : { scope: scopeOf(roots, loaded.sourceFolder) }),
        ...(without === undefined ? {} : { scope: (source) => source === without }),
        ...(waitMs === undefined ? {} : { waitMs }),
        ...(onProgress === undefined ? {} : { onProgress }),
      },
      signal,
    );
    const { documents, chunks, embedded, seconds, removed } = result;
    if (removed.length > 0) logger.info("ingest.removed", { sources: removed });
    for (const { source, code, message } of documents.failed) logger.warn("ingest.unread", { source, code, message });
    const isOurs = scopeOf([...roots, uploadsFolderOf(workDir)], loaded.sourceFolder);
    const outside = without === undefined ? removed.filter((source) => !isOurs(source)) : [];
    const notes = [...result.notes, ...outsideNotes(outside), ...withdrawnNotes(leftOut)];
    for (const { code, message } of notes) logger.warn("ingest.note", { code, message });
    logger.info("ingest.done", { ...documents, failed: documents.failed.length, chunks, embedded, seconds });
    return { documents, chunks, embedded, seconds, notes };
  } finally {
    await Promise.all([reader.close(), loadedModel === undefined && embedding.close?.()]);
  }
}

/** The corpus of the file and those of groups that have their own. */
function allCorpusPaths(config: LoadedConfig["config"]): string[] {
  return [...new Set([...config.corpus.paths, ...groupCorpusPaths(config)])];
}

async function* noFiles(): AsyncGenerator<SourceFile> {}

interface WalkedRoots {
  roots: string[];
  /** Whether uploads belong to it, wherever they are. */
  isWhole: boolean;
  /** Gets what was found and is withdrawn. */
  leftOut: string[];
}

/**
 * Files below the roots without those that are withdrawn. What was uploaded is taken whatever the patterns are. It looks when the
 * walk begins, which is when nobody else writes the index.
 */
async function* walkRoots(
  options: ReadyOptions,
  { roots, isWhole, leftOut }: WalkedRoots,
  signal: AbortSignal,
): AsyncGenerator<SourceFile | UnreadFile> {
  const { sourceFolder: baseFolder, config } = options.config;
  const { workDir } = options;
  const { walk } = await import("../ingest/walk.ts");
  const withdrawn = new Set(await readWithdrawn(workDir));
  const folder = uploadsFolderOf(workDir);
  const isUploaded = (root: string): boolean => root === folder || root.startsWith(folder + sep);
  const isAround = (root: string): boolean => folder.startsWith(root.endsWith(sep) ? root : root + sep);
  const owned = roots.filter((root) => !isUploaded(root));
  const all = isWhole || owned.some(isAround) ? await existingUploads(workDir) : [];
  const uploaded = [...new Set([...roots.filter(isUploaded), ...all])];
  const { include, exclude } = config.corpus;
  const own = await ownFolders(options, owned);
  const walks = [
    { roots: owned, baseFolder, include, exclude: [...exclude, ...own] },
    { roots: uploaded, baseFolder },
  ];
  for (const one of walks) {
    for await (const file of walk(one, signal)) {
      if (withdrawn.has(file.source)) leftOut.push(file.source);
      else yield file;
    }
  }
}

/** Generated files and test questions are no documents. */
async function ownFolders({ config: loaded, workDir }: ReadyOptions, roots: string[]): Promise<string[]> {
  const { sourceOf } = await import("../ingest/walk.ts");
  // Documents may be kept in the work folder; then only what the program makes there is left out.
  const holdsDocuments = roots.some((root) => root.startsWith(workDir + sep));
  const made = holdsDocuments ? GENERATED.map((name) => join(workDir, name)) : [workDir];
  const own = [...made, join(loaded.packageRoot, "corpus", "questions")];
  // A folder is left out under its own name and, where a link leads to it, under the one it is reached by.
  const real = await Promise.all(own.map(async (path) => realpath(path).catch(() => path)));
  return [...new Set([...own, ...real])]
    .filter((path) => !roots.includes(path))
    .map((path) => sourceOf(path, loaded.sourceFolder))
    .flatMap((source) => [source, `${source}/**`]);
}

/** What is read of one document. @throws AppError `document_*` */
export async function inspectFile(options: ReadyOptions, path: string, signal: AbortSignal): Promise<InspectReport> {
  const { sourceFolder } = options.config;
  const [{ sourceOf }, { createDocumentReader }] = await Promise.all([
    import("../ingest/walk.ts"),
    import("../ingest/read-document.ts"),
  ]);
  const reader = createDocumentReader(readerOptions(options.config.config));
  try {
    const file = { path, source: sourceOf(path, sourceFolder), size: 0, modifiedMs: 0 };
    const { document, markdown, chunks, pages, warnings } = await reader.read(file, signal);
    return {
      title: document.title,
      mediaType: document.mediaType,
      ...(pages === undefined ? {} : { pages }),
      markdown,
      headings: document.blocks.flatMap((block) =>
        block.kind === "heading"
          ? [{ level: block.level, text: block.text, ...(block.page === undefined ? {} : { page: block.page }) }]
          : [],
      ),
      chunks,
      warnings,
    };
  } finally {
    await reader.close();
  }
}

/** How documents are read. */
export function readerOptions({ corpus, index }: LoadedConfig["config"]): DocumentReaderOptions {
  return { maxBytes: corpus.max_file_mib * MIB, ocr: corpus.ocr, chunkChars: index.chunk_chars };
}

/** A plain run makes the index what the configuration says; who added something else by hand is told that it is gone. */
function outsideNotes(sources: string[]): IndexNote[] {
  if (sources.length === 0) return [];
  const message = `Documents outside of the configured corpus left the index (${sources.join(", ")}): add their folder to [corpus] paths to keep them.`;
  return [{ code: "outside-removed", message, details: sources }];
}

/** Whoever wonders why a file of the corpus is not answered from is told. */
function withdrawnNotes(sources: string[]): IndexNote[] {
  if (sources.length === 0) return [];
  const message = `Documents that were deleted over HTTP stay out of the index (${sources.join(", ")}): take them off ${WITHDRAWN} in the work folder to have them back.`;
  return [{ code: "withdrawn", message, details: sources }];
}

/** Notes at level "debug" what one file gave and how long it took. */
async function logRead(reading: Promise<ReadDocument>, source: string, logger: Logger): Promise<ReadDocument> {
  const startedAt = performance.now();
  const file = await reading;
  const ms = Math.round(performance.now() - startedAt);
  logger.debug("ingest.read", { source, chunks: file.chunks.length, warnings: file.warnings, ms });
  return file;
}

/** Tells which sources lie at or below one of `roots`. */
function scopeOf(roots: string[], sourceFolder: string): (source: string) => boolean {
  return (source) => {
    const path = isAbsolute(source) ? source : resolve(sourceFolder, source);
    return roots.some((root) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep));
  };
}

/** The sources below some paths, as the retriever wants them: a folder ends in a slash. */
export async function sourcesOf({ config }: ReadyOptions, paths: readonly string[]): Promise<string[]> {
  const { sourceOf } = await import("../ingest/walk.ts");
  return Promise.all(
    paths.map(async (path) => {
      const source = sourceOf(resolve(config.sourceFolder, path), config.sourceFolder);
      const isFolder = await stat(path).then(
        (found) => found.isDirectory(),
        () => false,
      );
      return isFolder ? `${source}/` : source;
    }),
  );
}

/** Whether a source is one of `sources`, or below a folder of them. */
export function isBelow(source: string, sources: readonly string[]): boolean {
  return sources.some((one) => source === one || (one.endsWith("/") && source.startsWith(one)));
}

/** A retriever of some sources only. */
export function within(retriever: Retriever, sources: string[]): Retriever {
  return {
    retrieve: (query, given, signal) => retriever.retrieve(query, { ...given, sources }, signal),
    neighbours: (chunk, before, after) => retriever.neighbours(chunk, before, after),
  };
}

function groupCorpusPaths(config: LoadedConfig["config"]): string[] {
  return config.channel.flatMap(({ group }) => group.flatMap(({ paths = [] }) => paths));
}

/**
 * Where answers may come from whoever asks: a group's own corpus, else that of the file with the uploads once some group has
 * documents that are meant for it alone; undefined for all documents.
 */
export function corpusPathsFor(
  { config: { config }, workDir }: ReadyOptions,
  group: { paths?: readonly string[] } | undefined,
): readonly string[] | undefined {
  if (group?.paths !== undefined) return group.paths;
  return groupCorpusPaths(config).length === 0 ? undefined : [...config.corpus.paths, uploadsFolderOf(workDir)];
}
