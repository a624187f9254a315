import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { assertNameFits } from "../../../src/ingest/parse/name-fits.ts";

const PDF = strToU8("%PDF-1.7\n1 0 obj");
const DOCX = zipSync({ "[Content_Types].xml": strToU8("<Types/>"), "word/document.xml": strToU8("<w/>") });
const OLE = Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...Array.from({ length: 504 }, () => 0)]);
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PROGRAM = Uint8Array.from([0x4d, 0x5a, 0x90, 0x00, 3, 0, 0, 0]);
const TEXT = strToU8("# Title\n\ntext\n");
const HTML = strToU8("<!doctype html><html><body>x</body></html>");

test.each([
  ["a.pdf", PDF],
  ["a.PDF", PDF],
  ["a.docx", DOCX],
  // Renamed, encrypted, or saved by an old program.
  ["a.doc", DOCX],
  ["a.docx", OLE],
  ["a.xls", HTML],
  ["a.doc", strToU8("{\\rtf1 x}")],
  ["a.png", PNG],
  ["a.jpg", PNG],
  ["a.md", TEXT],
  ["a.txt", HTML],
  ["a.py", TEXT],
  ["a.pdf", new Uint8Array()],
])("%s takes what is of its kind", (name, bytes) => {
  expect(() => assertNameFits({ name, bytes })).not.toThrow();
});

test.each([
  ["a.md", PDF],
  ["a.txt", DOCX],
  ["a.pdf", DOCX],
  ["a.pdf", TEXT],
  ["a.pdf", PROGRAM],
  ["a.docx", TEXT],
  ["a.docx", PDF],
  ["a.png", PDF],
  ["a.png", TEXT],
  ["a.epub", DOCX],
  ["a.md", PROGRAM],
  ["a.exe", TEXT],
  ["a", TEXT],
  ["a.zip", zipSync({ "a.txt": TEXT })],
])("%s refuses what is not", (name, bytes) => {
  expect(() => assertNameFits({ name, bytes })).toThrow(expect.objectContaining({ code: "document_unsupported" }));
});
