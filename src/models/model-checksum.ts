import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AppError, errorMessage } from "../core/errors.ts";

/** `manifest.json` of a model folder. */
export interface ModelManifest {
  files: { path: string; bytes: number; sha256: string }[];
}

/** A file that has passed: it is not summed again while size and time stay. */
interface CheckedFile {
  bytes: number;
  modifiedMs: number;
  sha256: string;
}

/** By absolute path. */
type CheckState = Record<string, CheckedFile>;

/**
 * Compares the files of a model folder with its `manifest.json`: by sha256 once, then by size and time as noted in `statePath`.
 * A folder without a manifest is accepted.
 * @throws AppError `embedding_model_missing` for a missing file, `embedding_model_damaged` naming the file, what was expected and found
 */
export async function verifyModel(folder: string, statePath: string): Promise<void> {
  const manifest = await readModelManifest(folder);
  if (manifest === undefined) return;
  const before = await readState(statePath);
  const after: CheckState = { ...before };
  for (const file of manifest.files) {
    const path = resolve(folder, file.path);
    after[path] = await checkFile(path, file, before[path]);
  }
  if (JSON.stringify(after) !== JSON.stringify(before)) await writeState(statePath, after);
}

async function checkFile(
  path: string,
  file: ModelManifest["files"][number],
  known: CheckedFile | undefined,
): Promise<CheckedFile> {
  const { bytes, modifiedMs } = await sizeAndTime(path);
  if (bytes !== file.bytes) throw damaged(path, `${file.bytes} bytes`, `${bytes} bytes`);
  if (known?.bytes === bytes && known.modifiedMs === modifiedMs && known.sha256 === file.sha256) return known;
  const sha256 = await sha256Of(path);
  if (sha256 !== file.sha256) throw damaged(path, `sha256 ${file.sha256}`, sha256);
  return { bytes, modifiedMs, sha256 };
}

async function sizeAndTime(path: string): Promise<{ bytes: number; modifiedMs: number }> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { bytes: size, modifiedMs: mtimeMs };
  } catch (cause) {
    throw new AppError(
      "embedding_model_missing",
      `The embedding model's file ${path} is missing: restore it from the repository, or set [embedding] model to another folder.`,
      { cause },
    );
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece);
  } catch (cause) {
    throw new AppError(
      "embedding_model_damaged",
      `The embedding model's file ${path} cannot be read (${errorMessage(cause)}): restore it from the repository.`,
      { cause },
    );
  }
  return hash.digest("hex");
}

function damaged(path: string, expected: string, found: string): AppError {
  return new AppError(
    "embedding_model_damaged",
    `The embedding model's file ${path} is damaged (expected ${expected}, found ${found}): restore it from the repository (git checkout, git lfs pull), or reinstall the package.`,
  );
}

async function readModelManifest(folder: string): Promise<ModelManifest | undefined> {
  const path = join(folder, "manifest.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    // A model of one's own needs none; whether there is a model at all is found when it is loaded.
    if (isSystemError(error, "ENOENT", "ENOTDIR")) return undefined;
    throw new AppError("embedding_model_damaged", `${path} cannot be read (${errorMessage(error)}).`, { cause: error });
  }
  try {
    const manifest: ModelManifest = JSON.parse(text);
    if (Array.isArray(manifest.files)) return manifest;
  } catch (cause) {
    throw new AppError("embedding_model_damaged", `${path} is not valid JSON: restore it or remove it.`, { cause });
  }
  throw new AppError("embedding_model_damaged", `${path} lists no files: restore it or remove it.`);
}

/** A state that cannot be read only means that the files are summed again. */
async function readState(path: string): Promise<CheckState> {
  try {
    const state: CheckState | null = JSON.parse(await readFile(path, "utf8"));
    return state !== null && typeof state === "object" ? state : {};
  } catch {
    return {};
  }
}

async function writeState(path: string, state: CheckState): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, JSON.stringify(state));
    await rename(temporary, path);
  } catch (error) {
    // It saves a tenth of a second next time; a read-only or full work folder has its own errors where they matter.
    if (!isSystemError(error, "EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT")) throw error;
  }
}

function isSystemError(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}
