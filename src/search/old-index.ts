import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { AppError, errorMessage } from "../core/errors.ts";
import { damageOf } from "./check-data-file.ts";
import { openChunkStore } from "./chunk-store.ts";
import type { ChunkStore } from "./chunk-store.ts";
import { INDEX_FORMAT, keepsDocuments, staleParts } from "./fingerprint.ts";
import type { IndexFingerprint } from "./fingerprint.ts";
import type { IndexNote } from "./index-note.ts";
import { readManifest } from "./manifest.ts";
import type { IndexManifest } from "./manifest.ts";
import { readSections } from "./sections.ts";
import { NO_VECTORS, openVectorSource } from "./vector-source.ts";
import type { VectorSource } from "./vector-source.ts";

/** What an earlier run left that the next one can build on. */
export interface OldIndex {
  /** Present when its documents, chunks and vectors can be taken over. */
  base: { manifest: IndexManifest; chunks: ChunkStore } | undefined;
  /** Vectors by text; also those of an index whose documents must be read again. */
  vectors: VectorSource;
  /** Generations up to this one have been used. */
  generation: number;
  /** Why the data files must be made anew even if no document has changed; also why documents are read again. */
  rebuild: "damaged" | "stale" | undefined;
  notes: IndexNote[];
  /** What the next generation is built with. */
  fingerprint: IndexFingerprint;
}

export interface LoadOldIndexOptions {
  /** Keeps documents of older parsers, and says so in the next fingerprint: for runs that see a part of the sources only. */
  keepParsing: boolean;
}

/** Looks at the index in `directory` and checks every byte that would be taken over. Never fails for what it finds there. */
export async function loadOldIndex(
  directory: string,
  wanted: IndexFingerprint,
  { keepParsing }: LoadOldIndexOptions,
): Promise<OldIndex> {
  let manifest: IndexManifest;
  try {
    manifest = await readManifest(directory);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const isDamaged = error.code !== "index_missing";
    return {
      base: undefined,
      vectors: await salvageVectors(directory, wanted),
      generation: await lastGeneration(directory),
      rebuild: isDamaged ? "damaged" : undefined,
      notes: isDamaged ? [damageNote(error)] : [],
      fingerprint: wanted,
    };
  }
  // A format of the future may count its generations in another way.
  const generation = Number.isSafeInteger(manifest.generation) ? manifest.generation : await lastGeneration(directory);
  if (manifest.format !== INDEX_FORMAT) {
    const notes = [staleNote([`format: ${manifest.format}, wanted ${INDEX_FORMAT}`])];
    const nothing = { base: undefined, vectors: NO_VECTORS, notes };
    return { ...nothing, generation, rebuild: "stale", fingerprint: wanted };
  }
  const fingerprint = keepParsing ? { ...wanted, parsing: manifest.fingerprint.parsing } : wanted;
  const [chunks, vectors, lexical, graph] = await Promise.all(
    [manifest.files.chunks, manifest.files.vectors, manifest.files.lexical, manifest.files.hnsw].map(async (file) =>
      file === undefined ? undefined : await damageOf(directory, file),
    ),
  );
  const damage = chunks ?? vectors ?? lexical ?? graph;
  const notes = damage === undefined ? [] : [damageNote(damage)];
  const sameVectors =
    manifest.fingerprint.embedding === fingerprint.embedding &&
    manifest.fingerprint.dimensions === fingerprint.dimensions;
  const source =
    vectors === undefined && sameVectors
      ? await openVectorSource(join(directory, manifest.files.vectors.name), fingerprint.dimensions)
      : NO_VECTORS;
  const stale = staleParts(manifest.fingerprint, fingerprint);
  const isStale = stale.length > 0;
  const rebuild = damage === undefined ? (isStale ? "stale" : undefined) : "damaged";
  const takesOver = chunks === undefined && vectors === undefined && keepsDocuments(manifest.fingerprint, fingerprint);
  const base = takesOver
    ? { manifest, chunks: openChunkStore(join(directory, manifest.files.chunks.name)) }
    : undefined;
  if (base === undefined && damage === undefined) notes.push(staleNote(stale.length > 0 ? stale : ["parsing"]));
  const why = base === undefined ? (rebuild ?? "stale") : rebuild;
  return { base, vectors: source, generation, rebuild: why, notes, fingerprint };
}

function damageNote(error: Error): IndexNote {
  const fault = errorMessage(error);
  return {
    code: "index-damaged",
    message: `The old index was damaged and has been built anew (${fault}).`,
    details: [fault],
  };
}

/** Nothing to tell when only the words or the graph are made anew: no document is read again for that. */
function staleNote(parts: string[]): IndexNote {
  return {
    code: "index-stale",
    message: `The old index was made with other settings (${parts.join(", ")}), so all documents were read again.`,
    details: parts,
  };
}

/** The newest vectors file without its manifest: keys name their texts, so what passes its checks is right. */
async function salvageVectors(directory: string, fingerprint: IndexFingerprint): Promise<VectorSource> {
  const generation = await lastGeneration(directory, /^vectors-(\d+)\.bin$/);
  if (generation === 0) return NO_VECTORS;
  const path = join(directory, `vectors-${generation}.bin`);
  try {
    await readSections(path);
    return await openVectorSource(path, fingerprint.dimensions);
  } catch (error) {
    if (error instanceof AppError) return NO_VECTORS;
    throw error;
  }
}

/** Highest generation that any data file names, 0 without one. */
async function lastGeneration(directory: string, pattern = /^[a-z]+-(\d+)\.bin$/): Promise<number> {
  let last = 0;
  for (const name of await readdir(directory)) last = Math.max(last, Number(pattern.exec(name)?.[1] ?? 0));
  return last;
}
