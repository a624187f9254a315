import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
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
    await makeFolders(directory);
  } catch (error) {
    throw folderError(diskError(error, directory), directory, MAKE_CODES);
  }
}

/** Like `mkdir` with `recursive`, which turns round for ever below `/proc` (Node 20, 22). */
async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (systemCode(error) === "EEXIST" && (await isFolder(path))) return;
    const parent = dirname(path);
    if (systemCode(error) !== "ENOENT" || parent === path) throw error;
    // Another process may have made the parent in between; a second failure is final, so that this ends below `/proc` too.
    if (!(await isFolder(parent))) await makeFolders(parent);
    await makeLast(path);
  }
}

async function makeLast(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (systemCode(error) !== "EEXIST" || !(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** An index folder that cannot be used is the owner's to mend, not a bug. Hands back everything else as it is. */
export function folderError(error: unknown, directory: string, codes = FOLDER_CODES): unknown {
  const path = error instanceof Error && "path" in error ? String(error.path) : "";
  // A folder around it may be what cannot be made.
  const isAbout = path !== "" && (path.startsWith(directory) || directory.startsWith(path));
  if (!isAbout || !codes.has(systemCode(error) ?? "")) return error;
  return new AppError(
    "config_invalid",
    `The index folder ${directory} cannot be written (${errorMessage(error)}): correct its rights, or choose another one with --work-dir.`,
    { cause: error },
  );
}
