import { zipSync } from "fflate";
import { expect, test } from "vitest";
import { openZip } from "../../../src/ingest/parse/zip.ts";
import { oleOf } from "../../fixtures/ingest/ole-file.ts";
import { zipOf } from "../../fixtures/ingest/office-files.ts";

const decoder = new TextDecoder();

function open(bytes: Uint8Array, limits = {}) {
  return openZip({ bytes, name: "file.docx" }, limits);
}

/** Offset of the first directory record. */
function directoryOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 6, true);
}

test("reads entries by name, without case when there is no exact one", () => {
  const zip = open(zipOf({ "word/document.xml": "<a/>", "b.xml": "b" }));
  expect(zip.names).toEqual(["word/document.xml", "b.xml"]);
  expect(decoder.decode(zip.read("word/document.xml"))).toBe("<a/>");
  expect(decoder.decode(zip.read("Word/Document.XML"))).toBe("<a/>");
  expect(zip.read("none")).toBeUndefined();
});

test("reads entries that are stored as they are", () => {
  const zip = open(zipSync({ a: new TextEncoder().encode("stored") }, { level: 0 }));
  expect(decoder.decode(zip.read("a"))).toBe("stored");
});

test("calls a file without bytes empty and one without a directory damaged", () => {
  expect(() => open(new Uint8Array(0))).toThrow(expect.objectContaining({ code: "document_empty" }));
  const bytes = zipOf({ a: "text ".repeat(100) });
  expect(() => open(bytes.slice(0, -30))).toThrow(
    expect.objectContaining({ code: "document_damaged", message: expect.stringContaining("cut short") }),
  );
});

test("refuses a file from whose middle bytes are missing", () => {
  const bytes = zipOf({ a: "text", b: "more" });
  const shortened = new Uint8Array([...bytes.slice(0, 20), ...bytes.slice(30)]);
  expect(() => open(shortened)).toThrow(expect.objectContaining({ code: "document_damaged" }));
});

test("refuses a bomb by its directory before inflating anything", () => {
  const bomb = zipSync({ "word/document.xml": new Uint8Array(40 * 1024 * 1024) }, { level: 9 });
  expect(bomb.length).toBeLessThan(60_000);
  expect(() => open(bomb)).toThrow(expect.objectContaining({ code: "document_too_large" }));
  expect(() => open(zipOf({ a: "x".repeat(5000) }), { maxInflatedBytes: 4999 })).toThrow(
    expect.objectContaining({ code: "document_too_large" }),
  );
  expect(() => open(zipOf({ a: "x", b: "y" }), { maxEntries: 1 })).toThrow(
    expect.objectContaining({ code: "document_too_large" }),
  );
});

test("stops inflating an entry that is larger than its directory says", () => {
  const bytes = zipOf({ a: "x".repeat(100_000) });
  new DataView(bytes.buffer).setUint32(directoryOf(bytes) + 24, 10, true);
  expect(() => open(bytes).read("a")).toThrow(expect.objectContaining({ code: "document_too_large" }));
});

test("refuses to inflate the same part over and over", () => {
  const zip = open(zipOf({ a: "x".repeat(1000) }), { maxInflatedBytes: 1000 });
  zip.read("a");
  zip.read("a");
  expect(() => zip.read("a")).toThrow(expect.objectContaining({ code: "document_too_large" }));
});

test("finds damage inside an entry by its checksum", () => {
  const bytes = zipSync({ a: new TextEncoder().encode("the amount is 500 yuan") }, { level: 0 });
  bytes[50] = 0x39;
  expect(() => open(bytes).read("a")).toThrow(expect.objectContaining({ code: "document_damaged" }));
});

test("tells a password apart from damage", () => {
  const bytes = zipOf({ a: "text" });
  new DataView(bytes.buffer).setUint16(directoryOf(bytes) + 8, 1, true);
  expect(() => open(bytes)).toThrow(expect.objectContaining({ code: "document_encrypted" }));
  const protectedFile = oleOf({ EncryptionInfo: new Uint8Array(10), EncryptedPackage: new Uint8Array(10) });
  expect(() => open(protectedFile)).toThrow(expect.objectContaining({ code: "document_encrypted" }));
});

test("names an old Office file under a new extension", () => {
  expect(() => open(oleOf({ WordDocument: new Uint8Array(10) }))).toThrow(
    expect.objectContaining({ code: "document_unsupported" }),
  );
});

test("refuses packing methods other than deflate", () => {
  const bytes = zipOf({ a: "text ".repeat(20) });
  new DataView(bytes.buffer).setUint16(directoryOf(bytes) + 10, 12, true);
  expect(() => open(bytes).read("a")).toThrow(expect.objectContaining({ code: "document_unsupported" }));
});
