import { expect, test } from "vitest";
import { legacyOfficeParser } from "../../../src/ingest/parse/legacy-office.ts";
import { describeParser } from "../../conformance/parser.ts";
import {
  biffRecord,
  biffString,
  docOf,
  doubleWord,
  float,
  wide,
  words,
  xlsOf,
  type TestLegacyParagraph,
} from "../../fixtures/ingest/legacy-office-files.ts";
import { oleOf } from "../../fixtures/ingest/ole-file.ts";

const IN_TABLE = [...words(0x2416), 1];
const ROW_END = [...IN_TABLE, ...words(0x2417), 1];
const FEES = [
  biffRecord(0x204, [...words(0, 0, 0), ...biffString("项目")]),
  biffRecord(0x204, [...words(0, 1, 0), ...biffString("金额")]),
  biffRecord(0x204, [...words(1, 0, 0), ...biffString("押金")]),
  biffRecord(0x203, [...words(1, 1, 0), ...float(500)]),
];

function read(bytes: Uint8Array) {
  return legacyOfficeParser.parse({ bytes, name: "old.doc" });
}

async function cellsOf(records: number[][], globals: number[][] = []): Promise<string> {
  const { blocks } = await read(xlsOf([{ name: "s", records }], globals));
  return blocks.map((block) => block.text).join("\n");
}

describeParser({
  name: "legacy-office (.xls)",
  parser: legacyOfficeParser,
  valid: async () => ({ bytes: xlsOf([{ name: "费用", records: FEES }]), name: "fees.xls" }),
  expectText: "| 押金 | 500 |",
});

describeParser({
  name: "legacy-office (.doc)",
  parser: legacyOfficeParser,
  valid: async () => ({ bytes: docOf([{ text: "退房", style: 1 }, { text: "提前三天。" }]), name: "guide.doc" }),
  expectText: "提前三天。",
});

test("reads every sheet of a workbook under its name", async () => {
  const document = await read(
    xlsOf([
      { name: "费用", records: FEES },
      { name: "旧", records: FEES, hidden: true },
      { name: "空", records: [] },
    ]),
  );
  expect(document.mediaType).toBe("application/vnd.ms-excel");
  expect(document.blocks.map((block) => block.text)).toEqual([
    "费用",
    "| 项目 | 金额 |\n| --- | --- |\n| 押金 | 500 |",
    "旧",
    "| 项目 | 金额 |\n| --- | --- |\n| 押金 | 500 |",
  ]);
  expect(document.warnings).toEqual([expect.stringContaining("旧")]);
});

test("reads numbers in all their forms, dates, booleans, errors and formula results", async () => {
  const xf = (format: number) => biffRecord(0xe0, [...words(0, format), ...words(0, 0, 0, 0, 0, 0, 0, 0)]);
  const integer = (value: number) => doubleWord((value << 2) | 2);
  const records = [
    biffRecord(0x27e, [...words(0, 0, 0), ...integer(-7)]),
    biffRecord(0x27e, [...words(0, 1, 0), ...doubleWord((1234 << 2) | 3)]),
    biffRecord(0xbd, [...words(0, 2), ...words(0), ...integer(1), ...words(1), ...integer(45352), ...words(3)]),
    biffRecord(0x205, [...words(0, 4, 0), 1, 0]),
    biffRecord(0x205, [...words(0, 5, 0), 0x2a, 1]),
    biffRecord(0x06, [...words(0, 6, 0), ...float(2.5), ...words(0, 0, 0, 0)]),
    biffRecord(0x06, [...words(0, 7, 0), 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...words(0, 0, 0, 0)]),
    biffRecord(0x207, biffString("结果")),
  ];
  expect(await cellsOf(records, [xf(0), xf(14)])).toContain(
    "| -7 | 12.34 | 1 | 2024-03-01 | TRUE | #N/A | 2.5 | 结果 |",
  );
});

test("joins shared strings that go on in the next record with another width", async () => {
  const table = biffRecord(0xfc, [...doubleWord(2), ...doubleWord(2), ...words(6), 1, ...wide("押金")]);
  const rest = biffRecord(0x3c, [0, ...Buffer.from("500y", "latin1"), ...words(2), 1, ...wide("水费")]);
  const records = [
    biffRecord(0xfd, [...words(0, 0, 0), ...doubleWord(0)]),
    biffRecord(0xfd, [...words(0, 1, 0), ...doubleWord(1)]),
    biffRecord(0xfd, [...words(0, 2, 0), ...doubleWord(99)]),
  ];
  expect(await cellsOf(records, [table, rest])).toContain("| 押金500y | 水费 |");
});

test("repeats merged cells downwards and passes over charts inside a sheet", async () => {
  const records = [
    ...FEES,
    biffRecord(0x203, [...words(2, 1, 0), ...float(30)]),
    biffRecord(0xe5, [...words(1), ...words(1, 2, 0, 0)]),
    biffRecord(0x809, words(0x600, 0x20, 0, 0, 0, 0, 0, 0)),
    biffRecord(0x203, [...words(9, 9, 0), ...float(77)]),
    biffRecord(0x0a, []),
  ];
  const text = await cellsOf(records);
  expect(text).toContain("| 押金 | 500 |\n| 押金 | 30 |");
  expect(text).not.toContain("77");
});

test("reads headings, lists, tables and field results of a Word file", async () => {
  const paragraphs: TestLegacyParagraph[] = [
    { text: "退房", style: 1 },
    { text: "见\x13 HYPERLINK \x14网站\x15说明\x1e一" },
    { text: "写邮件", properties: [...words(0x460b, 1), ...words(0x260a), 0] },
    { text: "写日期", properties: [...words(0x260a), 1, ...words(0x460b, 1)] },
    { text: "项目", mark: "\x07", properties: IN_TABLE },
    { text: "金额", mark: "\x07", properties: IN_TABLE },
    { text: "", mark: "\x07", properties: ROW_END },
    { text: "押金", mark: "\x07", properties: IN_TABLE },
    { text: "五百", properties: IN_TABLE },
    { text: "元", mark: "\x07", properties: IN_TABLE },
    { text: "", mark: "\x07", properties: ROW_END },
    { text: "附则", properties: [...words(0x2640), 1] },
    { text: "完\x0b了" },
  ];
  const document = await read(docOf(paragraphs));
  expect(document.mediaType).toBe("application/msword");
  expect(document.blocks).toEqual([
    { kind: "heading", level: 1, text: "退房" },
    { kind: "paragraph", text: "见网站说明-一" },
    { kind: "list", text: "- 写邮件\n  - 写日期" },
    { kind: "table", text: "| 项目 | 金额 |\n| --- | --- |\n| 押金 | 五百 元 |" },
    { kind: "heading", level: 2, text: "附则" },
    { kind: "paragraph", text: "完\n了" },
  ]);
});

test("tells passwords, old presentations, older programs and unknown kinds apart", async () => {
  const codeOf = async (bytes: Uint8Array) => {
    const { code } = await read(bytes).then(
      () => ({ code: "read" }),
      (error: { code: string }) => error,
    );
    return code;
  };
  const locked = biffRecord(0x2f, words(1, 1, 1));
  expect(await codeOf(xlsOf([{ name: "s", records: FEES }], [locked]))).toBe("document_encrypted");
  expect(await codeOf(docOf([{ text: "a" }], 0x0100))).toBe("document_encrypted");
  expect(await codeOf(oleOf({ EncryptedPackage: new Uint8Array(1) }))).toBe("document_encrypted");
  expect(await codeOf(oleOf({ "PowerPoint Document": new Uint8Array(1) }))).toBe("document_unsupported");
  expect(await codeOf(oleOf({ Contents: new Uint8Array(1) }))).toBe("document_unsupported");
  expect(await codeOf(oleOf({ Book: new Uint8Array(biffRecord(0x409, words(0, 0x10, 0))) }))).toBe(
    "document_unsupported",
  );
  expect(await codeOf(oleOf({ WordDocument: new Uint8Array(words(0xa5dc, 0x68)) }))).toBe("document_unsupported");
  expect(await codeOf(oleOf({ WordDocument: new Uint8Array(words(0xa5ec, 0xc1)) }))).toBe("document_damaged");
  expect(await codeOf(docOf([{ text: "" }]))).toBe("document_no_text");
});

test("does not follow a chain of sectors that bites its own tail", async () => {
  const bytes = xlsOf([{ name: "s", records: FEES }]);
  const view = new DataView(bytes.buffer);
  // The directory is sector 1 and the stream begins at sector 2; the table is sector 0.
  view.setUint32(512 + 3 * 4, 2, true);
  await expect(read(bytes)).rejects.toMatchObject({ code: "document_damaged" });
});
