import { constants, type Stats } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { AppError, errorMessage } from "../core/errors.ts";

export interface ReadBytesOptions {
  path: string;
  /** Name of the file for its owner. */
  source: string;
  /** Larger files are refused before they are read. */
  maxBytes: number;
}

/**
 * Reads a regular file whole; pipes, sockets and devices are never opened.
 * @throws AppError `document_unreadable`, `document_too_large`
 */
export async function readBytes({ path, source, maxBytes }: ReadBytesOptions): Promise<Uint8Array> {
  let handle: FileHandle | undefined;
  try {
    checkKind(await stat(path), source, maxBytes);
    // The file may have become a pipe since: opening one for reading must not wait for a writer.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const { size } = checkKind(await handle.stat(), source, maxBytes);
    const bytes = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled === size ? bytes : bytes.subarray(0, filled);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("document_unreadable", `"${source}" cannot be read: ${reasonOf(error)}.`, { cause: error });
  } finally {
    await handle?.close();
  }
}

function checkKind(stats: Stats, source: string, maxBytes: number): Stats {
  if (stats.isDirectory()) throw new AppError("document_unreadable", `"${source}" is a folder, not a file.`);
  if (!stats.isFile())
    throw new AppError("document_unreadable", `"${source}" is a pipe, socket or device, not a file.`);
  if (stats.size > maxBytes) {
    const message = `"${source}" has ${mebibytes(stats.size)} MiB; at most ${mebibytes(maxBytes)} MiB are read. Split it into smaller files.`;
    throw new AppError("document_too_large", message);
  }
  return stats;
}

function mebibytes(bytes: number): string {
  const value = bytes / 1024 / 1024;
  return value < 10 ? value.toFixed(1) : Math.ceil(value).toString();
}

const REASONS = new Map([
  ["ENOENT", "it is no longer there"],
  ["ENOTDIR", "a part of its path is not a folder"],
  ["EACCES", "permission denied; check who may read it"],
  ["EPERM", "the operating system does not permit it"],
  ["EISDIR", "it is a folder"],
  ["ELOOP", "its links run in a circle"],
  ["ENAMETOOLONG", "its path is too long"],
  ["EMFILE", "too many files are open"],
  ["ENFILE", "too many files are open"],
  ["EIO", "the disk reports an error"],
  ["EBUSY", "another program holds it"],
  ["ENXIO", "no device answers"],
  ["ESTALE", "its network drive has gone"],
  ["ETIMEDOUT", "its drive does not answer"],
]);

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = REASONS.get(code);
  return reason === undefined ? errorMessage(error) : `${reason} (${code})`;
}
