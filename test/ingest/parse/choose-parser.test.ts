import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { chooseParser } from "../../../src/ingest/parse/choose-parser.ts";

const inputOf = (name: string, content: string | Uint8Array) => ({
  name,
  bytes: typeof content === "string" ? strToU8(content) : content,
});
const nameOf = async (name: string, content: string | Uint8Array) => (await chooseParser(inputOf(name, content))).name;

test.each([
  ["a.md", "# T", "markdown"],
  ["a.txt", "plain", "text"],
  ["README", "plain", "text"],
  ["a.unknown", "plain", "text"],
  ["a.csv", "a,b\n1,2", "csv"],
  ["a.py", "print(1)", "source-code"],
  ["Dockerfile", "FROM x", "source-code"],
  ["a.json", "{", "json"],
  ["a.txt", '{"a": 1}', "json"],
  ["a.txt", "[note] plain", "text"],
  ["a.html", "<p>x", "html"],
  ["a.txt", "%PDF-1.7\n", "pdf"],
  ["a.md", "The header is `%PDF-1.7`.", "markdown"],
  ["a.pdf", "<!DOCTYPE html><html><p>x", "html"],
  ["a.doc", "{\\rtf1 x}", "rtf"],
  ["a.xls", "a\tb\n1\t2", "csv"],
  ["a.pdf", "", "pdf"],
  ["a.docx", "no container", "docx"],
] as const)("reads %s with %j as %s", async (name, content, parser) => {
  expect(await nameOf(name, content)).toBe(parser);
});

test.each([
  ["word/document.xml", "docx"],
  ["ppt/presentation.xml", "pptx"],
  ["xl/workbook.xml", "xlsx"],
] as const)("knows an Office file by its part %s", async (part, parser) => {
  const bytes = zipSync({ "[Content_Types].xml": strToU8("<Types/>"), [part]: strToU8("<x/>") });
  expect(await nameOf("file.bin", bytes)).toBe(parser);
});

test("knows an EPUB by its mimetype", async () => {
  expect(await nameOf("book.zip", zipSync({ mimetype: strToU8("application/epub+zip") }))).toBe("epub");
});

test.each([
  ["files.zip", zipSync({ "a.txt": strToU8("x") }), /unpack/],
  ["a.odt", zipSync({ mimetype: strToU8("application/vnd.oasis.opendocument.text") }), /OpenDocument/],
  ["a.gz", Uint8Array.of(0x1f, 0x8b, 8, 0), /gzip/],
  ["a.bin", strToU8("\u007fELF"), /program/],
] as const)("refuses %s with a remedy", async (name, bytes, message) => {
  await expect(chooseParser(inputOf(name, bytes))).rejects.toMatchObject({
    code: "document_unsupported",
    message: expect.stringMatching(message),
  });
});

test("names the file and what can be read when the content is unknown binary data", async () => {
  const input = inputOf(
    "x.bin",
    Uint8Array.from({ length: 512 }, (_, index) => (index * 37 + (index >> 3)) % 256),
  );
  const parser = await chooseParser(input);
  await expect(parser.parse(input)).rejects.toMatchObject({
    code: "document_unsupported",
    message: expect.stringMatching(/"x\.bin".*PDF/),
  });
});

test("warns when the name lies about the content", async () => {
  const input = inputOf("a.pdf", "<html><p>Keys first.");
  const { blocks, warnings } = await (await chooseParser(input)).parse(input);
  expect(blocks).toEqual([{ kind: "paragraph", text: "Keys first." }]);
  expect(warnings).toEqual(["The name says PDF, the content is HTML; it was read as that."]);
});
