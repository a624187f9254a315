import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { AppError } from "../core/errors.ts";
import { systemCode, writeBytes, writeDurably } from "./durable-write.ts";
import type { WriteBytes } from "./durable-write.ts";

export type Section =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigUint64Array;

/** Named typed arrays that are stored and loaded together. Numbers are in the machine's byte order (little-endian). */
export type Sections = Record<string, Section>;

const ARRAY_TYPES = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  f32: Float32Array,
  f64: Float64Array,
  u64: BigUint64Array,
} as const;

type ArrayType = keyof typeof ARRAY_TYPES;

/** Where one array lies. `offset` counts from the start of the data, which begins at the first multiple of `ALIGNMENT` after the header. */
interface SectionEntry {
  name: string;
  type: ArrayType;
  offset: number;
  bytes: number;
  crc32: number;
}

const MAGIC = "XHSECT\r\n";
const FORMAT_VERSION = 1;
/** Magic (8), format version, bytes of the JSON header, crc32 of the JSON header (4 each), 4 spare. */
const PREFIX_BYTES = 24;
/** A cache line; also enough for every element type and for SIMD loads. */
const ALIGNMENT = 64;
const MAX_HEADER_BYTES = 1 << 20;
/** Bytes read and checked per step: long enough for the disk, short enough (about 1 ms) for the event loop. */
const SLICE_BYTES = 4 << 20;

/**
 * Writes `sections` to `path` and waits until they are on the disk.
 * @throws AppError `disk_full`
 */
export async function writeSections(
  path: string,
  sections: Sections,
  options: { write?: WriteBytes } = {},
): Promise<void> {
  const entries: SectionEntry[] = [];
  const bodies: Uint8Array[] = [];
  let offset = 0;
  for (const [name, array] of Object.entries(sections)) {
    const body = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    const padding = aligned(body.byteLength) - body.byteLength;
    entries.push({ name, type: typeOf(array), offset, bytes: body.byteLength, crc32: crc32(body) });
    bodies.push(body, new Uint8Array(padding));
    offset += body.byteLength + padding;
  }
  const header = Buffer.from(JSON.stringify(entries));
  const start = new Uint8Array(aligned(PREFIX_BYTES + header.byteLength));
  const view = new DataView(start.buffer);
  start.set(Buffer.from(MAGIC, "latin1"));
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, header.byteLength, true);
  view.setUint32(16, crc32(header), true);
  start.set(header, PREFIX_BYTES);
  await writeDurably(path, [start, ...bodies], options.write ?? writeBytes);
}

/**
 * Loads what `writeSections` wrote, as views on one buffer, and checks every byte.
 * @throws AppError `index_damaged` naming the file when it is missing, cut, changed or of another format version.
 */
export async function readSections(path: string): Promise<Sections> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw damagedFile(path, "cannot be opened", error);
  }
  try {
    return await readOpenSections(handle, path);
  } finally {
    await handle.close();
  }
}

/** Like `readSections` for a file that is already open; `path` only names it in errors. */
export async function readOpenSections(handle: FileHandle, path: string): Promise<Sections> {
  const { size } = await handle.stat();
  if (size < PREFIX_BYTES) throw damagedFile(path, "is cut short");
  const buffer = new ArrayBuffer(size);
  const bytes = new Uint8Array(buffer);
  for (let done = 0; done < size;) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(SLICE_BYTES, size - done), done);
    if (bytesRead === 0) throw damagedFile(path, "is cut short");
    done += bytesRead;
  }
  const { entries, dataStart } = readHeader(bytes, path);
  const sections: Sections = {};
  for (const entry of entries) {
    const start = dataStart + entry.offset;
    if (start + entry.bytes > size) throw damagedFile(path, "is cut short");
    if ((await checksum(bytes.subarray(start, start + entry.bytes))) !== entry.crc32) {
      throw damagedFile(path, `has changed bytes in its part "${entry.name}"`);
    }
    const type = ARRAY_TYPES[entry.type];
    sections[entry.name] = new type(buffer, start, entry.bytes / type.BYTES_PER_ELEMENT);
  }
  return sections;
}

/**
 * Where the arrays of an open file lie, in bytes, to read parts of them. Only the header is checked.
 * @throws AppError `index_damaged`
 */
export async function locateSections(
  handle: FileHandle,
  path: string,
): Promise<Map<string, { position: number; bytes: number }>> {
  const { size } = await handle.stat();
  const bytes = Buffer.alloc(Math.min(size, PREFIX_BYTES + MAX_HEADER_BYTES));
  await handle.read(bytes, 0, bytes.byteLength, 0);
  if (bytes.byteLength < PREFIX_BYTES) throw damagedFile(path, "is cut short");
  const { entries, dataStart } = readHeader(bytes, path);
  return new Map(entries.map((entry) => [entry.name, { position: dataStart + entry.offset, bytes: entry.bytes }]));
}

function readHeader(bytes: Uint8Array, path: string): { entries: SectionEntry[]; dataStart: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (Buffer.from(bytes.subarray(0, 8)).toString("latin1") !== MAGIC) throw damagedFile(path, "is not an index file");
  if (view.getUint32(8, true) !== FORMAT_VERSION) throw damagedFile(path, "has another format version");
  const headerBytes = view.getUint32(12, true);
  if (headerBytes > MAX_HEADER_BYTES || PREFIX_BYTES + headerBytes > bytes.byteLength) {
    throw damagedFile(path, "is cut short");
  }
  const header = bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headerBytes);
  if (crc32(header) !== view.getUint32(16, true)) throw damagedFile(path, "has changed bytes in its header");
  const entries: SectionEntry[] = JSON.parse(Buffer.from(header).toString("utf8"));
  return { entries, dataStart: aligned(PREFIX_BYTES + headerBytes) };
}

async function checksum(bytes: Uint8Array): Promise<number> {
  let value = 0;
  for (let start = 0; start < bytes.byteLength; start += SLICE_BYTES) {
    if (start > 0) await nextTurn();
    value = crc32(bytes.subarray(start, start + SLICE_BYTES), value);
  }
  return value;
}

function typeOf(array: Section): ArrayType {
  for (const [type, constructor] of Object.entries(ARRAY_TYPES)) {
    if (array instanceof constructor && isArrayType(type)) return type;
  }
  throw new TypeError(`Cannot store a ${Object.prototype.toString.call(array)}.`);
}

function isArrayType(type: string): type is ArrayType {
  return type in ARRAY_TYPES;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** An AppError `index_damaged` for one file of the index, with the remedy. */
export function damagedFile(path: string, what: string, cause?: unknown): AppError {
  return new AppError("index_damaged", `The index file ${path} ${what}: run \`xianheng ingest\` to build it anew.`, {
    cause,
  });
}
