import { expect, test } from "vitest";
import { xlsxParser } from "../../../src/ingest/parse/xlsx.ts";
import { describeParser } from "../../conformance/parser.ts";
import { relationshipsXml, sheetData, xlsxOf, zipOf, type TestWorkbook } from "../../fixtures/ingest/office-files.ts";

const FEES = sheetData([
  ["项目", "金额"],
  ["押金", "500"],
]);

function read(workbook: TestWorkbook) {
  return xlsxParser.parse({ bytes: xlsxOf(workbook), name: "fees.xlsx" });
}

async function textOf(workbook: TestWorkbook): Promise<string> {
  return (await read(workbook)).blocks.map((block) => block.text).join("\n");
}

describeParser({
  name: "xlsx",
  parser: xlsxParser,
  valid: async () => ({ bytes: xlsxOf({ sheets: [{ name: "费用", xml: FEES }] }), name: "fees.xlsx" }),
  expectText: "| 押金 | 500 |",
});

test("gives each sheet its name as heading and says which ones are hidden", async () => {
  const document = await read({
    sheets: [
      { name: "费用", xml: FEES },
      { name: "旧费用", xml: FEES, state: "hidden" },
    ],
  });
  expect(document.blocks.map((block) => block.kind)).toEqual(["heading", "table", "heading", "table"]);
  expect(document.blocks[2]).toEqual({ kind: "heading", level: 2, text: "旧费用" });
  expect(document.warnings).toEqual([expect.stringContaining("旧费用")]);
});

test("keeps a column whose header is empty and drops empty rows and columns around the table", async () => {
  const xml = sheetData([
    ["", "", "", ""],
    ["", "姓名", "", "电话"],
    ["", "前台", "一楼", "8001"],
  ]);
  expect(await textOf({ sheets: [{ name: "联系", xml }] })).toContain(
    "| 姓名 |  | 电话 |\n| --- | --- | --- |\n| 前台 | 一楼 | 8001 |",
  );
});

test("makes a heading of the title row above a table", async () => {
  const xml = sheetData([["2024 年收费标准"], ["单位：元"], ["项目", "金额"], ["押金", "500"]]);
  const { blocks } = await read({ sheets: [{ name: "Sheet1", xml }] });
  expect(blocks[1]).toEqual({ kind: "heading", level: 3, text: "2024 年收费标准" });
  expect(blocks[2]).toEqual({ kind: "paragraph", text: "单位：元" });
  expect(blocks[3]?.text).toMatch(/^\| 项目 \| 金额 \|/);
});

test("goes on with a table below a blank row, and begins a new one where a header stands", async () => {
  const more = sheetData([["水费", "30"]], 4).replace(/<\/?sheetData>/g, "");
  const other = sheetData(
    [
      ["月份", "度数"],
      ["5", "120"],
    ],
    6,
  ).replace(/<\/?sheetData>/g, "");
  const { blocks } = await read({
    sheets: [{ name: "s", xml: FEES.replace("</sheetData>", `${more}${other}</sheetData>`) }],
  });
  expect(blocks.map((block) => block.text)).toEqual([
    "s",
    "| 项目 | 金额 |\n| --- | --- |\n| 押金 | 500 |\n| 水费 | 30 |",
    "| 月份 | 度数 |\n| --- | --- |\n| 5 | 120 |",
  ]);
});

test("separates a table that stands further down beside another", async () => {
  const xml = sheetData([
    ["a", "b"],
    ["1", "2"],
    ["3", "4", "", "c", "d"],
    ["5", "6", "", "7", "8"],
  ]);
  const { blocks } = await read({ sheets: [{ name: "s", xml }] });
  expect(blocks.slice(1).map((block) => block.text)).toEqual([
    "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n| 5 | 6 |",
    "| c | d |\n| --- | --- |\n| 7 | 8 |",
  ]);
});

test("shows dates as ISO, percentages, padded codes and numbers without noise", async () => {
  const styles =
    '<numFmts><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/>' +
    '<numFmt numFmtId="171" formatCode="000000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>' +
    '<xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="10"/><xf numFmtId="22"/></cellXfs>';
  const xml =
    "<sheetData><row><c><v>0.30000000000000004</v></c><c s='1'><v>45352</v></c><c s='2'><v>45352</v></c>" +
    "<c s='3'><v>123</v></c><c s='4'><v>0.35</v></c><c s='5'><v>45352.395833333336</v></c></row></sheetData>";
  expect(await textOf({ sheets: [{ name: "s", xml }], styles })).toContain(
    "| 0.3 | 2024-03-01 | 2024-03-01 | 000123 | 35% | 2024-03-01 09:30 |",
  );
});

test("reads rich text without readings, stored results, booleans and errors", async () => {
  const xml =
    '<sheetData><row><c t="s"><v>0</v></c><c><f>1+1</f><v>2</v></c><c t="str"><f>A1</f><v>ok</v></c>' +
    '<c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row></sheetData>';
  const strings = ["<r><t>东</t></r><r><t>京</t></r><rPh><t>トウキョウ</t></rPh>"];
  expect(await textOf({ sheets: [{ name: "s", xml }], strings })).toContain("| 东京 | 2 | ok | TRUE | #N/A |");
});

test("says when formulas have no stored result", async () => {
  const xml = '<sheetData><row><c t="inlineStr"><is><t>a</t></is></c><c><f>1+1</f></c></row></sheetData>';
  expect((await read({ sheets: [{ name: "s", xml }] })).warnings).toEqual([
    expect.stringContaining("1 formulas without a stored result"),
  ]);
});

test("repeats a cell that is merged over rows and keeps the address of a link", async () => {
  const xml = `${sheetData([
    ["楼", "房间"],
    ["一号楼", "101"],
    ["", "102"],
  ])}<mergeCells><mergeCell ref="A2:A3"/></mergeCells><hyperlinks><hyperlink ref="B3" r:id="rId1"/></hyperlinks>`;
  const relationships = [{ type: "hyperlink", target: "https://example.com/102", external: true }];
  const text = await textOf({ sheets: [{ name: "s", xml, relationships }] });
  expect(text).toContain("| 一号楼 | 101 |\n| 一号楼 | 102 (https://example.com/102) |");
});

test("reads text boxes and charts that float over a sheet", async () => {
  const parts = {
    "xl/drawings/drawing1.xml":
      '<xdr:wsDr xmlns:r="r"><xdr:sp><xdr:txBody><a:p><a:r><a:t>填表说明</a:t></a:r></a:p></xdr:txBody></xdr:sp>' +
      '<c:chart r:id="rId1"/></xdr:wsDr>',
    "xl/drawings/_rels/drawing1.xml.rels": relationshipsXml([{ type: "chart", target: "../charts/chart1.xml" }]),
    "xl/charts/chart1.xml":
      "<c:chartSpace><c:chart><c:title><a:p><a:r><a:t>用电</a:t></a:r></a:p></c:title><c:plotArea><c:barChart><c:ser>" +
      '<c:tx><c:v>度数</c:v></c:tx><c:cat><c:pt idx="0"><c:v>五月</c:v></c:pt></c:cat>' +
      '<c:val><c:pt idx="0"><c:v>120</c:v></c:pt></c:val></c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>',
  };
  const relationships = [{ type: "drawing", target: "../drawings/drawing1.xml" }];
  const text = await textOf({ sheets: [{ name: "s", xml: FEES, relationships }], parts });
  expect(text).toContain("填表说明\n用电\n|  | 度数 |\n| --- | --- |\n| 五月 | 120 |");
});

test("lists what people noted at cells", async () => {
  const parts = {
    "xl/comments1.xml":
      '<comments><commentList><comment ref="B2"><text><r><t>含税</t></r></text></comment></commentList></comments>',
  };
  const relationships = [{ type: "comments", target: "../comments1.xml" }];
  const { blocks } = await read({ sheets: [{ name: "s", xml: FEES, relationships }], parts });
  expect(blocks.at(-1)).toEqual({ kind: "list", text: "- B2: 含税" });
});

test("is not impressed by the size a sheet declares", async () => {
  const xml = `<dimension ref="A1:XFD1048576"/>${sheetData([["a", "b"]])}<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>`;
  expect((await textOf({ sheets: [{ name: "s", xml }] })).length).toBeLessThan(200);
});

test("refuses a workbook whose cells repeat one long string without end", async () => {
  const cells = '<c t="s"><v>0</v></c>'.repeat(3000);
  const workbook = {
    sheets: [{ name: "s", xml: `<sheetData><row>${cells}</row></sheetData>` }],
    strings: [`<t>${"long ".repeat(6000)}</t>`],
  };
  await expect(read(workbook)).rejects.toMatchObject({ code: "document_too_large" });
});

test("survives entity bombs, external entities and endless nesting", async () => {
  const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>';
  const xml = sheetData([["a", "&b;&c;"]]);
  const bytes = zipOf({
    "xl/workbook.xml": `${bomb}<workbook><sheets><sheet name="&b;" r:id="rId1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": relationshipsXml([{ type: "worksheet", target: "/xl/s.xml" }]),
    "xl/s.xml": `${bomb}<worksheet>${xml}</worksheet>`,
  });
  const { blocks } = await xlsxParser.parse({ bytes, name: "bomb.xlsx" });
  expect(JSON.stringify(blocks)).not.toMatch(/aaaa|root:/);
  await expect(read({ sheets: [{ name: "s", xml: "<x>".repeat(100_000) }] })).rejects.toMatchObject({
    code: "document_damaged",
  });
});

test("cleans NUL, escaped controls and lone surrogates from cells", async () => {
  const xml = sheetData([["a&#0;b", "x_x000D_y", "\u{1F600}&#xD83D;", "c"]]);
  const text = await textOf({ sheets: [{ name: "s", xml }] });
  expect(text.isWellFormed()).toBe(true);
  expect(text).toContain("x y");
  expect(text).not.toContain("\0");
});

test("says that an empty workbook has no text and that a package without workbook is damaged", async () => {
  await expect(read({ sheets: [{ name: "s", xml: "<sheetData/>" }] })).rejects.toMatchObject({
    code: "document_no_text",
  });
  await expect(xlsxParser.parse({ bytes: zipOf({ a: "b" }), name: "a.xlsx" })).rejects.toMatchObject({
    code: "document_damaged",
  });
  const binary = zipOf({
    "_rels/.rels": relationshipsXml([{ type: "officeDocument", target: "xl/workbook.bin" }]),
    "xl/workbook.bin": "x",
  });
  await expect(xlsxParser.parse({ bytes: binary, name: "a.xlsb" })).rejects.toMatchObject({
    code: "document_unsupported",
  });
});
