import type { ParseInput, Parser } from "../../core/document.ts";
import { type Format, formatByName, sniffFormat } from "./sniff.ts";

/** Parsers are loaded when first needed: the PDF and Office readers are heavy. */
const LOADERS: Record<Format, () => Promise<Parser>> = {
  pdf: async () => (await import("./pdf.ts")).pdfParser,
  docx: async () => (await import("./docx.ts")).docxParser,
  pptx: async () => (await import("./pptx.ts")).pptxParser,
  xlsx: async () => (await import("./xlsx.ts")).xlsxParser,
  epub: async () => (await import("./epub.ts")).epubParser,
  "legacy-office": async () => (await import("./legacy-office.ts")).legacyOfficeParser,
  rtf: async () => (await import("./rtf.ts")).rtfParser,
  image: async () => (await import("./image.ts")).imageParser,
  html: async () => (await import("./html.ts")).htmlParser,
  markdown: async () => (await import("./markdown.ts")).markdownParser,
  csv: async () => (await import("./csv.ts")).csvParser,
  json: async () => (await import("./json.ts")).jsonParser,
  "source-code": async () => (await import("./source-code.ts")).sourceCodeParser,
  text: async () => (await import("./text.ts")).textParser,
};

const FORMAT_NAMES: Record<Format, string> = {
  pdf: "PDF",
  docx: "a Word document",
  pptx: "a PowerPoint presentation",
  xlsx: "an Excel workbook",
  epub: "an EPUB book",
  "legacy-office": "an Office file of 1997 to 2003",
  rtf: "RTF",
  image: "a picture",
  html: "HTML",
  markdown: "Markdown",
  csv: "a table as text",
  json: "JSON",
  "source-code": "source code",
  text: "plain text",
};

/**
 * The parser for a file, by content before name; a file whose name lies is read all the same, with a warning.
 * @throws AppError `document_unsupported` for files that are no documents; `document_damaged`, `document_encrypted` or
 * `document_too_large` for ZIP containers whose directory shows it
 */
export async function chooseParser(input: ParseInput): Promise<Parser> {
  const format = sniffFormat(input);
  const parser = await LOADERS[format]();
  const named = formatByName(input.name);
  if (named === undefined || named === format || (named === "text" && format === "json")) return parser;
  const warning = `The name says ${FORMAT_NAMES[named]}, the content is ${FORMAT_NAMES[format]}; it was read as that.`;
  return {
    name: parser.name,
    async parse(file) {
      const document = await parser.parse(file);
      return { ...document, warnings: [warning, ...document.warnings] };
    },
  };
}
