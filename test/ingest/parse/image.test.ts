import { expect, test } from "vitest";
import { createImageParser, imageParser, imageType } from "../../../src/ingest/parse/image.ts";

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const PNG = bytesOf("\x89PNG\r\n\x1a\n\0\0\0\rIHDR");

test.each([
  [PNG, "image/png"],
  [bytesOf("\xff\xd8\xff\xe0\0\x10JFIF"), "image/jpeg"],
  [bytesOf("RIFF\x24\0\0\0WEBPVP8 "), "image/webp"],
  [bytesOf("II*\0\x08\0\0\0"), "image/tiff"],
  [bytesOf("MM\0*\0\0\0\x08"), "image/tiff"],
  [bytesOf("GIF89a\x01\0"), "image/gif"],
  [bytesOf("BM\x46\0\0\0\0\0\0\0\x36\0"), "image/bmp"],
  [bytesOf("BMW repair manual"), undefined],
  [bytesOf("%PDF-1.7"), undefined],
  [new Uint8Array(0), undefined],
])("knows pictures by their first bytes (%#)", (bytes, type) => {
  expect(imageType(bytes)).toBe(type);
});

test("says of a picture that text recognition is off and how to switch it on", async () => {
  await expect(imageParser.parse({ bytes: PNG, name: "notice.png" })).rejects.toMatchObject({
    code: "document_no_text",
    message: expect.stringMatching(/notice\.png.*ocr = true/),
  });
});

test("refuses an empty file and bytes that are no picture", async () => {
  await expect(imageParser.parse({ bytes: new Uint8Array(0), name: "a.png" })).rejects.toMatchObject({
    code: "document_empty",
  });
  await expect(imageParser.parse({ bytes: bytesOf("text"), name: "a.png" })).rejects.toMatchObject({
    code: "document_damaged",
  });
});

test("lays out recognised lines as paragraphs and says that they were recognised", async () => {
  const line = (text: string, order: number) => ({
    text,
    left: 80,
    right: 1400,
    baseline: 100 + 60 * order,
    size: 40,
    bold: false,
    mono: false,
    rightToLeft: false,
    order,
  });
  const parser = createImageParser({
    recognise: async () => ({
      page: 1,
      height: 900,
      groups: [
        {
          direction: "horizontal",
          fragments: [line("退宿前三个工作日发邮件提出", 0), line("申请，并结清水电费用。", 1)],
        },
      ],
      drawing: { rules: [], dots: [] },
    }),
  });
  const document = await parser.parse({ bytes: PNG, name: "notice.png" });
  expect(document.mediaType).toBe("image/png");
  expect(document.blocks).toEqual([
    { kind: "paragraph", text: "退宿前三个工作日发邮件提出申请，并结清水电费用。", page: 1 },
  ]);
  expect(document.warnings).toEqual([expect.stringContaining("recognised")]);
});

test("says of a picture without letters that recognition found none", async () => {
  const parser = createImageParser({
    recognise: async () => ({ page: 1, height: 0, groups: [], drawing: { rules: [], dots: [] } }),
  });
  await expect(parser.parse({ bytes: PNG, name: "photo.png" })).rejects.toMatchObject({ code: "document_no_text" });
});
