import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { Chunk } from "../core/document.ts";
import { diskError, writeBytes } from "./durable-write.ts";
import type { WriteBytes } from "./durable-write.ts";
import { damagedFile } from "./sections.ts";

/** A chunk as it lies on the disk; its document is known by its row. */
export type StoredChunk = Omit<Chunk, "documentId">;

/*
 * File: magic, one JSON record a row, a table of 16 bytes a row (offset as float64, length and crc32 as uint32), a trailer.
 * The table stands last so that rows can be streamed; a query reads only the rows it shows.
 */
const MAGIC = Buffer.from("XHCHNK\r\n", "latin1");
const TABLE_ROW_BYTES = 16;
/** Offset of the table as float64, rows and crc32 of the table as uint32, magic. */
const TRAILER_BYTES = 24;
const WRITE_BUFFER_BYTES = 1 << 20;
const READ_WINDOW_BYTES = 1 << 20;

/** Reads rows of a chunk file by position; rows are checked one by one as they are read. */
export interface ChunkStore {
  readonly rows: number;
  /** @throws AppError `index_damaged` */
  read(row: number): StoredChunk;
  /** The stored bytes of rows `[first, end)`, in order, for a copy or a whole pass. Each is valid until the next one. */
  records(first: number, end: number): Generator<Uint8Array>;
  close(): void;
}

/**
 * Opens a chunk file and keeps it open: it stays readable when a later run deletes it.
 * @throws AppError `index_damaged`; a system error when the file is missing.
 */
export function openChunkStore(path: string): ChunkStore {
  const descriptor = openSync(path, "r");
  try {
    const table = readTable(descriptor, path);
    return chunkStore(descriptor, path, table);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function chunkStore(descriptor: number, path: string, table: DataView): ChunkStore {
  const rows = table.byteLength / TABLE_ROW_BYTES;
  const offsetOf = (row: number): number => table.getFloat64(row * TABLE_ROW_BYTES, true);
  const lengthOf = (row: number): number => table.getUint32(row * TABLE_ROW_BYTES + 8, true);

  function checked(bytes: Uint8Array, row: number): Uint8Array {
    if (crc32(bytes) !== table.getUint32(row * TABLE_ROW_BYTES + 12, true)) {
      throw damagedFile(path, `has changed bytes in row ${row}`);
    }
    return bytes;
  }

  return {
    rows,
    read(row) {
      if (!Number.isInteger(row) || row < 0 || row >= rows) throw new RangeError(`No chunk ${row} of ${rows}.`);
      return decodeChunk(checked(readExactly(descriptor, path, offsetOf(row), lengthOf(row)), row));
    },
    *records(first, end) {
      for (let row = first; row < end;) {
        const start = offsetOf(row);
        let last = row + 1;
        while (last < end && offsetOf(last) + lengthOf(last) - start <= READ_WINDOW_BYTES) last++;
        const window = readExactly(descriptor, path, start, offsetOf(last - 1) + lengthOf(last - 1) - start);
        for (; row < last; row++) {
          const offset = offsetOf(row) - start;
          yield checked(window.subarray(offset, offset + lengthOf(row)), row);
        }
      }
    },
    close() {
      closeSync(descriptor);
    },
  };
}

function readTable(descriptor: number, path: string): DataView {
  const { size } = fstatSync(descriptor);
  if (size < MAGIC.byteLength + TRAILER_BYTES) throw damagedFile(path, "is cut short");
  const trailer = viewOf(readExactly(descriptor, path, size - TRAILER_BYTES, TRAILER_BYTES));
  const tableOffset = trailer.getFloat64(0, true);
  const rows = trailer.getUint32(8, true);
  const magic = readExactly(descriptor, path, size - MAGIC.byteLength, MAGIC.byteLength);
  if (!MAGIC.equals(magic) || tableOffset + rows * TABLE_ROW_BYTES !== size - TRAILER_BYTES) {
    throw damagedFile(path, "is cut short");
  }
  const table = readExactly(descriptor, path, tableOffset, rows * TABLE_ROW_BYTES);
  if (crc32(table) !== trailer.getUint32(12, true)) throw damagedFile(path, "has changed bytes in its table");
  return viewOf(table);
}

/** Collects rows into a new chunk file. */
export interface ChunkWriter {
  readonly rows: number;
  add(chunk: StoredChunk): Promise<void>;
  /** Takes over a stored row as it is. */
  copy(record: Uint8Array): Promise<void>;
  /** Writes the table and waits until all is on the disk. @throws AppError `disk_full` */
  finish(): Promise<void>;
  /** Closes the file, finished or not. */
  close(): Promise<void>;
}

/** @throws AppError `disk_full`, also from the writer's functions */
export async function createChunkWriter(path: string, options: { write?: WriteBytes } = {}): Promise<ChunkWriter> {
  const write = options.write ?? writeBytes;
  const handle = await open(path, "w");
  let buffered: Uint8Array[] = [MAGIC];
  let bufferedBytes = MAGIC.byteLength;
  let offset = MAGIC.byteLength;
  let table = new DataView(new ArrayBuffer(1024 * TABLE_ROW_BYTES));
  let rows = 0;

  async function flush(): Promise<void> {
    const bytes = Buffer.concat(buffered);
    buffered = [];
    bufferedBytes = 0;
    try {
      await write(handle, bytes);
    } catch (error) {
      throw diskError(error, path);
    }
  }

  async function append(record: Uint8Array): Promise<void> {
    if (table.byteLength === rows * TABLE_ROW_BYTES) table = doubled(table);
    table.setFloat64(rows * TABLE_ROW_BYTES, offset, true);
    table.setUint32(rows * TABLE_ROW_BYTES + 8, record.byteLength, true);
    table.setUint32(rows * TABLE_ROW_BYTES + 12, crc32(record), true);
    rows++;
    offset += record.byteLength;
    buffered.push(record);
    bufferedBytes += record.byteLength;
    if (bufferedBytes >= WRITE_BUFFER_BYTES) await flush();
  }

  return {
    get rows() {
      return rows;
    },
    async add(chunk) {
      await append(encodeChunk(chunk));
    },
    async copy(record) {
      await append(Uint8Array.from(record));
    },
    async finish() {
      const tableBytes = new Uint8Array(table.buffer, 0, rows * TABLE_ROW_BYTES);
      const trailer = new DataView(new ArrayBuffer(TRAILER_BYTES - MAGIC.byteLength));
      trailer.setFloat64(0, offset, true);
      trailer.setUint32(8, rows, true);
      trailer.setUint32(12, crc32(tableBytes), true);
      buffered.push(tableBytes, new Uint8Array(trailer.buffer), MAGIC);
      await flush();
      try {
        await handle.sync();
      } catch (error) {
        throw diskError(error, path);
      }
    },
    async close() {
      await handle.close();
    },
  };
}

/** A row as its bytes. */
function encodeChunk(chunk: StoredChunk): Uint8Array {
  return Buffer.from(
    JSON.stringify([chunk.id, chunk.text, chunk.headings, chunk.page ?? 0, chunk.start, chunk.end]),
    "utf8",
  );
}

/** Reads the bytes of a row. */
export function decodeChunk(record: Uint8Array): StoredChunk {
  const row: [string, string, string[], number, number, number] = JSON.parse(
    Buffer.from(record.buffer, record.byteOffset, record.byteLength).toString("utf8"),
  );
  const [id, text, headings, page, start, end] = row;
  return { id, text, headings, ...(page > 0 && { page }), start, end };
}

function readExactly(descriptor: number, path: string, position: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const read = readSync(descriptor, bytes, done, length - done, position + done);
    if (read === 0) throw damagedFile(path, "is cut short");
    done += read;
  }
  return bytes;
}

function doubled(table: DataView<ArrayBuffer>): DataView<ArrayBuffer> {
  const larger = new Uint8Array(table.byteLength * 2);
  larger.set(new Uint8Array(table.buffer));
  return new DataView(larger.buffer);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
