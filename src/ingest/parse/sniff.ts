import type { ParseInput } from "../../core/document.ts";
import { AppError } from "../../core/errors.ts";
import { isOleFile } from "./ole2.ts";
import { READ_FORMATS } from "./read-text.ts";
import { openZip } from "./zip.ts";

export type Format =
  | "pdf"
  | "docx"
  | "pptx"
  | "xlsx"
  | "epub"
  | "legacy-office"
  | "rtf"
  | "image"
  | "html"
  | "markdown"
  | "csv"
  | "json"
  | "source-code"
  | "text";

const FORMAT_BY_EXTENSION: Record<Format, string> = {
  pdf: "pdf",
  docx: "docx docm dotx dotm",
  pptx: "pptx pptm ppsx potx",
  xlsx: "xlsx xlsm xltx",
  epub: "epub",
  "legacy-office": "doc dot xls xlt ppt pps",
  rtf: "rtf",
  image: "png jpg jpeg gif bmp webp tif tiff",
  html: "html htm xhtml shtml",
  markdown: "md markdown mdown mkd mkdn mdx rmd qmd",
  csv: "csv tsv tab",
  json: "json jsonl ndjson geojson ipynb",
  "source-code":
    "py pyi ts tsx js jsx mjs cjs mts cts java kt kts scala go c h cc cpp cxx hpp hh cu cuh cs rs rb php swift m mm r lua pl " +
    "sh bash zsh fish ps1 bat cmd sql yaml yml toml ini cfg conf properties env xml xsd proto graphql gradle groovy dart " +
    "vue svelte css scss less cmake dockerfile makefile tf hcl jl ex exs erl hs clj",
  text: "txt text log rst adoc asciidoc org tex",
};

const EXTENSIONS = new Map<string, Format>();
for (const format of Object.keys(FORMAT_BY_EXTENSION)) {
  if (!isFormat(format)) continue;
  for (const extension of FORMAT_BY_EXTENSION[format].split(" ")) EXTENSIONS.set(extension, format);
}

/** Formats that are no text: a file of that name with other content is damaged, not plain text. */
const BINARY_FORMATS: ReadonlySet<Format> = new Set(["pdf", "docx", "pptx", "xlsx", "epub", "image"]);

const UNREAD_TYPES: [type: string, signature: number[], offset?: number][] = [
  ["a gzip archive", [0x1f, 0x8b]],
  ["a bzip2 archive", [0x42, 0x5a, 0x68]],
  ["an xz archive", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["a zstd archive", [0x28, 0xb5, 0x2f, 0xfd]],
  ["a 7-Zip archive", [0x37, 0x7a, 0xbc, 0xaf]],
  ["a RAR archive", [0x52, 0x61, 0x72, 0x21]],
  ["a tar archive", [0x75, 0x73, 0x74, 0x61, 0x72], 257],
  ["a program", [0x7f, 0x45, 0x4c, 0x46]],
  ["a program", [0x4d, 0x5a, 0x90, 0x00]],
  ["an SQLite database", [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66]],
  ["an audio file", [0x49, 0x44, 0x33]],
  ["an audio file", [0x4f, 0x67, 0x67, 0x53]],
  ["a video or audio file", [0x66, 0x74, 0x79, 0x70], 4],
  ["a WAV or AVI file", [0x52, 0x49, 0x46, 0x46]],
  ["a font", [0x77, 0x4f, 0x46]],
];

const IMAGES: number[][] = [
  [0x89, 0x50, 0x4e, 0x47],
  [0xff, 0xd8, 0xff],
  [0x47, 0x49, 0x46, 0x38],
  [0x49, 0x49, 0x2a, 0x00],
  [0x4d, 0x4d, 0x00, 0x2a],
];

/** Format by the file's name alone; `undefined` for an unknown extension. */
export function formatByName(name: string): Format | undefined {
  const extension = /\.([^.]+)$/.exec(name)?.[1] ?? name;
  return EXTENSIONS.get(extension.toLowerCase());
}

/**
 * Format of a file: by its content where that is plain, else by its name, else text.
 * @throws AppError `document_unsupported` for known kinds of files that hold no document, and what `openZip` throws
 */
export function sniffFormat(input: ParseInput): Format {
  const { bytes, name } = input;
  const named = formatByName(name);
  if (bytes.length === 0) return named ?? "text";
  if (hasPdfHeader(bytes)) return "pdf";
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]) || startsWith(bytes, [0x50, 0x4b, 0x05, 0x06]))
    return zipFormat(input);
  if (isOleFile(bytes)) return "legacy-office";
  if (isImage(bytes)) return "image";
  for (const [type, signature, offset] of UNREAD_TYPES) {
    if (startsWith(bytes, signature, offset)) throw unread(name, type);
  }
  if (named !== undefined && BINARY_FORMATS.has(named) && !looksLikeHtml(bytes)) return named;
  if (startsWith(bytes, [0x7b, 0x5c, 0x72, 0x74, 0x66])) return "rtf";
  if (named !== "source-code" && looksLikeHtml(bytes)) return "html";
  if (named === "legacy-office") return /\.xl\w$/i.test(name) ? "csv" : "text";
  if (named === undefined || named === "text") return isJson(bytes) ? "json" : "text";
  return named === "rtf" ? "text" : named;
}

function zipFormat(input: ParseInput): Format {
  const named = formatByName(input.name);
  const archive = openZip(input);
  const { names } = archive;
  const has = (folder: string) => names.some((name) => name.toLowerCase().startsWith(folder));
  if (names.includes("[Content_Types].xml") || named === "docx" || named === "pptx" || named === "xlsx") {
    if (has("word/")) return "docx";
    if (has("ppt/")) return "pptx";
    if (has("xl/")) return "xlsx";
  }
  const declared = names.includes("mimetype") ? new TextDecoder().decode(archive.read("mimetype")).trim() : "";
  if (declared === "application/epub+zip" || names.includes("META-INF/container.xml")) return "epub";
  if (declared.startsWith("application/vnd.oasis.opendocument")) {
    const message = `"${input.name}" is an OpenDocument file; save it as .docx, .xlsx, .pptx or PDF.`;
    throw new AppError("document_unsupported", message);
  }
  if (named === "docx" || named === "pptx" || named === "xlsx" || named === "epub") return named;
  const message = `"${input.name}" is a ZIP archive and no document; unpack it into the corpus folder.`;
  throw new AppError("document_unsupported", message);
}

function unread(name: string, type: string): AppError {
  const remedy = type.endsWith("archive") ? "unpack it into the corpus folder" : READ_FORMATS;
  return new AppError("document_unsupported", `"${name}" is ${type} and no document; ${remedy}.`);
}

function startsWith(bytes: Uint8Array, signature: readonly number[], offset = 0): boolean {
  return signature.every((byte, index) => bytes[offset + index] === byte);
}

/** Readers accept a PDF header within the first 1024 bytes; text about PDF is told apart by the version number. */
function hasPdfHeader(bytes: Uint8Array): boolean {
  if (startsWith(bytes, [0x25, 0x50, 0x44, 0x46, 0x2d])) return true;
  const head = latin1(bytes.subarray(0, 1024));
  return /(?:^|[\r\n\0])[^\w\r\n]*%PDF-\d\.\d/.test(head);
}

function isImage(bytes: Uint8Array): boolean {
  const isWebp = startsWith(bytes, [0x52, 0x49, 0x46, 0x46]) && startsWith(bytes, [0x57, 0x45, 0x42, 0x50], 8);
  const isBmp = startsWith(bytes, [0x42, 0x4d]) && startsWith(bytes, [0, 0, 0, 0], 6);
  return isWebp || isBmp || IMAGES.some((signature) => startsWith(bytes, signature));
}

const HTML_START =
  /^(?:\u00ef\u00bb\u00bf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,1000}?-->\s*){0,3}<(?:!doctype\s+html|html|head|body)[\s>]/i;

function looksLikeHtml(bytes: Uint8Array): boolean {
  // UTF-16 has NULs between the letters.
  return HTML_START.test(
    latin1(bytes.subarray(0, 4096))
      .replaceAll("\0", "")
      .replace(/^(?:\u00ff\u00fe|\u00fe\u00ff)/, ""),
  );
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

function isJson(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > 0x20);
  if (first !== 0x7b && first !== 0x5b) return false;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null;
  } catch (error) {
    // Text may begin with a bracket too.
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function isFormat(name: string): name is Format {
  return name in FORMAT_BY_EXTENSION;
}
