import type { SourceFile, UnreadFile } from "../core/document.ts";
import { systemCode } from "./durable-write.ts";
import type { FailedFile, IndexedDocument, IndexManifest } from "./manifest.ts";

/**
 * A file whose time is this close to the last run, in milliseconds, may have been changed after it was read without a
 * newer time: file systems count in steps of up to 2 s (FAT).
 */
const SAME_TIME_MS = 2_000;

/** True when a file of this time cannot have changed since the run that wrote `index` without getting a newer one. */
export function isSettledTime(modifiedMs: number, index: Pick<IndexManifest, "startedAt">): boolean {
  return modifiedMs < index.startedAt - SAME_TIME_MS;
}

/** What is to be done with one source. */
export type PlannedFile =
  | { kind: "keep"; source: string; old: IndexedDocument; size: number; modifiedMs: number; inScope: boolean }
  | { kind: "read"; source: string; file: SourceFile; old: IndexedDocument | undefined }
  | { kind: "failed"; source: string; failed: FailedFile; inScope: boolean };

export interface UpdatePlan {
  /** By source, in code unit order. */
  files: PlannedFile[];
  /** Documents that are in the old index and neither walked nor out of scope. */
  removed: IndexedDocument[];
}

export interface PlanOptions {
  /** The index to build on; none makes every file new. */
  old: IndexManifest | undefined;
  scope: (source: string) => boolean;
  /** sha256 of a file's bytes, hex. */
  hash: (file: SourceFile) => Promise<string>;
}

/** Compares what was found with what is indexed: only files that are new or have changed bytes are to be read. */
export async function planUpdate(found: (SourceFile | UnreadFile)[], options: PlanOptions): Promise<UpdatePlan> {
  const { old, scope } = options;
  const documents = new Map(old?.documents.map((document) => [document.source, document]));
  const failures = new Map(old?.failed.map((failed) => [failed.source, failed]));
  const planned = new Map<string, PlannedFile>();
  for (const item of found) {
    const { source } = item;
    if (planned.has(source)) continue;
    if ("code" in item) planned.set(source, { kind: "failed", source, failed: item, inScope: true });
    else {
      const past = { document: documents.get(source), failed: failures.get(source) };
      planned.set(source, await planFile(item, past, options));
    }
  }
  const removed: IndexedDocument[] = [];
  for (const [source, document] of documents) {
    if (planned.has(source)) continue;
    const { size, modifiedMs } = document;
    if (scope(source)) removed.push(document);
    else planned.set(source, { kind: "keep", source, old: document, size, modifiedMs, inScope: false });
  }
  for (const [source, failed] of failures) {
    if (planned.has(source) || scope(source)) continue;
    planned.set(source, { kind: "failed", source, failed, inScope: false });
  }
  const files = [...planned.values()].toSorted((left, right) => (left.source < right.source ? -1 : 1));
  return { files, removed };
}

async function planFile(
  file: SourceFile,
  past: { document: IndexedDocument | undefined; failed: FailedFile | undefined },
  { old, hash }: PlanOptions,
): Promise<PlannedFile> {
  const { source, size, modifiedMs } = file;
  const settled = old !== undefined && isSettledTime(modifiedMs, old);
  const { document, failed } = past;
  if (document !== undefined) {
    const isSame = document.size === size && document.modifiedMs === modifiedMs && settled;
    if (isSame || (document.size === size && (await hashOf(file, hash)) === document.hash)) {
      return { kind: "keep", source, old: document, size, modifiedMs, inScope: true };
    }
  }
  // Rights and locks change without a new time, so an unreadable file is always tried again.
  if (failed !== undefined && failed.code !== "document_unreadable" && settled) {
    if (failed.size === size && failed.modifiedMs === modifiedMs) {
      return { kind: "failed", source, failed, inScope: true };
    }
  }
  return { kind: "read", source, file, old: document };
}

/** Undefined when the file cannot be read: reading it as a document will tell why. */
async function hashOf(file: SourceFile, hash: PlanOptions["hash"]): Promise<string | undefined> {
  try {
    return await hash(file);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
