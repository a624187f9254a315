import { formatNumber, numberKind, type NumberKind } from "./cell-values.ts";
import type { MergedRange, SheetRow } from "./sheet-tables.ts";

/** Reader of the records of Excel 97–2003 workbooks. Source of the layout: [MS-XLS]. */

interface LegacySheet {
  name: string;
  hidden: boolean;
  rows: SheetRow[];
  merges: MergedRange[];
}

export type LegacyWorkbook =
  | { kind: "read"; sheets: LegacySheet[] }
  | { kind: "encrypted" }
  | { kind: "too-old" }
  | { kind: "damaged" };

const RECORD = {
  formula: 0x06,
  end: 0x0a,
  date1904: 0x22,
  filePass: 0x2f,
  continued: 0x3c,
  boundSheet: 0x85,
  mulRk: 0xbd,
  richString: 0xd6,
  xf: 0xe0,
  mergedCells: 0xe5,
  sst: 0xfc,
  labelSst: 0xfd,
  number: 0x203,
  label: 0x204,
  boolOrError: 0x205,
  string: 0x207,
  rk: 0x27e,
  format: 0x41e,
  begin: 0x809,
} as const;

const BIFF8 = 0x600;
/** A shared string may be repeated in every cell; this bounds what comes of it. */
const MAX_SHEET_CHARS = 64_000_000;
const ERRORS: Record<number, string> = {
  0x00: "#NULL!",
  0x07: "#DIV/0!",
  0x0f: "#VALUE!",
  0x17: "#REF!",
  0x1d: "#NAME?",
  0x24: "#NUM!",
  0x2a: "#N/A",
};

interface BiffRecord {
  type: number;
  data: DataView;
  /** Offset of the record in the stream. */
  start: number;
  end: number;
}

interface Globals {
  strings: string[];
  numberKinds: NumberKind[];
  uses1904Dates: boolean;
}

/** Reads the stream "Workbook" of an .xls file. Damaged records end a sheet early; nothing is guessed. */
export function readLegacyWorkbook(stream: Uint8Array): LegacyWorkbook {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const [first] = records(view, 0);
  if (first === undefined || (first.type & 0xff) !== 0x09) return { kind: "damaged" };
  if (first.type !== RECORD.begin || first.data.byteLength < 4 || first.data.getUint16(0, true) !== BIFF8) {
    return { kind: "too-old" };
  }
  const globals: Globals = { strings: [], numberKinds: [], uses1904Dates: false };
  const formats = new Map<number, string>();
  const places: { name: string; hidden: boolean; offset: number }[] = [];
  for (const record of records(view, first.end)) {
    const { type, data } = record;
    if (type === RECORD.end) break;
    if (type === RECORD.filePass) return { kind: "encrypted" };
    try {
      if (type === RECORD.date1904) globals.uses1904Dates = data.getUint16(0, true) === 1;
      else if (type === RECORD.format) formats.set(data.getUint16(0, true), unicodeString(data, 2, 2));
      else if (type === RECORD.xf) {
        const formatId = data.getUint16(2, true);
        globals.numberKinds.push(numberKind(formatId, formats.get(formatId)));
      } else if (type === RECORD.boundSheet && data.getUint8(5) === 0) {
        const hidden = (data.getUint8(4) & 3) !== 0;
        places.push({ name: unicodeString(data, 6, 1), hidden, offset: data.getUint32(0, true) });
      } else if (type === RECORD.sst) globals.strings = sharedStrings(view, record);
    } catch (error) {
      if (error instanceof RangeError) return { kind: "damaged" };
      throw error;
    }
  }
  const offsets = new Set<number>();
  const distinct = places.filter(({ offset }) => !offsets.has(offset) && offsets.add(offset));
  const sheets = distinct.map(({ name, hidden, offset }) => ({ name, hidden, ...readSheet(view, offset, globals) }));
  return { kind: "read", sheets };
}

function* records(view: DataView, from: number): Generator<BiffRecord> {
  let start = from;
  while (start + 4 <= view.byteLength) {
    const length = view.getUint16(start + 2, true);
    const end = start + 4 + length;
    if (end > view.byteLength) return;
    const data = new DataView(view.buffer, view.byteOffset + start + 4, length);
    yield { type: view.getUint16(start, true), data, start, end };
    start = end;
  }
}

function readSheet(view: DataView, from: number, globals: Globals): Pick<LegacySheet, "rows" | "merges"> {
  const rows = new Map<number, SheetRow>();
  const merges: MergedRange[] = [];
  let depth = 0;
  let chars = 0;
  let formulaCell: { row: number; column: number } | undefined;
  const put = (row: number, column: number, text: string, look = "") => {
    const trimmed = text.trim();
    chars += trimmed.length;
    if (trimmed === "" || chars > MAX_SHEET_CHARS) return;
    const found = rows.get(row) ?? { number: row + 1, cells: new Map<number, string>(), look };
    rows.set(row, found);
    found.cells.set(column, trimmed);
  };
  for (const { type, data } of records(view, from)) {
    if (type === RECORD.begin) depth += 1;
    if (type === RECORD.end) depth -= 1;
    if (depth <= 0) break;
    // Charts inside the sheet bring cells of their own.
    if (depth > 1) continue;
    try {
      if (type === RECORD.string && formulaCell !== undefined) {
        put(formulaCell.row, formulaCell.column, unicodeString(data, 0, 2));
      } else if (type === RECORD.mergedCells) merges.push(...mergedRanges(data));
      else if (type === RECORD.mulRk) {
        const row = data.getUint16(0, true);
        for (
          let offset = 4, column = data.getUint16(2, true);
          offset + 8 <= data.byteLength;
          offset += 6, column += 1
        ) {
          put(row, column, shown(rkNumber(data, offset + 2), data.getUint16(offset, true), globals));
        }
      } else if (isCell(type)) {
        const place = { row: data.getUint16(0, true), column: data.getUint16(2, true) };
        const isText = type === RECORD.formula && isStringResult(data);
        if (isText) formulaCell = place;
        else put(place.row, place.column, cellText(type, data, globals), String(data.getUint16(4, true)));
      }
    } catch (error) {
      // A record shorter than its type needs: the cell is lost, the others are not.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return { rows: [...rows.values()].toSorted((first, second) => first.number - second.number), merges };
}

function isCell(type: number): boolean {
  return (
    type === RECORD.labelSst ||
    type === RECORD.number ||
    type === RECORD.rk ||
    type === RECORD.formula ||
    type === RECORD.label ||
    type === RECORD.richString ||
    type === RECORD.boolOrError
  );
}

function cellText(type: number, data: DataView, globals: Globals): string {
  const style = data.getUint16(4, true);
  switch (type) {
    case RECORD.labelSst:
      return globals.strings[data.getUint32(6, true)] ?? "";
    case RECORD.label:
    case RECORD.richString:
      return unicodeString(data, 6, 2);
    case RECORD.rk:
      return shown(rkNumber(data, 6), style, globals);
    case RECORD.boolOrError:
      return data.getUint8(7) === 0 ? boolean(data.getUint8(6)) : (ERRORS[data.getUint8(6)] ?? "");
    case RECORD.formula:
      if (data.getUint16(12, true) === 0xffff) {
        if (data.getUint8(6) === 1) return boolean(data.getUint8(8));
        return data.getUint8(6) === 2 ? (ERRORS[data.getUint8(8)] ?? "") : "";
      }
      return shown(data.getFloat64(6, true), style, globals);
    default:
      return shown(data.getFloat64(6, true), style, globals);
  }
}

/** The result follows in a STRING record. */
function isStringResult(data: DataView): boolean {
  return data.getUint16(12, true) === 0xffff && data.getUint8(6) === 0;
}

function boolean(value: number): string {
  return value === 0 ? "FALSE" : "TRUE";
}

function shown(value: number, style: number, globals: Globals): string {
  return formatNumber(value, globals.numberKinds[style] ?? "number", globals.uses1904Dates);
}

/** 30 bits of an integer or of a double's upper half; bit 0 divides by 100, bit 1 says integer. */
function rkNumber(data: DataView, offset: number): number {
  const bits = data.getInt32(offset, true);
  let value: number;
  if ((bits & 2) !== 0) value = bits >> 2;
  else {
    const double = new DataView(new ArrayBuffer(8));
    double.setInt32(4, bits & ~3, true);
    value = double.getFloat64(0, true);
  }
  return (bits & 1) === 0 ? value : value / 100;
}

function mergedRanges(data: DataView): MergedRange[] {
  const ranges: MergedRange[] = [];
  for (let offset = 2; offset + 8 <= data.byteLength; offset += 8) {
    ranges.push({
      firstRow: data.getUint16(offset, true) + 1,
      lastRow: data.getUint16(offset + 2, true) + 1,
      firstColumn: data.getUint16(offset + 4, true),
      lastColumn: data.getUint16(offset + 6, true),
    });
  }
  return ranges;
}

/** A string with a count of `countBytes`, then a flag byte whose bit 0 says two bytes a character. */
function unicodeString(data: DataView, offset: number, countBytes: 1 | 2): string {
  const count = countBytes === 1 ? data.getUint8(offset) : data.getUint16(offset, true);
  const flags = data.getUint8(offset + countBytes);
  const extras = ((flags & 8) === 0 ? 0 : 2) + ((flags & 4) === 0 ? 0 : 4);
  return characters(data, offset + countBytes + 1 + extras, count, (flags & 1) !== 0);
}

function characters(data: DataView, offset: number, count: number, isWide: boolean): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset + offset, isWide ? count * 2 : count);
  if (offset + bytes.length > data.byteLength) throw new RangeError("string leaves its record");
  // Narrow characters are the lower half of UTF-16, which latin1 is.
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString(isWide ? "utf16le" : "latin1");
}

/** Strings of the SST; one may be cut anywhere between characters and goes on in a CONTINUE record with a new flag byte. */
function sharedStrings(view: DataView, sst: BiffRecord): string[] {
  const parts = [sst.data];
  for (const record of records(view, sst.end)) {
    if (record.type !== RECORD.continued) break;
    parts.push(record.data);
  }
  const strings: string[] = [];
  const count = sst.data.getUint32(4, true);
  let part = 0;
  let offset = 8;
  const current = (): DataView | undefined => {
    while (part < parts.length && offset >= (parts[part]?.byteLength ?? 0)) {
      offset -= parts[part]?.byteLength ?? 0;
      part += 1;
    }
    return parts[part];
  };
  while (strings.length < count) {
    const data = current();
    if (data === undefined) break;
    const length = data.getUint16(offset, true);
    const flags = data.getUint8(offset + 2);
    offset += 3;
    const runs = (flags & 8) === 0 ? 0 : data.getUint16(offset, true);
    if ((flags & 8) !== 0) offset += 2;
    const extension = (flags & 4) === 0 ? 0 : data.getUint32(offset, true);
    if ((flags & 4) !== 0) offset += 4;
    let text = "";
    let isWide = (flags & 1) !== 0;
    let missing = length;
    while (missing > 0) {
      const before = part;
      const piece = current();
      if (piece === undefined) return strings;
      if (part !== before) {
        isWide = (piece.getUint8(0) & 1) !== 0;
        offset = 1;
      }
      const room = Math.floor((piece.byteLength - offset) / (isWide ? 2 : 1));
      const taken = Math.min(room, missing);
      if (taken <= 0) return strings;
      text += characters(piece, offset, taken, isWide);
      offset += taken * (isWide ? 2 : 1);
      missing -= taken;
    }
    strings.push(text);
    offset += runs * 4 + extension;
  }
  return strings;
}
