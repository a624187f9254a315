import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Document, HeadingLevel, LevelFormat, Packer, Paragraph, Table, TableCell, TableRow } from "docx";
import { zipSync } from "fflate";
import { expect, test } from "vitest";
import { docxParser } from "../../../src/ingest/parse/docx.ts";
import { describeParser } from "../../conformance/parser.ts";
import { docxOf, paragraphOf, zipOf, type TestWordParts } from "../../fixtures/ingest/office-files.ts";

async function read(body: string, parts?: TestWordParts) {
  return docxParser.parse({ bytes: docxOf(body, parts), name: "guide.docx" });
}

async function textsOf(body: string, parts?: TestWordParts): Promise<string[]> {
  return (await read(body, parts)).blocks.map((block) => block.text);
}

const SECRET = "the secret of this machine";

describeParser({
  name: "docx",
  parser: docxParser,
  valid: async () => ({
    bytes: docxOf(paragraphOf("退房", '<w:pStyle w:val="Heading1"/>') + paragraphOf("提前三个工作日。".repeat(40))),
    name: "guide.docx",
  }),
  expectText: "提前三个工作日。",
});

test("reads headings, nested lists and tables that Word programs write", async () => {
  const row = (...cells: string[]) =>
    new TableRow({ children: cells.map((cell) => new TableCell({ children: [new Paragraph(cell)] })) });
  const document = new Document({
    title: "公寓手册",
    numbering: {
      config: [
        {
          reference: "steps",
          levels: [
            { level: 0, format: LevelFormat.DECIMAL, text: "%1." },
            { level: 1, format: LevelFormat.LOWER_LETTER, text: "%2)" },
          ],
        },
      ],
    },
    sections: [
      {
        children: [
          new Paragraph({ text: "退房", heading: HeadingLevel.HEADING_2 }),
          new Paragraph({ text: "写邮件", numbering: { reference: "steps", level: 0 } }),
          new Paragraph({ text: "写明日期", numbering: { reference: "steps", level: 1 } }),
          new Paragraph({ text: "交钥匙", numbering: { reference: "steps", level: 0 } }),
          new Paragraph({ text: "要点", bullet: { level: 0 } }),
          new Table({ rows: [row("项目", "金额"), row("押金", "500")] }),
        ],
      },
    ],
  });
  const parsed = await docxParser.parse({ bytes: new Uint8Array(await Packer.toBuffer(document)), name: "a.docx" });
  expect(parsed.title).toBe("公寓手册");
  expect(parsed.blocks).toEqual([
    { kind: "heading", level: 2, text: "退房" },
    { kind: "list", text: "1. 写邮件\n   - a) 写明日期\n2. 交钥匙" },
    { kind: "list", text: "- 要点" },
    { kind: "table", text: "| 项目 | 金额 |\n| --- | --- |\n| 押金 | 500 |" },
  ]);
});

test("knows headings by Chinese names, inheritance and outline level", async () => {
  const style = (id: string, name: string, rest = "") =>
    `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${name}"/>${rest}</w:style>`;
  const styles =
    style("a1", "标题 2") + style("a2", "章名", '<w:basedOn w:val="a1"/>') + style("a3", "Title") + style("t", "toc 1");
  const use = (id: string) => `<w:pStyle w:val="${id}"/>`;
  const { blocks, title } = await read(
    paragraphOf("手册", use("a3")) +
      paragraphOf("退房 ... 3", use("t")) +
      paragraphOf("甲", use("a1")) +
      paragraphOf("乙", use("a2")) +
      paragraphOf("丙", '<w:outlineLvl w:val="3"/>') +
      paragraphOf("丁", '<w:outlineLvl w:val="9"/>'),
    { styles },
  );
  expect(title).toBe("手册");
  expect(blocks.map((block) => (block.kind === "heading" ? `${block.level} ${block.text}` : block.text))).toEqual([
    "1 手册",
    "2 甲",
    "2 乙",
    "4 丙",
    "丁",
  ]);
});

test("writes numbers out that Markdown cannot count", async () => {
  const level = (index: number, format: string, text: string) =>
    `<w:lvl w:ilvl="${index}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`;
  const numbering =
    `<w:abstractNum w:abstractNumId="0">${level(0, "chineseCountingThousand", "第%1条")}</w:abstractNum>` +
    `<w:abstractNum w:abstractNumId="1">${level(0, "decimal", "%1.")}</w:abstractNum>` +
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>';
  const item = (text: string, id: number, style = "") =>
    paragraphOf(text, `${style}<w:numPr><w:ilvl w:val="0"/><w:numId w:val="${id}"/></w:numPr>`);
  expect(
    await textsOf(
      item("总则", 1, '<w:pStyle w:val="Heading1"/>') +
        item("第一步", 2) +
        item("第二步", 2) +
        paragraphOf("说明") +
        item("第三步", 2) +
        item("附则", 1),
      { numbering },
    ),
  ).toEqual(["第一条 总则", "1. 第一步\n2. 第二步", "说明", "3. 第三步", "第二条 附则"]);
});

test("puts notes and comments after their paragraph and leaves deletions and hidden text out", async () => {
  const notes = (list: string, text: string) =>
    `<w:${list} w:id="2"><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:${list}>`;
  const body =
    '<w:p><w:r><w:t>押金</w:t><w:footnoteReference w:id="2"/></w:r><w:del><w:r><w:delText>三百</w:delText></w:r></w:del>' +
    "<w:ins><w:r><w:t>五百元</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>底价</w:t></w:r>" +
    '<w:r><w:commentReference w:id="2"/></w:r></w:p>';
  expect(
    await textsOf(body, { footnotes: notes("footnote", "退房时还。"), comments: notes("comment", "Check this") }),
  ).toEqual(["押金五百元", "脚注：退房时还。", "Comment: Check this"]);
});

test("reads a text box once, whichever of its two forms is there", async () => {
  const box = "<w:txbxContent><w:p><w:r><w:t>框内文字</w:t></w:r></w:p></w:txbxContent>";
  const drawing = `<w:drawing><wp:inline><wps:txbx>${box}</wps:txbx></wp:inline></w:drawing>`;
  const fallback = `<w:pict><v:textbox>${box}</v:textbox></w:pict>`;
  const both = `<mc:AlternateContent><mc:Choice>${drawing}</mc:Choice><mc:Fallback>${fallback}</mc:Fallback></mc:AlternateContent>`;
  for (const form of [both, drawing, fallback]) {
    expect(await textsOf(`<w:p><w:r>${form}<w:t>正文</w:t></w:r></w:p>`)).toEqual(["正文", "框内文字"]);
  }
});

test("keeps text boxes inside text boxes from multiplying", async () => {
  let content = "<w:p><w:r><w:t>核心</w:t></w:r></w:p>";
  for (let depth = 0; depth < 40; depth += 1) {
    content = `<w:p><w:r><w:pict><v:textbox><w:txbxContent>${content}</w:txbxContent></v:textbox></w:pict></w:r></w:p>`;
  }
  expect(await textsOf(content)).toEqual(["核心"]);
});

test("reads check boxes, formulas, merged cells and alternative text", async () => {
  const box =
    '<w:sdt><w:sdtPr><w14:checkbox xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"/></w:sdtPr>' +
    "<w:sdtContent><w:r><w:t>☒</w:t></w:r></w:sdtContent></w:sdt>";
  const field =
    '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/></w:checkBox></w:ffData></w:fldChar>' +
    '</w:r><w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>';
  const formula =
    "<m:oMath><m:r><m:t>v=</m:t></m:r><m:f><m:num><m:r><m:t>s</m:t></m:r></m:num><m:den><m:r><m:t>t</m:t></m:r></m:den></m:f></m:oMath>";
  const picture = '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="p" descr="平面图"/></wp:inline></w:drawing></w:r>';
  const text = (content: string) => `<w:r><w:t xml:space="preserve">${content}</w:t></w:r>`;
  expect(await textsOf(`<w:p>${box}${text(" 同意")}</w:p><w:p>${field}${text("拒绝")}</w:p>`)).toEqual([
    "☒ 同意",
    "☐ 拒绝",
  ]);
  expect(await textsOf(`<w:p>${text("速度")}${formula}</w:p><w:p>${picture}</w:p>`)).toEqual(["速度v=s/t", "平面图"]);
});

test("keeps the address of a link and the text of one whose target is lost", async () => {
  const link = (id: string) => `<w:hyperlink r:id="${id}"><w:r><w:t>报修</w:t></w:r></w:hyperlink>`;
  const relationships = [{ type: "hyperlink", target: "https://example.com/repair", external: true }];
  expect(await textsOf(`<w:p>${link("rId1")}</w:p><w:p>${link("rId99")}</w:p>`, { relationships })).toEqual([
    "报修 (https://example.com/repair)",
    "报修",
  ]);
});

test("never opens what an image relationship points to", async () => {
  const folder = mkdtempSync(join(tmpdir(), "docx-"));
  try {
    const secret = join(folder, "secret.txt");
    writeFileSync(secret, SECRET);
    const picture =
      '<w:r><w:drawing><wp:inline><a:graphic><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">' +
      '<pic:blipFill><a:blip r:link="rId1"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>';
    const image = { type: "image", target: pathToFileURL(secret).href, external: true };
    const document = await read(`<w:p>${picture}</w:p>${paragraphOf("正文")}`, { relationships: [image] });
    expect(document.blocks.map((block) => block.text)).toEqual(["正文"]);
    expect(JSON.stringify(document)).not.toContain(Buffer.from(SECRET).toString("base64").slice(0, 20));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("refuses a bomb, whether its directory is honest or not", async () => {
  const bomb = zipSync({ "word/document.xml": new Uint8Array(40 * 1024 * 1024) }, { level: 9 });
  await expect(docxParser.parse({ bytes: bomb, name: "bomb.docx" })).rejects.toMatchObject({
    code: "document_too_large",
  });
  const view = new DataView(bomb.buffer);
  view.setUint32(view.getUint32(bomb.length - 6, true) + 24, 1000, true);
  await expect(docxParser.parse({ bytes: bomb, name: "bomb.docx" })).rejects.toMatchObject({
    code: "document_too_large",
  });
});

test("survives entity bombs, external entities and endless nesting", async () => {
  const bomb = '<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b SYSTEM "file:///etc/passwd">]>';
  const w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  const bytes = zipOf({
    "word/document.xml": `${bomb}<w:document ${w}><w:body>${paragraphOf("正文 &a;&b;")}</w:body></w:document>`,
  });
  const { blocks } = await docxParser.parse({ bytes, name: "a.docx" });
  expect(JSON.stringify(blocks)).not.toMatch(/boom|root:/);
  await expect(read("<w:p>".repeat(20_000))).rejects.toMatchObject({ code: "document_damaged" });
  expect(await textsOf(`${"<w:ins>".repeat(300)}${paragraphOf("深")}${"</w:ins>".repeat(300)}`)).toEqual(["深"]);
});

test("reads a document whose namespace has another prefix", async () => {
  const bytes = zipOf({
    "_rels/.rels": "<Relationships/>",
    "word/document.xml":
      '<n:document xmlns:n="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><n:body>' +
      '<n:p><n:pPr><n:pStyle n:val="Heading1"/></n:pPr><n:r><n:t>标题</n:t></n:r></n:p></n:body></n:document>',
  });
  const { blocks } = await docxParser.parse({ bytes, name: "a.docx" });
  expect(blocks).toEqual([{ kind: "heading", level: 1, text: "标题" }]);
});

test("says that a document of pictures has no text and that another package is no Word document", async () => {
  await expect(read("<w:p/>")).rejects.toMatchObject({ code: "document_no_text" });
  await expect(docxParser.parse({ bytes: zipOf({ a: "b" }), name: "a.docx" })).rejects.toMatchObject({
    code: "document_damaged",
  });
});
