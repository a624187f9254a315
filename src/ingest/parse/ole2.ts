/** Reader of OLE2 compound files (.doc, .xls, .ppt, password-protected Office files). Source of the layout: [MS-CFB]. */

const MAGIC = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const HEADER_BYTES = 512;
const DIRECTORY_ENTRY_BYTES = 128;
const MAX_REGULAR_SECTOR = 0xfffffffa;
const END_OF_CHAIN = 0xfffffffe;

interface OleStream {
  name: string;
  /** 1 storage, 2 stream, 5 root. */
  type: number;
  firstSector: number;
  size: number;
}

interface OleFile {
  streams: OleStream[];
  read(stream: OleStream): Uint8Array | undefined;
}

export function isOleFile(bytes: Uint8Array): boolean {
  return MAGIC.every((value, index) => bytes[index] === value);
}

/** Names of the streams and storages; empty when the file is damaged. */
export function oleStreamNames(bytes: Uint8Array): string[] {
  return openOle(bytes)?.streams.map((stream) => stream.name) ?? [];
}

/** Bytes of the first stream with one of `names`; `undefined` when there is none or its sectors are not all there. */
export function readOleStream(bytes: Uint8Array, ...names: string[]): Uint8Array | undefined {
  const file = openOle(bytes);
  for (const name of names) {
    const stream = file?.streams.find((candidate) => candidate.name === name && candidate.type === 2);
    if (stream !== undefined) return file?.read(stream);
  }
  return undefined;
}

function openOle(bytes: Uint8Array): OleFile | undefined {
  if (!isOleFile(bytes) || bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sectorShift = view.getUint16(30, true);
  if (sectorShift !== 9 && sectorShift !== 12) return undefined;
  const sectorBytes = 1 << sectorShift;
  const sector = (index: number) => bytes.subarray((index + 1) * sectorBytes, (index + 2) * sectorBytes);
  const table = readAllocationTable(view, sectorBytes);
  const directory = joinChain(table, view.getUint32(48, true), sector, sectorBytes);
  if (directory === undefined) return undefined;
  const streams = readDirectory(directory, sectorShift === 9);
  const root = streams.find((stream) => stream.type === 5);
  const miniStreamCutoff = view.getUint32(56, true);
  const miniTable = joinChain(table, view.getUint32(60, true), sector, sectorBytes);
  const miniStream = root && joinChain(table, root.firstSector, sector, sectorBytes);

  return {
    streams,
    read(stream) {
      if (stream.size >= miniStreamCutoff) {
        const content = joinChain(table, stream.firstSector, sector, sectorBytes);
        return content !== undefined && content.length >= stream.size ? content.subarray(0, stream.size) : undefined;
      }
      if (miniTable === undefined || miniStream === undefined) return undefined;
      const miniSector = (index: number) => miniStream.subarray(index * 64, (index + 1) * 64);
      const content = joinChain(toWords(miniTable), stream.firstSector, miniSector, 64);
      return content !== undefined && content.length >= stream.size ? content.subarray(0, stream.size) : undefined;
    },
  };
}

/** Next sector of every sector. The first 109 table sectors are named in the header, the others in a chain of lists. */
function readAllocationTable(view: DataView, sectorBytes: number): Uint32Array {
  const lastSector = Math.ceil(view.byteLength / sectorBytes) - 1;
  const tableSectors: number[] = [];
  for (let index = 0; index < 109; index += 1) tableSectors.push(view.getUint32(76 + index * 4, true));
  const seen = new Set<number>();
  let list = view.getUint32(68, true);
  while (list < lastSector && !seen.has(list)) {
    seen.add(list);
    const start = (list + 1) * sectorBytes;
    const end = Math.min(start + sectorBytes - 4, view.byteLength - 4);
    for (let offset = start; offset < end; offset += 4) tableSectors.push(view.getUint32(offset, true));
    list = end >= start ? view.getUint32(end, true) : END_OF_CHAIN;
  }
  const used = [...new Set(tableSectors)].filter((index) => index < lastSector);
  const table = new Uint32Array(used.length * (sectorBytes / 4)).fill(END_OF_CHAIN);
  for (const [position, index] of used.entries()) {
    for (let word = 0; word < sectorBytes / 4; word += 1) {
      const offset = (index + 1) * sectorBytes + word * 4;
      if (offset + 4 <= view.byteLength) table[position * (sectorBytes / 4) + word] = view.getUint32(offset, true);
    }
  }
  return table;
}

/** The sectors of a chain joined; `undefined` for a chain that turns back on itself or leaves the file. */
function joinChain(
  table: Uint32Array,
  first: number,
  sector: (index: number) => Uint8Array,
  sectorBytes: number,
): Uint8Array | undefined {
  const chain: number[] = [];
  for (let index = first; index < MAX_REGULAR_SECTOR; index = table[index] ?? END_OF_CHAIN) {
    if (chain.length >= table.length || index >= table.length) return undefined;
    chain.push(index);
  }
  const joined = new Uint8Array(chain.length * sectorBytes);
  let length = 0;
  for (const index of chain) {
    const part = sector(index);
    joined.set(part, length);
    length += part.length;
    // Only a file's last sector may be short.
    if (part.length < sectorBytes) break;
  }
  return joined.subarray(0, length);
}

function readDirectory(directory: Uint8Array, isVersion3: boolean): OleStream[] {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const streams: OleStream[] = [];
  for (let offset = 0; offset + DIRECTORY_ENTRY_BYTES <= view.byteLength; offset += DIRECTORY_ENTRY_BYTES) {
    const type = view.getUint8(offset + 66);
    const nameBytes = Math.min(64, view.getUint16(offset + 64, true)) - 2;
    if (type === 0 || nameBytes <= 0) continue;
    streams.push({
      name: new TextDecoder("utf-16le").decode(directory.subarray(offset, offset + nameBytes)),
      type,
      firstSector: view.getUint32(offset + 116, true),
      // Version 3 files may hold anything in the upper half.
      size: isVersion3 ? view.getUint32(offset + 120, true) : Number(view.getBigUint64(offset + 120, true)),
    });
  }
  return streams;
}

function toWords(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => view.getUint32(index * 4, true));
}
