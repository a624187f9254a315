import { headingLevelOfName } from "./docx-styles.ts";

/** Reader of Word 97–2003 text. Source of the layout: [MS-DOC]. */

export interface LegacyParagraph {
  text: string;
  /** 1 to 6 for headings, 0 for the title. */
  headingLevel: number | undefined;
  /** Level of a list item, from 0. */
  listLevel: number | undefined;
  /** Ends with a cell mark, a row mark, or neither; a cell may have several paragraphs. */
  mark: "cell" | "row" | "none";
  isInTable: boolean;
}

export type LegacyDocument =
  | { kind: "read"; main: LegacyParagraph[]; notes: LegacyParagraph[]; textBoxes: LegacyParagraph[] }
  | { kind: "encrypted" }
  | { kind: "too-old" }
  | { kind: "damaged" };

interface Properties {
  style: number;
  outlineLevel: number | undefined;
  listLevel: number | undefined;
  isInList: boolean;
  isInTable: boolean;
  isRowEnd: boolean;
}

interface PropertyRun {
  start: number;
  end: number;
  properties: Properties;
}

const WORD_97 = 0xc1;
const PAGE_BYTES = 512;

/** Reads the stream "WordDocument"; `tableStream` gives the stream the header names. */
export function readLegacyDocument(
  stream: Uint8Array,
  tableStream: (name: "0Table" | "1Table") => Uint8Array | undefined,
): LegacyDocument {
  try {
    return readDocument(stream, tableStream);
  } catch (error) {
    // An offset that leads out of its stream.
    if (error instanceof RangeError) return { kind: "damaged" };
    throw error;
  }
}

function readDocument(
  stream: Uint8Array,
  tableStream: (name: "0Table" | "1Table") => Uint8Array | undefined,
): LegacyDocument {
  const header = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  if (header.getUint16(0, true) !== 0xa5ec) return { kind: "too-old" };
  const flags = header.getUint16(10, true);
  if ((flags & 0x0100) !== 0) return { kind: "encrypted" };
  if (header.getUint16(2, true) < WORD_97) return { kind: "too-old" };
  const tableBytes = tableStream((flags & 0x0200) === 0 ? "0Table" : "1Table");
  if (tableBytes === undefined) return { kind: "damaged" };
  const table = new DataView(tableBytes.buffer, tableBytes.byteOffset, tableBytes.byteLength);
  const styles = readHeadingStyles(table, header.getUint32(0xa2, true), header.getUint32(0xa6, true));
  const runs = readPropertyRuns(header, table);
  const characters = readCharacters(stream, table, header.getUint32(0x1a2, true), header.getUint32(0x1a6, true));
  // Parts of the text in the order they are stored: main, footnotes, headers, (macros), comments, endnotes, text boxes.
  const lengths = [0x4c, 0x50, 0x54, 0x58, 0x5c, 0x60, 0x64].map((offset) => header.getUint32(offset, true));
  const starts = lengths.map((_, index) => lengths.slice(0, index).reduce((sum, length) => sum + length, 0));
  const part = (index: number) => {
    const start = starts[index] ?? 0;
    const end = Math.min(start + (lengths[index] ?? 0), characters.length);
    return paragraphs(characters, { start, end }, runs, styles);
  };
  return { kind: "read", main: part(0), notes: [...part(1), ...part(4), ...part(5)], textBoxes: part(6) };
}

interface Characters {
  /** UTF-16 code units. */
  codes: Uint16Array;
  /** Where each is stored; properties go by this. */
  offsets: Uint32Array;
  length: number;
}

/** The text in order, by the piece table. */
function readCharacters(stream: Uint8Array, table: DataView, clxStart: number, clxBytes: number): Characters {
  let offset = clxStart;
  const clxEnd = clxStart + clxBytes;
  while (offset < clxEnd && table.getUint8(offset) === 1) offset += 3 + table.getUint16(offset + 1, true);
  if (offset >= clxEnd || table.getUint8(offset) !== 2) throw new RangeError("no piece table");
  const pieces = Math.floor((table.getUint32(offset + 1, true) - 4) / 12);
  const positions = offset + 5;
  const descriptors = positions + (pieces + 1) * 4;
  const narrow = new TextDecoder("windows-1252");
  // Every character has a byte of its own, unless pieces were made to overlap.
  const codes = new Uint16Array(stream.length);
  const offsets = new Uint32Array(stream.length);
  let length = 0;
  for (let piece = 0; piece < pieces; piece += 1) {
    const count = table.getUint32(positions + (piece + 1) * 4, true) - table.getUint32(positions + piece * 4, true);
    const place = table.getUint32(descriptors + piece * 8 + 2, true);
    const isNarrow = (place & 0x40000000) !== 0;
    const start = isNarrow ? (place & 0x3fffffff) >>> 1 : place & 0x3fffffff;
    const width = isNarrow ? 1 : 2;
    if (count < 0 || start + count * width > stream.length || length + count > stream.length) {
      throw new RangeError("piece leaves the text");
    }
    const bytes = stream.subarray(start, start + count * width);
    const text = isNarrow ? narrow.decode(bytes) : Buffer.from(bytes).toString("utf16le");
    for (let index = 0; index < count; index += 1) {
      codes[length] = text.charCodeAt(index);
      offsets[length] = start + index * width;
      length += 1;
    }
  }
  return { codes, offsets, length };
}

function paragraphs(
  characters: Characters,
  range: { start: number; end: number },
  runs: PropertyRun[],
  styles: Map<number, number>,
): LegacyParagraph[] {
  const found: LegacyParagraph[] = [];
  let text = "";
  // Inside a field: depth of nested ones whose instruction is being passed over.
  const fields: boolean[] = [];
  const end = (offset: number, isCell: boolean) => {
    const properties = propertiesAt(runs, offset);
    const outline = properties?.outlineLevel;
    const listLevel = properties?.isInList ? (properties.listLevel ?? 0) : undefined;
    found.push({
      text: text.trim(),
      headingLevel:
        styles.get(properties?.style ?? 0) ??
        (outline !== undefined && outline < 9 ? Math.min(6, outline + 1) : undefined),
      listLevel,
      isInTable: properties?.isInTable ?? false,
      mark: isCell ? (properties?.isRowEnd ? "row" : "cell") : "none",
    });
    text = "";
  };
  for (let index = range.start; index < range.end; index += 1) {
    const code = characters.codes[index] ?? 0;
    const offset = characters.offsets[index] ?? 0;
    if (code === 0x13) fields.push(true);
    else if (code === 0x14) fields.splice(-1, 1, false);
    else if (code === 0x15) fields.pop();
    else if (fields.includes(true)) continue;
    else if (code === 0x0d || code === 0x07) end(offset, code === 0x07);
    else if (code === 0x0b) text += "\n";
    else if (code === 0x0c || code === 0x0e) {
      // A page or section break is the end of a paragraph where there is text before it.
      if (text.trim() !== "") end(offset, false);
    } else if (code === 0x1e) text += "-";
    else if (code === 0x09 || code >= 0x20) text += String.fromCharCode(code);
  }
  if (text.trim() !== "") end(characters.offsets[range.end - 1] ?? 0, false);
  return found;
}

function propertiesAt(runs: PropertyRun[], offset: number): Properties | undefined {
  let low = 0;
  let high = runs.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const run = runs[middle];
    if (run === undefined) return undefined;
    if (offset < run.start) high = middle - 1;
    else if (offset >= run.end) low = middle + 1;
    else return run.properties;
  }
  return undefined;
}

/** Paragraph properties by place of the text: PlcBtePapx in the table stream names pages of the document stream. */
function readPropertyRuns(header: DataView, table: DataView): PropertyRun[] {
  const start = header.getUint32(0x102, true);
  const pages = Math.floor((header.getUint32(0x106, true) - 4) / 8);
  const runs: PropertyRun[] = [];
  if (pages > header.byteLength / PAGE_BYTES) throw new RangeError("more property pages than the file has room for");
  for (let index = 0; index < pages; index += 1) {
    const page = (table.getUint32(start + (pages + 1) * 4 + index * 4, true) & 0x3fffff) * PAGE_BYTES;
    const count = header.getUint8(page + PAGE_BYTES - 1);
    for (let run = 0; run < count; run += 1) {
      const place = header.getUint8(page + (count + 1) * 4 + run * 13) * 2;
      runs.push({
        start: header.getUint32(page + run * 4, true),
        end: header.getUint32(page + run * 4 + 4, true),
        properties: place === 0 ? { ...PLAIN } : readProperties(header, page + place),
      });
    }
  }
  return runs.toSorted((first, second) => first.start - second.start);
}

const PLAIN: Properties = {
  style: 0,
  outlineLevel: undefined,
  listLevel: undefined,
  isInList: false,
  isInTable: false,
  isRowEnd: false,
};

function readProperties(header: DataView, place: number): Properties {
  const halfLength = header.getUint8(place);
  const start = halfLength === 0 ? place + 2 : place + 1;
  const end = start + (halfLength === 0 ? header.getUint8(place + 1) * 2 : halfLength * 2 - 1);
  const properties = { ...PLAIN, style: header.getUint16(start, true) };
  let offset = start + 2;
  while (offset + 3 <= end) {
    const code = header.getUint16(offset, true);
    const operand = offset + 2;
    if (code === 0x2417) properties.isRowEnd = header.getUint8(operand) !== 0;
    else if (code === 0x2416) properties.isInTable = header.getUint8(operand) !== 0;
    else if (code === 0x2640) properties.outlineLevel = header.getUint8(operand);
    else if (code === 0x260a) properties.listLevel = header.getUint8(operand);
    else if (code === 0x460b) properties.isInList = header.getUint16(operand, true) !== 0;
    offset = operand + operandBytes(header, code, operand);
  }
  return properties;
}

/** Length of an operand by the top bits of its code. Source: [MS-DOC] 2.2.5.1. */
function operandBytes(header: DataView, code: number, operand: number): number {
  const kind = code >> 13;
  if (kind <= 1) return 1;
  if (kind === 3) return 4;
  if (kind === 7) return 3;
  if (kind !== 6) return 2;
  if (code === 0xd608) return header.getUint16(operand, true) + 1;
  return header.getUint8(operand) + 1;
}

/** Heading level by style index; styles made by people are followed to the one they are based on. */
function readHeadingStyles(table: DataView, start: number, byteCount: number): Map<number, number> {
  const levels = new Map<number, number>();
  if (byteCount < 4) return levels;
  const headerBytes = table.getUint16(start, true);
  const count = table.getUint16(start + 2, true);
  const baseBytes = table.getUint16(start + 4, true);
  const parents = new Map<number, number>();
  let offset = start + 2 + headerBytes;
  for (let style = 0; style < count && offset + 2 <= start + byteCount; style += 1) {
    const styleBytes = table.getUint16(offset, true);
    offset += 2;
    if (styleBytes >= 4) {
      const builtIn = table.getUint16(offset, true) & 0xfff;
      parents.set(style, table.getUint16(offset + 2, true) >> 4);
      const level = builtInLevel(builtIn) ?? headingLevelOfName(styleName(table, offset + baseBytes));
      if (level !== undefined) levels.set(style, level);
    }
    offset += styleBytes + (styleBytes % 2);
  }
  for (const style of parents.keys()) {
    let ancestor = style;
    for (let step = 0; step < 12 && !levels.has(ancestor); step += 1) ancestor = parents.get(ancestor) ?? 0xfff;
    const level = levels.get(ancestor);
    if (level !== undefined) levels.set(style, level);
  }
  return levels;
}

/** Styles 1 to 9 are the headings, 62 is the title. */
function builtInLevel(builtIn: number): number | undefined {
  if (builtIn >= 1 && builtIn <= 9) return Math.min(6, builtIn);
  return builtIn === 62 ? 0 : undefined;
}

function styleName(table: DataView, offset: number): string {
  const length = Math.min(table.getUint16(offset, true), 64);
  let name = "";
  for (let index = 0; index < length; index += 1)
    name += String.fromCharCode(table.getUint16(offset + 2 + index * 2, true));
  return name;
}
