import { AppError } from "../../core/errors.ts";
import { formatNumber, type NumberKind } from "./cell-values.ts";
import { decodeEscapes } from "./ooxml.ts";
import type { MergedRange, SheetRow } from "./sheet-tables.ts";
import { localName, walkXml } from "./xml.ts";

/** What the cells of all sheets of a workbook refer to. */
export interface SheetContext {
  sharedStrings: string[];
  /** Number kind by a cell's style index. */
  numberKinds: NumberKind[];
  uses1904Dates: boolean;
  /** How many more characters all cells together may have: a shared string may be repeated in every cell. */
  remainingChars: number;
}

export interface SheetContent {
  rows: SheetRow[];
  merges: MergedRange[];
  /** Relationship ids by cell reference ("B3"). */
  hyperlinks: { cell: string; relationshipId: string }[];
  /** Formulas that were never calculated by a spreadsheet program. */
  formulasWithoutResult: number;
}

interface OpenCell {
  column: number;
  type: string;
  style: string;
  value: string;
  inlineText: string;
  hasFormula: boolean;
}

/**
 * Reads a worksheet part by streaming, so that the declared size of the sheet costs nothing.
 * @throws AppError `document_too_large` when the cells hold more characters than `context` leaves
 */
export function readSheet(bytes: Uint8Array, place: string, context: SheetContext): SheetContent {
  const content: SheetContent = { rows: [], merges: [], hyperlinks: [], formulasWithoutResult: 0 };
  let row: SheetRow = { number: 0, cells: new Map(), look: "" };
  let nextColumn = 0;
  let cell: OpenCell | undefined;
  let path: string[] = [];

  const closeCell = (closed: OpenCell) => {
    const text = cellText(closed, context).trim();
    if (text === "") {
      if (closed.hasFormula && closed.value === "" && closed.type !== "str") content.formulasWithoutResult += 1;
      return;
    }
    context.remainingChars -= text.length;
    if (context.remainingChars < 0) throw new AppError("document_too_large", `${place} is too large; split the sheet.`);
    if (row.cells.size === 0) row.look = closed.style;
    row.cells.set(closed.column, text);
  };

  walkXml(bytes, place, {
    open(name, attributes) {
      path.push(name);
      if (name === "row") {
        const number = Number(attributes["r"]);
        row = { number: number > 0 ? number : row.number + 1, cells: new Map(), look: "" };
        nextColumn = 0;
      } else if (name === "c") {
        const column = columnOf(attributes["r"] ?? "") ?? nextColumn;
        nextColumn = column + 1;
        const { t: type = "n", s: style = "0" } = attributes;
        cell = { column, type, style, value: "", inlineText: "", hasFormula: false };
      } else if (name === "f" && cell !== undefined) {
        cell.hasFormula = true;
      } else if (name === "mergeCell") {
        const range = parseRange(attributes["ref"] ?? "");
        if (range !== undefined) content.merges.push(range);
      } else if (name === "hyperlink") {
        const relationshipId = Object.entries(attributes).find(([key]) => localName(key) === "id")?.[1];
        const [reference] = (attributes["ref"] ?? "").split(":");
        if (relationshipId && reference) content.hyperlinks.push({ cell: reference, relationshipId });
      }
    },
    text(text) {
      if (cell === undefined) return;
      const [parent] = path.slice(-1);
      if (parent === "v") cell.value += text;
      else if (parent === "t" && !path.includes("rPh")) cell.inlineText += text;
    },
    close(name) {
      path.pop();
      if (name === "c" && cell !== undefined) {
        closeCell(cell);
        cell = undefined;
      } else if (name === "row" && row.cells.size > 0) content.rows.push(row);
    },
  });
  content.rows.sort((first, second) => first.number - second.number);
  return content;
}

/** Column from 0 of a reference such as "AB12"; `undefined` when it has no column. */
export function columnOf(reference: string): number | undefined {
  let column = 0;
  for (const letter of /^\$?([A-Za-z]{1,3})/.exec(reference)?.[1]?.toUpperCase() ?? "") {
    column = column * 26 + letter.charCodeAt(0) - 64;
  }
  return column === 0 ? undefined : column - 1;
}

/** Row from 1 of a reference such as "AB12". */
export function rowOf(reference: string): number | undefined {
  const digits = /\d+/.exec(reference)?.[0];
  return digits === undefined ? undefined : Number(digits);
}

function cellText(cell: OpenCell, context: SheetContext): string {
  const { type, value } = cell;
  if (type === "s") return context.sharedStrings[Number(value)] ?? "";
  if (type === "inlineStr") return decodeEscapes(cell.inlineText);
  if (type === "str" || type === "e") return decodeEscapes(value);
  if (value === "") return cell.inlineText;
  if (type === "b") return value === "1" ? "TRUE" : "FALSE";
  if (type === "d") return value.replace(/T00:00(:00(\.0+)?)?Z?$/, "");
  const number = Number(value);
  if (Number.isNaN(number)) return value;
  return formatNumber(number, context.numberKinds[Number(cell.style)] ?? "number", context.uses1904Dates);
}

function parseRange(reference: string): MergedRange | undefined {
  const [from = "", to = from] = reference.split(":");
  const [firstRow, lastRow, firstColumn, lastColumn] = [rowOf(from), rowOf(to), columnOf(from), columnOf(to)];
  if (firstRow === undefined || lastRow === undefined || firstColumn === undefined || lastColumn === undefined) {
    return undefined;
  }
  return { firstRow, lastRow, firstColumn, lastColumn };
}
