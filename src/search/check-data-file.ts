import { join } from "node:path";
import { systemCode } from "./durable-write.ts";
import { fileCrc32 } from "./file-checksum.ts";
import type { DataFile } from "./manifest.ts";
import { damagedFile } from "./sections.ts";

/**
 * Reads a data file of the index from end to end.
 * @returns what is wrong with it, as an AppError `index_damaged`; undefined when every byte is as it was written
 */
export async function damageOf(directory: string, file: DataFile): Promise<Error | undefined> {
  const path = join(directory, file.name);
  try {
    const { bytes, crc32 } = await fileCrc32(path);
    return bytes === file.bytes && crc32 === file.crc32 ? undefined : damagedFile(path, "has changed bytes");
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return damagedFile(path, "cannot be read", error);
  }
}
