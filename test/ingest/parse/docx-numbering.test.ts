import { expect, test } from "vitest";
import { readNumbering } from "../../../src/ingest/parse/docx-numbering.ts";
import { parseXml } from "../../../src/ingest/parse/xml.ts";

function level(index: number, format: string, text: string, rest = ""): string {
  return `<w:lvl w:ilvl="${index}"><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/>${rest}</w:lvl>`;
}

function numberingOf(levels: string, instances = '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>') {
  const xml = `<w:numbering><w:abstractNum w:abstractNumId="0">${levels}</w:abstractNum>${instances}</w:numbering>`;
  return readNumbering(parseXml(new TextEncoder().encode(xml), "numbering"));
}

function labelsOf(format: string, count: number, text = "%1"): string[] {
  const numbering = numberingOf(level(0, format, text));
  return Array.from({ length: count }, () => numbering.next("1", 0)?.text ?? "");
}

test("counts in Chinese, letters, Roman numerals and circles", () => {
  expect(
    labelsOf("chineseCountingThousand", 21, "第%1条").filter((_, index) => [0, 9, 10, 20].includes(index)),
  ).toEqual(["第一条", "第十条", "第十一条", "第二十一条"]);
  expect(labelsOf("chineseCounting", 110).slice(-10)[0]).toBe("一百零一");
  expect(labelsOf("lowerLetter", 28, "%1)").slice(-3)).toEqual(["z)", "aa)", "bb)"]);
  expect(labelsOf("upperRoman", 9).slice(-2)).toEqual(["VIII", "IX"]);
  expect(labelsOf("decimalEnclosedCircle", 2)).toEqual(["①", "②"]);
});

test("puts the numbers of the levels above into a label and begins lower levels anew", () => {
  const numbering = numberingOf(
    level(0, "chineseCounting", "%1、") + level(1, "decimal", "%1.%2", "<w:isLgl/>") + level(2, "bullet", "•"),
  );
  const labels = [0, 1, 1, 2, 0, 1].map((index) => numbering.next("1", index)?.text);
  expect(labels).toEqual(["一、", "1.1", "1.2", "", "二、", "2.1"]);
});

test("counts lists of one definition together until an override begins anew", () => {
  const numbering = numberingOf(
    level(0, "decimal", "%1."),
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>' +
      '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>',
  );
  const labels = ["1", "2", "3", "3"].map((id) => numbering.next(id, 0));
  expect(labels.map((label) => label?.text)).toEqual(["1.", "2.", "1.", "2."]);
  expect(labels[0]).toEqual({ text: "1.", count: 1, isPlain: true });
});

test("knows nothing of lists and levels that are not defined", () => {
  const numbering = numberingOf(level(0, "decimal", "%1.", '<w:pStyle w:val="Step"/>'));
  expect(numbering.next("9", 0)).toBeUndefined();
  expect(numbering.next("1", 5)).toBeUndefined();
  expect(numbering.next("1", Number.NaN)).toBeUndefined();
  expect(numbering.levelOfStyle("1", "Step")).toBe(0);
  expect(readNumbering(undefined).next("1", 0)).toBeUndefined();
});
