import type { ParseInput } from "../../core/document.ts";
import { AppError } from "../../core/errors.ts";
import { type Format, formatByName, sniffFormat } from "./sniff.ts";
import { READ_FORMATS } from "./read-text.ts";

type Family = "office" | "text" | "pdf" | "epub" | "image";

const FAMILIES: Record<Format, Family> = {
  pdf: "pdf",
  docx: "office",
  pptx: "office",
  xlsx: "office",
  // An encrypted file of today is in the container of then.
  "legacy-office": "office",
  epub: "epub",
  image: "image",
  rtf: "text",
  html: "text",
  markdown: "text",
  csv: "text",
  json: "text",
  "source-code": "text",
  text: "text",
};

/**
 * For files of whose senders we know nothing: the extension must be one that is read, and what is in the file must be of that
 * kind. What is text may be any text, an Office file any Office file; programs save both under each other's names. An empty
 * file has no content that could speak against its name.
 * @throws AppError `document_unsupported`, and what `sniffFormat` throws
 */
export function assertNameFits({ bytes, name }: ParseInput): void {
  const named = formatByName(name);
  if (named === undefined) {
    throw new AppError("document_unsupported", `"${name}" has no ending of a document; ${READ_FORMATS}.`);
  }
  if (bytes.length === 0) return;
  const wanted = FAMILIES[named];
  const found = FAMILIES[formatOf({ bytes, name }, wanted)];
  // "Save as" of old Office programs writes RTF, HTML and tables as text.
  if (found === wanted || (named === "legacy-office" && found === "text")) return;
  throw new AppError(
    "document_unsupported",
    `The name of "${name}" does not fit what is in it: give the file the ending of its type.`,
  );
}

/** By content: a name of a binary format decides nothing as long as the first bytes are those of text. */
function formatOf(input: ParseInput, wanted: Family): Format {
  const format = sniffFormat(input);
  if (wanted === "text" || FAMILIES[format] !== wanted || isContainer(input.bytes)) return format;
  return sniffFormat({ ...input, name: "" });
}

/** A ZIP archive says what it is by its entries, of which `sniffFormat` has taken note. */
function isContainer(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}
