import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, errorMessage } from "../core/errors.ts";

/** Name in the work folder. */
export const WITHDRAWN = "withdrawn.json";

/**
 * Sources that were deleted over HTTP although their files belong to the owner: they stay on the disk and out of the index.
 * @throws AppError `config_invalid` for a file that is no list of sources: to take it for an empty one would bring them back
 */
export async function readWithdrawn(workDir: string): Promise<string[]> {
  const path = join(workDir, WITHDRAWN);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw unreadable(path, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, error);
  }
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
  throw unreadable(path, new Error("it is no JSON list of sources"));
}

/** Puts a new list in the place of the old one, in one step and for good. @throws AppError `disk_full` */
export async function writeWithdrawn(workDir: string, sources: readonly string[]): Promise<void> {
  const { replaceDurably, writeBytes } = await import("../search/durable-write.ts");
  // A source a line, so that an owner can take one off.
  const text = `${JSON.stringify(sources.toSorted(), undefined, 2)}\n`;
  await replaceDurably(join(workDir, WITHDRAWN), text, writeBytes);
}

function unreadable(path: string, cause: unknown): AppError {
  return new AppError(
    "config_invalid",
    `${path} cannot be read (${errorMessage(cause)}): make it a JSON list of sources, or remove it to index them again.`,
    { cause },
  );
}
