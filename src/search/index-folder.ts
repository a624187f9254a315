import { mkdir } from "node:fs/promises";
import { AppError, errorMessage } from "../core/errors.ts";
import { diskError, systemCode } from "./durable-write.ts";

const FOLDER_CODES = new Set(["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST"]);
/** Of a folder that is there these would be bugs. */
const MAKE_CODES = new Set([...FOLDER_CODES, "ENOENT", "ELOOP", "ENAMETOOLONG", "EINVAL"]);

/**
 * Makes the index folder and those around it.
 * @throws AppError `config_invalid`, `disk_full`
 */
export async function makeIndexFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw folderError(diskError(error, directory), directory, MAKE_CODES);
  }
}

/** An index folder that cannot be used is the owner's to mend, not a bug. Hands back everything else as it is. */
export function folderError(error: unknown, directory: string, codes = FOLDER_CODES): unknown {
  const path = error instanceof Error && "path" in error ? String(error.path) : "";
  // A folder around it may be what cannot be made.
  const isFolder = path !== "" && (path.startsWith(directory) || directory.startsWith(path));
  if (!isFolder || !codes.has(systemCode(error) ?? "")) return error;
  return new AppError(
    "config_invalid",
    `The index folder ${directory} cannot be written (${errorMessage(error)}): correct its rights, or choose another one with --work-dir.`,
    { cause: error },
  );
}
