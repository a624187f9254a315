import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { rm } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { diskError, writeBytes } from "./durable-write.ts";
import type { WriteBytes } from "./durable-write.ts";
import { KEY_BYTES, keyText } from "./fingerprint.ts";

/*
 * File: magic, dimensions, crc32 of both, then records of one size: key, vector as float32, crc32 of both.
 * Records are only appended, so that whatever a killed run had computed is there for the next one.
 */
const MAGIC = Buffer.from("XHEMBJ\r\n", "latin1");
const HEADER_BYTES = MAGIC.byteLength + 8;
const READ_BYTES = 4 << 20;

export interface JournalRecord {
  /** See `passageKey`. */
  key: Uint8Array;
  vector: Float32Array;
}

/** Vectors computed since the last whole index, on the disk. */
export interface EmbeddingJournal {
  readonly path: string;
  readonly count: number;
  /** Byte offset of the vector in the file, or undefined. */
  find(key: string): number | undefined;
  /** Appends records; calls may overlap. @throws AppError `disk_full` */
  append(records: JournalRecord[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the journal at `path` or begins one. Records that do not pass their check (the last one of a killed run) are left out;
 * a journal of vectors of another length is begun anew.
 * @throws AppError `disk_full`
 */
export async function openEmbeddingJournal(
  path: string,
  dimensions: number,
  options: { write?: WriteBytes } = {},
): Promise<EmbeddingJournal> {
  const write = options.write ?? writeBytes;
  const recordBytes = KEY_BYTES + dimensions * 4 + 4;
  let handle = await open(path, "a+");
  try {
    if (!(await hasHeader(handle, dimensions))) {
      await handle.close();
      await rm(path);
      handle = await open(path, "a+");
      await write(handle, header(dimensions));
    }
    const offsets = await readOffsets(handle, recordBytes);
    return journal(handle, path, { recordBytes, offsets, write });
  } catch (error) {
    await handle.close();
    throw diskError(error, path);
  }
}

interface JournalState {
  recordBytes: number;
  offsets: Map<string, number>;
  write: WriteBytes;
}

async function journal(handle: FileHandle, path: string, state: JournalState): Promise<EmbeddingJournal> {
  const { recordBytes, offsets, write } = state;
  const { size } = await handle.stat();
  let end = size - ((size - HEADER_BYTES) % recordBytes);
  await handle.truncate(end);
  let last: Promise<void> = Promise.resolve();

  async function appendNow(records: JournalRecord[]): Promise<void> {
    const bytes = Buffer.alloc(records.length * recordBytes);
    for (const [index, { key, vector }] of records.entries()) {
      const record = bytes.subarray(index * recordBytes, (index + 1) * recordBytes);
      record.set(key);
      record.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), KEY_BYTES);
      record.writeUInt32LE(crc32(record.subarray(0, recordBytes - 4)), recordBytes - 4);
    }
    try {
      await write(handle, bytes);
    } catch (error) {
      throw diskError(error, path);
    }
    for (const [index, { key }] of records.entries()) offsets.set(keyText(key), end + index * recordBytes + KEY_BYTES);
    end += bytes.byteLength;
  }

  return {
    path,
    get count() {
      return offsets.size;
    },
    find(key) {
      return offsets.get(key);
    },
    append(records) {
      last = last.then(() => appendNow(records));
      return last;
    },
    async close() {
      await handle.close();
    },
  };
}

function header(dimensions: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.set(MAGIC);
  bytes.writeUInt32LE(dimensions, MAGIC.byteLength);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, HEADER_BYTES - 4)), HEADER_BYTES - 4);
  return bytes;
}

async function hasHeader(handle: FileHandle, dimensions: number): Promise<boolean> {
  const bytes = Buffer.alloc(HEADER_BYTES);
  const { bytesRead } = await handle.read(bytes, 0, HEADER_BYTES, 0);
  return bytesRead === HEADER_BYTES && bytes.equals(header(dimensions));
}

async function readOffsets(handle: FileHandle, recordBytes: number): Promise<Map<string, number>> {
  const offsets = new Map<string, number>();
  const records = Math.max(1, Math.floor(READ_BYTES / recordBytes));
  const bytes = Buffer.alloc(records * recordBytes);
  for (let position = HEADER_BYTES; ;) {
    const { bytesRead } = await handle.read(bytes, 0, bytes.byteLength, position);
    const whole = Math.floor(bytesRead / recordBytes);
    for (let index = 0; index < whole; index++) {
      const record = bytes.subarray(index * recordBytes, (index + 1) * recordBytes);
      if (crc32(record.subarray(0, recordBytes - 4)) !== record.readUInt32LE(recordBytes - 4)) continue;
      offsets.set(keyText(record), position + index * recordBytes + KEY_BYTES);
    }
    if (whole === 0) return offsets;
    position += whole * recordBytes;
  }
}
