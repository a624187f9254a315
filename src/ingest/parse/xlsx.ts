import type { Block, Parser } from "../../core/document.ts";
import { AppError } from "../../core/errors.ts";
import { numberKind, type NumberKind } from "./cell-values.ts";
import { drawingBlocks } from "./drawing-text.ts";
import { finishDocument } from "./finish-document.ts";
import {
  coreTitle,
  decodeEscapes,
  linkText,
  mainPart,
  readPart,
  readRelationships,
  type Relationship,
} from "./ooxml.ts";
import { sheetBlocks } from "./sheet-tables.ts";
import { attributeOf, childAt, childElements, descendants, textContent, walkXml, type XmlElement } from "./xml.ts";
import { columnOf, readSheet, rowOf, type SheetContent, type SheetContext } from "./xlsx-sheet.ts";
import { openZip, type ZipArchive } from "./zip.ts";

const MAX_WORKBOOK_CHARS = 64_000_000;
const MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** Excel workbooks (.xlsx, .xlsm): every sheet under its name, each run of rows as one Markdown table. */
export const xlsxParser: Parser = {
  name: "xlsx",
  async parse(input) {
    const zip = openZip(input);
    const workbookPart = mainPart(zip, "xl/workbook.xml");
    if (workbookPart.endsWith(".bin")) {
      throw new AppError("document_unsupported", `"${input.name}" is a binary workbook; save it as .xlsx.`);
    }
    const workbook = childAt(readPart(zip, workbookPart), "workbook");
    if (workbook === undefined) {
      throw new AppError("document_damaged", `"${input.name}" has no workbook; open it and save it as .xlsx again.`);
    }
    const relationships = readRelationships(zip, workbookPart);
    const context = readContext(zip, workbook, relationships);
    const blocks: Block[] = [];
    const warnings: string[] = [];
    const read = new Set<string>();
    for (const entry of childElements(childAt(workbook, "sheets"), "sheet")) {
      const { name = "", state = "visible" } = entry.attributes;
      const part = relationships.get(attributeOf(entry, "id") ?? "")?.target ?? "";
      if (read.has(part)) continue;
      read.add(part);
      const bytes = zip.read(part);
      if (bytes === undefined) {
        warnings.push(`Sheet "${name}" is missing from the file.`);
        continue;
      }
      const sheet = readSheet(bytes, `sheet "${name}"`, context);
      const sheetRelationships = readRelationships(zip, part);
      addHyperlinks(sheet, sheetRelationships);
      const found = [
        ...sheetBlocks(sheet.rows, sheet.merges),
        ...drawingsOf(zip, sheetRelationships),
        ...commentsOf(zip, sheetRelationships),
      ];
      if (found.length > 0) blocks.push({ kind: "heading", level: 2, text: name }, ...found);
      if (state !== "visible" && found.length > 0)
        warnings.push(`Sheet "${name}" is hidden; it was read all the same.`);
      if (sheet.formulasWithoutResult > 0) {
        warnings.push(
          `Sheet "${name}" has ${sheet.formulasWithoutResult} formulas without a stored result; ` +
            "open it in a spreadsheet program and save it.",
        );
      }
    }
    const title = coreTitle(zip);
    return finishDocument(
      { mediaType: MEDIA_TYPE, blocks, warnings, ...(title === undefined ? {} : { title }) },
      input.name,
    );
  },
};

function readContext(zip: ZipArchive, workbook: XmlElement, relationships: Map<string, Relationship>): SheetContext {
  const partOf = (type: string) =>
    [...relationships.values()].find((relationship) => relationship.type === type)?.target;
  const strings = zip.read(partOf("sharedStrings") ?? "xl/sharedStrings.xml");
  const date1904 = childAt(workbook, "workbookPr")?.attributes["date1904"];
  return {
    sharedStrings: strings === undefined ? [] : readSharedStrings(strings),
    numberKinds: readNumberKinds(readPart(zip, partOf("styles") ?? "xl/styles.xml")),
    uses1904Dates: date1904 === "1" || date1904 === "true",
    remainingChars: MAX_WORKBOOK_CHARS,
  };
}

/** Texts of `<si>`; the readings of Japanese words (`<rPh>`) are left out. */
function readSharedStrings(bytes: Uint8Array): string[] {
  const strings: string[] = [];
  let text = "";
  let inText = false;
  let inReading = false;
  walkXml(bytes, "the shared strings", {
    open(name) {
      if (name === "si") text = "";
      if (name === "rPh") inReading = true;
      inText = name === "t" && !inReading;
    },
    text: (part) => {
      if (inText) text += part;
    },
    close(name) {
      if (name === "si") strings.push(decodeEscapes(text));
      if (name === "rPh") inReading = false;
      inText = false;
    },
  });
  return strings;
}

function readNumberKinds(root: XmlElement | undefined): NumberKind[] {
  const styles = childAt(root, "styleSheet");
  const codes = new Map(
    childElements(childAt(styles, "numFmts"), "numFmt").map(({ attributes }) => [
      Number(attributes["numFmtId"]),
      attributes["formatCode"] ?? "",
    ]),
  );
  return childElements(childAt(styles, "cellXfs"), "xf").map(({ attributes }) => {
    const formatId = Number(attributes["numFmtId"] ?? 0);
    return numberKind(formatId, codes.get(formatId));
  });
}

function addHyperlinks(sheet: SheetContent, relationships: Map<string, Relationship>): void {
  if (sheet.hyperlinks.length === 0) return;
  const rows = new Map(sheet.rows.map((row) => [row.number, row]));
  for (const { cell, relationshipId } of sheet.hyperlinks) {
    const link = relationships.get(relationshipId);
    const cells = rows.get(rowOf(cell) ?? 0)?.cells;
    const column = columnOf(cell) ?? 0;
    const text = cells?.get(column);
    if (cells !== undefined && text !== undefined && link?.external) cells.set(column, linkText(text, link.target));
  }
}

function drawingsOf(zip: ZipArchive, relationships: Map<string, Relationship>): Block[] {
  return [...relationships.values()]
    .filter(({ type, external }) => type === "drawing" && !external)
    .flatMap(({ target }) => drawingBlocks(zip, target));
}

/** What people noted at cells, as a list of "B3: text". */
function commentsOf(zip: ZipArchive, relationships: Map<string, Relationship>): Block[] {
  const lines = [...relationships.values()]
    .filter(({ type, external }) => type === "comments" && !external)
    .flatMap(({ target }) => descendants(readPart(zip, target), "comment"))
    .map((comment) => {
      const text = descendants(childAt(comment, "text"), "t").map(textContent).join("").replace(/\s+/g, " ").trim();
      return text === "" ? "" : `- ${attributeOf(comment, "ref") ?? ""}: ${decodeEscapes(text)}`;
    })
    .filter((line) => line !== "");
  return lines.length === 0 ? [] : [{ kind: "list", text: lines.join("\n") }];
}
