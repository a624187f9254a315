import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { KEY_BYTES, keyText } from "./fingerprint.ts";
import { damagedFile, locateSections } from "./sections.ts";

/** The section that holds a passage key (see `passageKey`) a row, beside those of `buildExact`. */
export const KEYS_SECTION = "vectors.keys";
/** The section of `buildExact` with the vectors as they were given. */
const FLOATS_SECTION = "vectors.float";

/** The vectors of an earlier generation, found by the text they were computed from. */
export interface VectorSource {
  path: string;
  /** Passage keys, `KEY_BYTES` a row. */
  keys: Uint8Array;
  /** Byte position in the file of the vector of a passage key, or undefined. */
  find(key: string): number | undefined;
}

/** Rows handled before the event loop gets its turn: some milliseconds. */
export const ROWS_PER_TURN = 8192;

/** A source without vectors. */
export const NO_VECTORS: VectorSource = { path: "", keys: new Uint8Array(0), find: () => undefined };

/**
 * Reads the keys of a vectors file; the vectors stay on the disk.
 * @throws AppError `index_damaged`
 */
export async function openVectorSource(path: string, dimensions: number): Promise<VectorSource> {
  const handle = await open(path, "r");
  try {
    const sections = await locateSections(handle, path);
    const keysAt = sections.get(KEYS_SECTION);
    const floatsAt = sections.get(FLOATS_SECTION);
    const rows = (keysAt?.bytes ?? 0) / KEY_BYTES;
    if (keysAt === undefined || floatsAt === undefined || floatsAt.bytes !== rows * dimensions * 4) {
      throw damagedFile(path, `does not hold vectors of ${dimensions} dimensions`);
    }
    const keys = new Uint8Array(keysAt.bytes);
    await readFully(handle, keys, keysAt.position, path);
    const positions = new Map<string, number>();
    for (let row = 0; row < rows; row++) {
      if (row % ROWS_PER_TURN === 0) await nextTurn();
      positions.set(keyText(keys, row), floatsAt.position + row * dimensions * 4);
    }
    return { path, keys, find: (key) => positions.get(key) };
  } finally {
    await handle.close();
  }
}

/** Fills `bytes` from `position` on. @throws AppError `index_damaged` when the file ends before */
export async function readFully(handle: FileHandle, bytes: Uint8Array, position: number, path: string): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesRead } = await handle.read(bytes, done, bytes.byteLength - done, position + done);
    if (bytesRead === 0) throw damagedFile(path, "is cut short");
    done += bytesRead;
  }
}
