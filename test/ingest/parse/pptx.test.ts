import { expect, test } from "vitest";
import { pptxParser } from "../../../src/ingest/parse/pptx.ts";
import { describeParser } from "../../conformance/parser.ts";
import { pptxOf, runOf, shapeOf, zipOf, type TestSlide } from "../../fixtures/ingest/office-files.ts";

const TITLE = shapeOf([runOf("入住须知")], "title");

async function read(slides: TestSlide[], parts?: Record<string, string>) {
  return pptxParser.parse({ bytes: pptxOf(slides, parts), name: "guide.pptx" });
}

async function textsOf(shapes: string, parts?: Record<string, string>): Promise<string[]> {
  return (await read([{ shapes: TITLE + shapes }], parts)).blocks.slice(1).map((block) => block.text);
}

describeParser({
  name: "pptx",
  parser: pptxParser,
  valid: async () => ({
    bytes: pptxOf([{ shapes: TITLE + shapeOf([runOf("押金 500 元")]) }, { shapes: shapeOf([runOf("谢谢")], "title") }]),
    name: "guide.pptx",
  }),
  expectText: "押金 500 元",
});

test("reads slides in the order they are shown, with number and title", async () => {
  const document = await read([{ shapes: shapeOf([runOf("第一")], "ctrTitle") }, { shapes: TITLE }]);
  expect(document.pages).toBe(2);
  expect(document.title).toBe("第一");
  expect(document.blocks).toEqual([
    { kind: "heading", level: 2, text: "第一", page: 1 },
    { kind: "heading", level: 2, text: "入住须知", page: 2 },
  ]);
});

test("makes nested and numbered lists of body paragraphs", async () => {
  const body = shapeOf(
    [
      `<a:pPr><a:buAutoNum type="arabicPeriod"/></a:pPr>${runOf("登记")}`,
      `<a:pPr lvl="1"/>${runOf("带身份证")}`,
      `<a:pPr><a:buAutoNum type="arabicPeriod"/></a:pPr>${runOf("领钥匙")}`,
    ],
    "body",
  );
  expect(await textsOf(body)).toEqual(["1. 登记\n   - 带身份证\n2. 领钥匙"]);
  expect(await textsOf(shapeOf([runOf("一句话。")], "body"))).toEqual(["一句话。"]);
});

test("reads grouped shapes, tables, alternative text and fields, but no footers", async () => {
  const cell = (text: string, attributes = "") =>
    `<a:tc${attributes}><a:txBody><a:p>${runOf(text)}</a:p></a:txBody></a:tc>`;
  const table =
    "<p:graphicFrame><a:graphic><a:graphicData><a:tbl>" +
    `<a:tr>${cell("楼")}${cell("房")}</a:tr><a:tr>${cell("一号", ' rowSpan="2"')}${cell("101")}</a:tr>` +
    `<a:tr>${cell("", ' vMerge="1"')}${cell("102")}</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>`;
  const picture = '<p:pic><p:nvPicPr><p:cNvPr name="p" descr="平面图"/></p:nvPicPr></p:pic>';
  const fileName = '<p:pic><p:nvPicPr><p:cNvPr name="p" descr="photo.png"/></p:nvPicPr></p:pic>';
  const group = `<p:grpSp><p:grpSp>${shapeOf([runOf("里层")])}</p:grpSp></p:grpSp>`;
  const footer = shapeOf([runOf("公司机密")], "ftr") + shapeOf(["<a:fld><a:t>7</a:t></a:fld>"], "sldNum");
  expect(await textsOf(group + table + picture + fileName + footer)).toEqual([
    "里层",
    "| 楼 | 房 |\n| --- | --- |\n| 一号 | 101 |\n| 一号 | 102 |",
    "平面图",
  ]);
});

test("reads the fallback only when the choice says nothing", async () => {
  const choice = shapeOf([runOf("新")]);
  const fallback = shapeOf([runOf("旧")]);
  const alternatives = (chosen: string) =>
    `<mc:AlternateContent><mc:Choice>${chosen}</mc:Choice><mc:Fallback>${fallback}</mc:Fallback></mc:AlternateContent>`;
  expect(await textsOf(alternatives(choice))).toEqual(["新"]);
  expect(await textsOf(alternatives("<p:contentPart/>"))).toEqual(["旧"]);
});

test("quotes the notes and keeps the addresses of links", async () => {
  const shapes = TITLE + shapeOf([`<a:r><a:rPr><a:hlinkClick r:id="rId2"/></a:rPr><a:t>报修</a:t></a:r>`]);
  const document = await read(
    [
      {
        shapes,
        relationships: [
          { type: "notesSlide", target: "../notesSlides/n.xml" },
          { type: "hyperlink", target: "https://example.com/repair", external: true },
        ],
      },
    ],
    { "ppt/notesSlides/n.xml": `<p:notes>${shapeOf([runOf("先说押金"), runOf("再说水电")], "body")}</p:notes>` },
  );
  expect(document.blocks.slice(1)).toEqual([
    { kind: "paragraph", text: "报修 (https://example.com/repair)", page: 1 },
    { kind: "quote", text: "> 备注：先说押金\n> 再说水电", page: 1 },
  ]);
});

test("reads charts and diagrams", async () => {
  const frame = (data: string) =>
    `<p:graphicFrame><a:graphic><a:graphicData>${data}</a:graphicData></a:graphic></p:graphicFrame>`;
  const document = await read(
    [
      {
        shapes: TITLE + frame('<c:chart r:id="rId1"/>') + frame('<dgm:relIds r:dm="rId2"/>'),
        relationships: [
          { type: "chart", target: "../charts/c.xml" },
          { type: "diagramData", target: "../diagrams/d.xml" },
        ],
      },
    ],
    {
      "ppt/charts/c.xml":
        "<c:chartSpace><c:chart><c:plotArea><c:pieChart><c:ser><c:tx><c:v>人数</c:v></c:tx>" +
        '<c:cat><c:pt idx="0"><c:v>一楼</c:v></c:pt></c:cat><c:val><c:pt idx="0"><c:v>12</c:v></c:pt></c:val>' +
        "</c:ser></c:pieChart></c:plotArea></c:chart></c:chartSpace>",
      "ppt/diagrams/d.xml": `<dgm:dataModel><dgm:ptLst><dgm:pt><dgm:t><a:p>${runOf("申请")}</a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>`,
    },
  );
  expect(document.blocks.slice(1).map((block) => block.text)).toEqual([
    "|  | 人数 |\n| --- | --- |\n| 一楼 | 12 |",
    "- 申请",
  ]);
});

test("promotes the line in the largest letters when a slide has no title", async () => {
  const line = (text: string, size: number) => shapeOf([`<a:r><a:rPr sz="${size}"/><a:t>${text}</a:t></a:r>`]);
  const body = shapeOf([runOf("甲"), runOf("乙")], "body");
  const { blocks } = await read([
    { shapes: line("脚注", 900) + line("退房", 4000) + body },
    { shapes: line("Only", 900) },
  ]);
  expect(blocks[0]).toMatchObject({ kind: "heading", text: "退房" });
  expect(blocks.at(-2)).toMatchObject({ kind: "heading", text: "Slide 2" });
});

test("keeps the text of a slide whose pictures and parts are missing", async () => {
  const frame =
    '<p:graphicFrame><a:graphic><a:graphicData><c:chart r:id="rId9"/></a:graphicData></a:graphic></p:graphicFrame>';
  const shapes = `<p:pic><p:blipFill><a:blip r:embed="rId7"/></p:blipFill></p:pic>${frame}${TITLE}`;
  const document = await read([{ shapes, relationships: [{ type: "notesSlide", target: "../gone.xml" }] }]);
  expect(document.blocks.map((block) => block.text)).toEqual(["入住须知"]);
});

test("warns of hidden, empty and missing slides", async () => {
  const { warnings } = await read([{ shapes: TITLE, hidden: true }, { shapes: "" }]);
  expect(warnings).toEqual([expect.stringContaining("Slide 1 is hidden"), "Slide 2 has no text."]);
});

test("finds the slides of a presentation whose list of slides is lost", async () => {
  const slide = (text: string) =>
    `<p:sld><p:cSld><p:spTree>${shapeOf([runOf(text)], "title")}</p:spTree></p:cSld></p:sld>`;
  const bytes = zipOf({ "ppt/slides/slide10.xml": slide("ten"), "ppt/slides/slide2.xml": slide("two") });
  const { blocks } = await pptxParser.parse({ bytes, name: "a.pptx" });
  expect(blocks.map((block) => block.text)).toEqual(["two", "ten"]);
});

test("says what is wrong with a presentation without text, without slides, or of another kind", async () => {
  await expect(read([{ shapes: "" }])).rejects.toMatchObject({ code: "document_no_text" });
  await expect(read([])).rejects.toMatchObject({ code: "document_no_text" });
  await expect(pptxParser.parse({ bytes: zipOf({ a: "b" }), name: "a.pptx" })).rejects.toMatchObject({
    code: "document_damaged",
  });
});

test("refuses shapes that nest without end", async () => {
  await expect(read([{ shapes: "<p:grpSp>".repeat(50_000) }])).rejects.toMatchObject({
    code: "document_damaged",
  });
});
