import type { Block, ParsedDocument, ParseInput, Parser } from "../../core/document.ts";
import { AppError } from "../../core/errors.ts";
import { readLegacyWorkbook } from "./biff8.ts";
import { finishDocument } from "./finish-document.ts";
import { markdownTable } from "./markdown-table.ts";
import { isOleFile, oleStreamNames, readOleStream } from "./ole2.ts";
import { sheetBlocks } from "./sheet-tables.ts";
import { readLegacyDocument, type LegacyParagraph } from "./word-binary.ts";

/** Office files of 1997 to 2003 (.doc, .xls); .ppt is named as unsupported. */
export const legacyOfficeParser: Parser = {
  name: "legacy-office",
  async parse(input) {
    const { bytes, name } = input;
    if (bytes.length === 0) throw new AppError("document_empty", `"${name}" has no bytes; restore it from its source.`);
    if (!isOleFile(bytes)) {
      throw new AppError("document_damaged", `"${name}" is no old Office file or is damaged; copy it again.`);
    }
    const streams = new Set(oleStreamNames(bytes));
    if (streams.has("EncryptedPackage")) throw encrypted(name);
    if (streams.has("WordDocument")) return readDocument(input);
    if (streams.has("Workbook") || streams.has("Book")) return readWorkbook(input);
    if (streams.has("PowerPoint Document")) {
      throw new AppError("document_unsupported", `"${name}" is an old presentation; save it as .pptx.`);
    }
    if (streams.size === 0) throw damaged(name);
    throw new AppError("document_unsupported", `"${name}" is an old Office file of an unknown kind; save it as PDF.`);
  },
};

function readWorkbook({ bytes, name }: ParseInput): ParsedDocument {
  const stream = readOleStream(bytes, "Workbook", "Book");
  const workbook = stream === undefined ? { kind: "damaged" as const } : readLegacyWorkbook(stream);
  if (workbook.kind === "encrypted") throw encrypted(name);
  if (workbook.kind === "too-old") throw tooOld(name, ".xlsx");
  if (workbook.kind === "damaged") throw damaged(name);
  const blocks: Block[] = [];
  const warnings: string[] = [];
  for (const sheet of workbook.sheets) {
    const found = sheetBlocks(sheet.rows, sheet.merges);
    if (found.length === 0) continue;
    blocks.push({ kind: "heading", level: 2, text: sheet.name }, ...found);
    if (sheet.hidden) warnings.push(`Sheet "${sheet.name}" is hidden; it was read all the same.`);
  }
  return finishDocument({ mediaType: "application/vnd.ms-excel", blocks, warnings }, name);
}

function readDocument({ bytes, name }: ParseInput): ParsedDocument {
  const stream = readOleStream(bytes, "WordDocument");
  const document =
    stream === undefined
      ? { kind: "damaged" as const }
      : readLegacyDocument(stream, (tableName) => readOleStream(bytes, tableName));
  if (document.kind === "encrypted") throw encrypted(name);
  if (document.kind === "too-old") throw tooOld(name, ".docx");
  if (document.kind === "damaged") throw damaged(name);
  const title = document.main.find((paragraph) => paragraph.headingLevel === 0 && paragraph.text !== "")?.text;
  const blocks = [document.main, document.textBoxes, document.notes].flatMap(paragraphBlocks);
  const found = { mediaType: "application/msword", blocks, warnings: [] };
  return finishDocument(title === undefined ? found : { ...found, title }, name);
}

function paragraphBlocks(paragraphs: LegacyParagraph[]): Block[] {
  const blocks: Block[] = [];
  let rows: string[][] = [];
  let row: string[] = [];
  let cellText: string[] = [];
  const flushTable = () => {
    if (cellText.length > 0) row.push(cellText.join("\n"));
    if (row.length > 0) rows.push(row);
    if (rows.length > 0) blocks.push({ kind: "table", text: markdownTable(rows) });
    [rows, row, cellText] = [[], [], []];
  };
  for (const paragraph of paragraphs) {
    if (paragraph.mark === "row") {
      rows.push(row);
      [row, cellText] = [[], []];
    } else if (paragraph.mark === "cell") {
      row.push([...cellText, paragraph.text].join("\n"));
      cellText = [];
    } else if (paragraph.isInTable) cellText.push(paragraph.text);
    else {
      flushTable();
      addBlock(blocks, paragraph);
    }
  }
  flushTable();
  return blocks;
}

function addBlock(blocks: Block[], { text, headingLevel, listLevel }: LegacyParagraph): void {
  if (text === "") return;
  if (headingLevel !== undefined) {
    blocks.push({ kind: "heading", level: Math.max(1, headingLevel), text });
  } else if (listLevel === undefined) blocks.push({ kind: "paragraph", text });
  else {
    const item = `${"  ".repeat(Math.min(8, listLevel))}- ${text.replaceAll("\n", " ")}`;
    const last = blocks.at(-1);
    if (last?.kind === "list") last.text += `\n${item}`;
    else blocks.push({ kind: "list", text: item });
  }
}

function encrypted(name: string): AppError {
  return new AppError("document_encrypted", `"${name}" needs a password; save a copy without one.`);
}

function damaged(name: string): AppError {
  return new AppError("document_damaged", `"${name}" is damaged or cut short; copy it again from its source.`);
}

function tooOld(name: string, extension: string): AppError {
  return new AppError(
    "document_unsupported",
    `"${name}" is from before Office 97; open it and save it as ${extension}.`,
  );
}
