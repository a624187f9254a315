import { copyFile, link, lstat, mkdir, rename, rm, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "../core/errors.ts";
import { systemClock } from "./runtime.ts";

/** An upload that has taken its place, as long as that can be taken back. */
export interface PlacedUpload {
  /** Whether there was an older file of its name. */
  hasReplaced: boolean;
  /** Puts the older file back, or nothing where there was none. */
  undo(): Promise<void>;
}

/** No upload may be called so: the name is hidden. */
const OLDER = ".older";

/**
 * Moves a received file to its place in one step: whoever looks finds the older file or the new one, also after a power failure.
 * The older one is kept beside the received file until its folder is removed.
 * @throws AppError `usage` where a folder has that name
 */
export async function placeUpload(received: string, target: string): Promise<PlacedUpload> {
  const { syncFile, syncFolder } = await import("../search/durable-write.ts");
  const folder = dirname(target);
  await mkdir(folder, { recursive: true });
  const older = join(dirname(received), OLDER);
  const hasReplaced = await keepOlder(target, older);
  // Received and waiting for long, it would pass for a file that an earlier run has seen.
  const now = systemClock.now() / 1000;
  await utimes(received, now, now);
  await syncFile(received);
  await rename(received, target);
  await syncFolder(folder);
  return {
    hasReplaced,
    async undo() {
      if (hasReplaced) await rename(older, target);
      else await rm(target, { force: true });
      await syncFolder(folder);
    },
  };
}

/** False where there is none. */
async function keepOlder(target: string, older: string): Promise<boolean> {
  const found = await lstat(target).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return false;
  if (found.isDirectory()) {
    throw new AppError("usage", "There is a folder of this name among the uploads: give the file another name.");
  }
  // Not every file system has second names for a file.
  await link(target, older).catch(() => copyFile(target, older));
  return true;
}
