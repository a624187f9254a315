import { crc32, inflateRawSync } from "node:zlib";
import type { ParseInput } from "../../core/document.ts";
import { AppError } from "../../core/errors.ts";
import { isOleFile, oleStreamNames } from "./ole2.ts";

export interface ZipLimits {
  /** Entries in the archive. */
  maxEntries: number;
  /** Inflated bytes of all packed entries together; entries stored as they are do not count. */
  maxInflatedBytes: number;
  /** Inflated bytes of the archive / its packed bytes, looked at above `ratioFreeBytes`. Deflate itself ends at 1032. */
  maxRatio: number;
  /** Archives that inflate to no more than this may have any ratio. */
  ratioFreeBytes: number;
}

const MEBIBYTE = 1024 * 1024;
const DEFAULT_LIMITS: ZipLimits = {
  maxEntries: 20_000,
  maxInflatedBytes: 200 * MEBIBYTE,
  maxRatio: 250,
  ratioFreeBytes: 8 * MEBIBYTE,
};

/** A ZIP container whose directory was found sound and small enough. Names use `/`, without a leading one. */
export interface ZipArchive {
  /** File names in the order of the directory. */
  names: string[];
  /** Bytes of an entry; names are compared as they are, then without case. `undefined` when there is none. */
  read(name: string): Uint8Array | undefined;
}

interface ZipEntry {
  method: number;
  crc: number;
  packedBytes: number;
  inflatedBytes: number;
  headerOffset: number;
}

const STORED = 0;
const DEFLATED = 8;

/**
 * Opens a ZIP container. Limits are checked on the directory before anything is inflated, and again while inflating: a
 * directory may lie. Archives inside the archive are not followed.
 * Source of the layout: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16.
 * @throws AppError `document_empty`, `document_encrypted`, `document_damaged`, `document_too_large`, `document_unsupported`
 */
export function openZip({ bytes, name }: ParseInput, limits: Partial<ZipLimits> = {}): ZipArchive {
  if (bytes.length === 0) throw new AppError("document_empty", `"${name}" has no bytes; restore it from its source.`);
  if (isOleFile(bytes)) throw oleInsteadOfZip(bytes, name);
  const entries = readDirectory(bytes, name, { ...DEFAULT_LIMITS, ...limits });
  let unreadBytes = (limits.maxInflatedBytes ?? DEFAULT_LIMITS.maxInflatedBytes) * 2;
  const byLowerCase = new Map([...entries.keys()].map((entryName) => [entryName.toLowerCase(), entryName]));
  return {
    names: [...entries.keys()],
    read(entryName) {
      const entry = entries.get(entryName) ?? entries.get(byLowerCase.get(entryName.toLowerCase()) ?? "");
      if (entry === undefined) return undefined;
      // A part may be referred to any number of times.
      unreadBytes -= entry.inflatedBytes;
      if (unreadBytes < 0) throw tooLarge(name, "it refers to the same large part again and again");
      return readEntry(bytes, entry, `"${entryName}" in "${name}"`);
    },
  };
}

function oleInsteadOfZip(bytes: Uint8Array, name: string): AppError {
  if (oleStreamNames(bytes).includes("EncryptedPackage")) {
    return new AppError("document_encrypted", `"${name}" needs a password; save a copy without one.`);
  }
  return new AppError(
    "document_unsupported",
    `"${name}" is an old binary Office file under a new name; open it and save it in the present format.`,
  );
}

function readDirectory(bytes: Uint8Array, name: string, limits: ZipLimits): Map<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { start, count } = findDirectory(view, name);
  if (count > limits.maxEntries) throw tooLarge(name, `it holds ${count} files`);
  const entries = new Map<string, ZipEntry>();
  const decoder = new TextDecoder();
  let inflatedBytes = 0;
  let packedBytes = 0;
  let offset = start;
  for (let index = 0; index < count; index += 1) {
    if (offset + 46 > bytes.length || view.getUint32(offset, true) !== 0x02014b50) throw cutShort(name);
    const nameBytes = view.getUint16(offset + 28, true);
    const extraBytes = view.getUint16(offset + 30, true);
    const entry: ZipEntry = {
      method: view.getUint16(offset + 10, true),
      crc: view.getUint32(offset + 16, true),
      packedBytes: view.getUint32(offset + 20, true),
      inflatedBytes: view.getUint32(offset + 24, true),
      headerOffset: view.getUint32(offset + 42, true),
    };
    if ((view.getUint16(offset + 8, true) & 1) !== 0) {
      throw new AppError("document_encrypted", `"${name}" needs a password; save a copy without one.`);
    }
    const nameEnd = offset + 46 + nameBytes;
    if (nameEnd + extraBytes > bytes.length) throw cutShort(name);
    applyZip64(view, nameEnd, nameEnd + extraBytes, entry);
    const entryName = decoder
      .decode(bytes.subarray(offset + 46, nameEnd))
      .replaceAll("\\", "/")
      .replace(/^\/+/, "");
    if (entry.method !== STORED) {
      inflatedBytes += entry.inflatedBytes;
      packedBytes += entry.packedBytes;
    }
    if (!entryName.endsWith("/")) entries.set(entryName, entry);
    offset = nameEnd + extraBytes + view.getUint16(offset + 32, true);
  }
  if (inflatedBytes > limits.maxInflatedBytes) throw tooLarge(name, `it unpacks to ${mebibytes(inflatedBytes)} MiB`);
  if (inflatedBytes > limits.ratioFreeBytes && inflatedBytes > packedBytes * limits.maxRatio) {
    throw tooLarge(name, `it unpacks to ${mebibytes(inflatedBytes)} MiB from ${mebibytes(packedBytes)} MiB`);
  }
  return entries;
}

/** Place and length of the central directory, from the end record or its 64-bit form. */
function findDirectory(view: DataView, name: string): { start: number; count: number } {
  const earliest = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let end = view.byteLength - 22; end >= earliest; end -= 1) {
    if (view.getUint32(end, true) !== 0x06054b50) continue;
    const count = view.getUint16(end + 10, true);
    const start = view.getUint32(end + 16, true);
    if (count !== 0xffff && start !== 0xffffffff) {
      // Otherwise bytes are missing from the middle, or the archive was glued to another file.
      if (start + view.getUint32(end + 12, true) !== end) throw cutShort(name);
      return { start, count };
    }
    const locator = end - 20;
    if (locator < 0 || view.getUint32(locator, true) !== 0x07064b50) throw cutShort(name);
    const record = Number(view.getBigUint64(locator + 8, true));
    if (record + 56 > view.byteLength || view.getUint32(record, true) !== 0x06064b50) throw cutShort(name);
    return {
      start: Number(view.getBigUint64(record + 48, true)),
      count: Number(view.getBigUint64(record + 32, true)),
    };
  }
  throw cutShort(name);
}

/** Sizes over 4 GiB, or written by a streaming packer, stand in the extra field 1 in this order. */
function applyZip64(view: DataView, extraStart: number, extraEnd: number, entry: ZipEntry): void {
  let offset = extraStart;
  while (offset + 4 <= extraEnd) {
    const end = Math.min(extraEnd, offset + 4 + view.getUint16(offset + 2, true));
    if (view.getUint16(offset, true) === 1) {
      let place = offset + 4;
      for (const field of ["inflatedBytes", "packedBytes", "headerOffset"] as const) {
        if (entry[field] !== 0xffffffff || place + 8 > end) continue;
        entry[field] = Number(view.getBigUint64(place, true));
        place += 8;
      }
    }
    offset = end;
  }
}

function readEntry(bytes: Uint8Array, entry: ZipEntry, place: string): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = entry.headerOffset;
  if (header + 30 > bytes.length || view.getUint32(header, true) !== 0x04034b50) throw damaged(place);
  const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  const packed = bytes.subarray(start, start + entry.packedBytes);
  if (packed.length !== entry.packedBytes) throw damaged(place);
  const content = entry.method === STORED ? packed : inflate(packed, entry, place);
  if (crc32(content) !== entry.crc) throw damaged(place);
  return content;
}

function inflate(packed: Uint8Array, entry: ZipEntry, place: string): Uint8Array {
  if (entry.method !== DEFLATED) {
    throw new AppError("document_unsupported", `${place} is packed by method ${entry.method}; save the file again.`);
  }
  if (entry.inflatedBytes === 0) return new Uint8Array(0);
  try {
    return inflateRawSync(packed, { maxOutputLength: entry.inflatedBytes });
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(place, "it unpacks to more than its directory says");
    throw damaged(place, cause);
  }
}

function mebibytes(byteCount: number): number {
  return Math.ceil(byteCount / MEBIBYTE);
}

function tooLarge(place: string, reason: string): AppError {
  const quoted = place.startsWith('"') ? place : `"${place}"`;
  return new AppError("document_too_large", `${quoted} is not unpacked because ${reason}; split the document.`);
}

function cutShort(name: string): AppError {
  return new AppError(
    "document_damaged",
    `"${name}" is cut short or not a ZIP container; copy it again from its source.`,
  );
}

function damaged(place: string, cause?: unknown): AppError {
  return new AppError("document_damaged", `${place} is damaged; copy the file again from its source.`, { cause });
}
