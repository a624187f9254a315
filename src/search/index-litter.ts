import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { systemCode } from "./durable-write.ts";
import { clearLockLitter } from "./index-lock.ts";
import { isDataFileName } from "./manifest.ts";
import type { DataFile, IndexManifest } from "./manifest.ts";

/** Name of the file with the vectors of an unfinished run, see `openEmbeddingJournal`. */
export const JOURNAL_NAME = "embeddings.journal";

/**
 * Removes what earlier runs left in the index folder and nobody needs: older generations, unfinished files, locks of dead
 * processes. Files of other programs stay. Call it while holding the lock.
 */
export async function clearLitter(
  directory: string,
  keep: { files: IndexManifest["files"] | undefined; others: string[] },
): Promise<void> {
  const kept = new Set(keep.others.map((path) => basename(path)));
  const files: (DataFile | undefined)[] = Object.values(keep.files ?? {});
  for (const file of files) if (file !== undefined) kept.add(file.name);
  const names = await readdir(directory);
  for (const name of names) {
    if (kept.has(name) || !(isDataFileName(name) || name === JOURNAL_NAME)) continue;
    await removeUnlessBusy(join(directory, name));
  }
  await clearLockLitter(directory, names);
}

/** Windows keeps files that a reader has open; the next run removes them. */
async function removeUnlessBusy(path: string): Promise<void> {
  try {
    await rm(path, { force: true, recursive: true });
  } catch (error) {
    const code = systemCode(error);
    if (code !== "EBUSY" && code !== "EPERM" && code !== "EACCES") throw error;
  }
}
