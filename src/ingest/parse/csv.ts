import type { Parser } from "../../core/document.ts";
import { AppError } from "../../core/errors.ts";
import { readCsvRecords, sniffDelimiter } from "./csv-records.ts";
import { decodeText } from "./decode-text.ts";
import { finishDocument } from "./finish-document.ts";
import { sheetBlocks, type SheetRow } from "./sheet-tables.ts";

const MAX_ROW_WARNINGS = 5;

/** Comma, tab, semicolon or pipe separated text in any encoding, as Markdown tables. */
export const csvParser: Parser = {
  name: "csv",
  async parse({ bytes, name }) {
    if (bytes.length === 0) throw new AppError("document_empty", `"${name}" has no bytes; restore it from its source.`);
    const { text, warnings } = decodeText(bytes);
    const delimiter = sniffDelimiter(text);
    const { records, hasOpenQuote } = readCsvRecords(text.replace(/^sep=.\n/i, ""), delimiter);
    const rows = records.map((record, index) => toRow(record, index + 1)).filter((row) => row.cells.size > 0);
    return finishDocument(
      {
        mediaType: delimiter === "\t" ? "text/tab-separated-values" : "text/csv",
        blocks: sheetBlocks(rows),
        warnings: [
          ...warnings,
          ...(hasOpenQuote ? ["A quotation mark is never closed; it was read as an ordinary character."] : []),
          ...widthWarnings(records),
        ],
      },
      name,
    );
  },
};

function toRow(record: string[], number: number): SheetRow {
  const cells = new Map<number, string>();
  for (const [column, cell] of record.entries()) if (cell.trim() !== "") cells.set(column, cell.trim());
  return { number, cells, look: "" };
}

/** Names the rows that are longer than the header. */
function widthWarnings(records: string[][]): string[] {
  const header = records.find((record) => record.length > 1 && record.some((cell) => cell.trim() !== ""));
  if (header === undefined) return [];
  const wider = records
    .map((record, index) => ({ number: index + 1, cells: record.findLastIndex((cell) => cell.trim() !== "") + 1 }))
    .filter(({ cells }) => cells > header.length);
  const warnings = wider
    .slice(0, MAX_ROW_WARNINGS)
    .map(({ number, cells }) => `Row ${number} has ${cells} cells, the header has ${header.length}.`);
  if (wider.length > MAX_ROW_WARNINGS) warnings.push(`${wider.length - MAX_ROW_WARNINGS} more rows are that long.`);
  return warnings;
}
