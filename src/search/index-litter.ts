import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { systemCode } from "./durable-write.ts";
import { clearLockLitter } from "./index-lock.ts";
import type { IndexNote } from "./index-note.ts";
import { isDataFileName } from "./manifest.ts";
import type { DataFile, IndexManifest } from "./manifest.ts";

/** Name of the file with the vectors of an unfinished run, see `openEmbeddingJournal`. */
export const JOURNAL_NAME = "embeddings.journal";

/**
 * Removes what earlier runs left in the index folder and nobody needs: older generations, unfinished files, locks of dead
 * processes. Files of other programs stay. Call it while holding the lock.
 * @returns names of the data files that were removed
 */
export async function clearLitter(
  directory: string,
  keep: { files: IndexManifest["files"] | undefined; others: string[] },
): Promise<string[]> {
  const kept = new Set(keep.others.map((path) => basename(path)));
  const files: (DataFile | undefined)[] = Object.values(keep.files ?? {});
  for (const file of files) if (file !== undefined) kept.add(file.name);
  const names = await readdir(directory);
  const removed: string[] = [];
  for (const name of names) {
    if (kept.has(name) || !(isDataFileName(name) || name === JOURNAL_NAME)) continue;
    if (await removeUnlessBusy(join(directory, name))) removed.push(name);
  }
  await clearLockLitter(directory, names);
  return removed;
}

/** What is told of files that earlier runs left. */
export function litterNotes(names: string[]): IndexNote[] {
  if (names.length === 0) return [];
  const message = `Files that earlier runs had left in the index folder were removed (${names.join(", ")}).`;
  return [{ code: "litter-removed", message, details: names }];
}

/** Windows keeps files that a reader has open; the next run removes them. */
async function removeUnlessBusy(path: string): Promise<boolean> {
  try {
    await rm(path, { force: true, recursive: true });
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code !== "EBUSY" && code !== "EPERM" && code !== "EACCES") throw error;
    return false;
  }
}
