import { stat } from "node:fs/promises";
import { join } from "node:path";

/** Names in the work folder. */
export const UPLOADS = "uploads";

/** Where uploaded documents are kept: a part of the corpus, beside what `[corpus] paths` names. */
export function uploadsFolderOf(workDir: string): string {
  return join(workDir, UPLOADS);
}

/** Where uploads lie until they are whole and read. A hidden name: no walk goes into it. */
export function incomingFolderOf(workDir: string): string {
  return join(uploadsFolderOf(workDir), ".incoming");
}

/** The folder of uploads as a list, empty as long as there has been none. */
export async function existingUploads(workDir: string): Promise<string[]> {
  const folder = uploadsFolderOf(workDir);
  const isThere = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isThere ? [folder] : [];
}
