import { open, rename, rm } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "../core/errors.ts";

/** Appends all of `bytes` to an open file. Passed in so that a test can fill the disk. */
export type WriteBytes = (handle: FileHandle, bytes: Uint8Array) => Promise<void>;

/** Appends with the platform's own write, which may take several calls for one piece. */
export async function writeBytes(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, null);
    done += bytesWritten;
  }
}

/**
 * Writes a whole file and waits until it is on the disk; the folder entry is the caller's to sync.
 * @throws AppError `disk_full`
 */
export async function writeDurably(path: string, pieces: Iterable<Uint8Array>, write: WriteBytes): Promise<void> {
  try {
    const handle = await open(path, "w");
    try {
      for (const piece of pieces) await write(handle, piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw diskError(error, path);
  }
}

/**
 * Puts `text` in the place of a file in one step: readers see the old file or the new one, also after a power failure.
 * @throws AppError `disk_full`
 */
export async function replaceDurably(path: string, text: string, write: WriteBytes): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await writeDurably(temporary, [Buffer.from(text)], write);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskError(error, path);
  }
  await syncFolder(dirname(path));
}

/** Waits until a file that something else has written is on the disk. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes new names in a folder last through a power failure, where the platform can. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder; its file systems journal names by themselves.
  if (process.platform === "win32") return;
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Code of a system error (`ENOENT`), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Turns "no space left" and "over quota" into `disk_full`; hands back everything else as it is. */
export function diskError(error: unknown, path: string): unknown {
  const code = systemCode(error);
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new AppError(
    "disk_full",
    `The disk is full: ${path} could not be written. Free some space and run \`xianheng ingest\` again; the index in use is unchanged.`,
    { cause: error },
  );
}
