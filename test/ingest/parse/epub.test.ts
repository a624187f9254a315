import { expect, test } from "vitest";
import { epubParser } from "../../../src/ingest/parse/epub.ts";
import { describeParser } from "../../conformance/parser.ts";
import { zipOf } from "../../fixtures/ingest/office-files.ts";

const CHAPTER = "<html><head><title/></head><body><h1>第一章</h1><p>租约<a id='x'/>从一月开始。</p></body></html>";

interface TestBook {
  manifest?: string;
  spine?: string;
  files?: Record<string, string>;
}

function epubOf({ manifest, spine, files = {} }: TestBook = {}): Uint8Array {
  return zipOf({
    mimetype: "application/epub+zip",
    "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
    "OPS/book.opf":
      "<package><metadata><dc:title>租约</dc:title></metadata>" +
      `<manifest>${manifest ?? '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'}</manifest>` +
      `<spine>${spine ?? '<itemref idref="a"/>'}</spine></package>`,
    "OPS/a.xhtml": CHAPTER,
    ...files,
  });
}

function read(book?: TestBook) {
  return epubParser.parse({ bytes: epubOf(book), name: "book.epub" });
}

describeParser({
  name: "epub",
  parser: epubParser,
  valid: async () => ({ bytes: epubOf(), name: "book.epub" }),
  expectText: "租约从一月开始。",
});

test("reads chapters in spine order under the book's title, without its table of contents", async () => {
  const document = await read({
    manifest:
      '<item id="b" href="b%20two.xhtml" media-type="application/xhtml+xml"/>' +
      '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>' +
      '<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>',
    spine: '<itemref idref="n"/><itemref idref="a"/><itemref idref="b"/><itemref idref="gone"/>',
    files: { "OPS/b two.xhtml": "<p>第二</p>", "OPS/nav.xhtml": '<nav><a href="a.xhtml">一</a></nav>' },
  });
  expect(document.title).toBe("租约");
  expect(document.blocks).toEqual([
    { kind: "heading", level: 1, text: "第一章" },
    { kind: "paragraph", text: "租约从一月开始。" },
    { kind: "paragraph", text: "第二" },
  ]);
});

test("names a chapter without heading by the table of contents", async () => {
  const manifest =
    '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>' +
    '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>';
  const files = {
    "OPS/a.xhtml": "<p>正文</p>",
    "OPS/toc.ncx":
      '<ncx><navMap><navPoint><navLabel><text>序</text></navLabel><content src="a.xhtml#top"/></navPoint></navMap></ncx>',
  };
  expect((await read({ manifest, files })).blocks[0]).toEqual({ kind: "heading", level: 1, text: "序" });
});

test("warns of a chapter that is missing from the file", async () => {
  const document = await read({
    manifest:
      '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>' +
      '<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/>',
    spine: '<itemref idref="a"/><itemref idref="b"/>',
  });
  expect(document.warnings).toEqual([expect.stringContaining("OPS/b.xhtml")]);
});

test("refuses copy protection, but not scrambled fonts", async () => {
  const encryption = (algorithm: string, target: string) => ({
    "META-INF/encryption.xml":
      `<encryption><EncryptedData><EncryptionMethod Algorithm="${algorithm}"/>` +
      `<CipherData><CipherReference URI="${target}"/></CipherData></EncryptedData></encryption>`,
  });
  const aes = "http://www.w3.org/2001/04/xmlenc#aes128-cbc";
  await expect(read({ files: encryption(aes, "OPS/a.xhtml") })).rejects.toMatchObject({ code: "document_encrypted" });
  expect((await read({ files: encryption("http://www.idpf.org/2008/embedding", "OPS/f.otf") })).blocks).toHaveLength(2);
});

test("calls a book without chapter list damaged and one without words empty of text", async () => {
  await expect(epubParser.parse({ bytes: zipOf({ a: "b" }), name: "a.epub" })).rejects.toMatchObject({
    code: "document_damaged",
  });
  await expect(read({ files: { "OPS/a.xhtml": "<html><body/></html>" } })).rejects.toMatchObject({
    code: "document_no_text",
  });
});
