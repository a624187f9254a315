import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Block, ParsedDocument } from "../../../src/core/document.ts";
import { createPdfParser, pdfParser } from "../../../src/ingest/parse/pdf.ts";
import { describeParser } from "../../conformance/parser.ts";
import {
  assemblePdf,
  gridLines,
  makePdf,
  textLines,
  type PdfOptions,
  type PdfRun,
  type PdfShape,
} from "../../fixtures/ingest/make-pdf.ts";

const parse = (pages: (PdfRun | PdfShape)[][], options?: PdfOptions): Promise<ParsedDocument> =>
  pdfParser.parse({ bytes: makePdf(pages, options), name: "guide.pdf" });

const texts = (document: ParsedDocument, kind?: Block["kind"]): string[] =>
  document.blocks.filter((block) => kind === undefined || block.kind === kind).map((block) => block.text);

const fixture = async (name: string): Promise<{ bytes: Uint8Array; name: string }> => ({
  bytes: new Uint8Array(await readFile(new URL(`../../fixtures/ingest/pdf/${name}`, import.meta.url))),
  name,
});

const LEFT = [
  "The left column tells how a guest moves",
  "into the house and where the keys lie.",
  "It goes on with the opening hours of the",
  "front desk and closes with the laundry.",
];
const RIGHT = [
  "The right column tells how a guest moves",
  "out of the house and returns the keys.",
  "It goes on with the cleaning of the room",
  "and closes with the return of the deposit.",
];

describeParser({
  name: "pdf",
  parser: pdfParser,
  valid: async () => ({
    bytes: makePdf([
      textLines(["Return the key card at the front desk."], { x: 72, y: 90 }),
      textLines(["退宿前三个工作日发邮件"], { x: 72, y: 90, font: "chinese" }),
    ]),
    name: "guide.pdf",
  }),
  expectText: "退宿前三个工作日发邮件",
});

test("numbers pages from 1 and gives every block its page", async () => {
  const document = await parse([
    [{ text: "First page.", x: 72, y: 90 }],
    [{ text: "Second page.", x: 72, y: 90 }],
    [{ text: "Third page.", x: 72, y: 90 }],
  ]);
  expect(document.pages).toBe(3);
  expect(document.blocks.map(({ text, page }) => [page, text])).toEqual([
    [1, "First page."],
    [2, "Second page."],
    [3, "Third page."],
  ]);
});

test("reads two columns one after the other though they are drawn line by line", async () => {
  const runs = LEFT.flatMap((text, index) => [
    { text, x: 72, y: 200 + 14 * index },
    { text: RIGHT[index] ?? "", x: 310, y: 200 + 14 * index },
  ]);
  const document = await parse([runs]);
  expect(texts(document)).toEqual([LEFT.join(" "), RIGHT.join(" ")]);
});

test("keeps a title over both columns first and text under them last", async () => {
  const document = await parse([
    [
      ...textLines(RIGHT, { x: 310, y: 207 }),
      { text: "A guest house and everything a guest must know", x: 90, y: 120, size: 18, font: "bold" },
      {
        text: "This line below runs over the whole width of the page, from the left margin to the right.",
        x: 72,
        y: 300,
      },
      ...textLines(LEFT, { x: 72, y: 200 }),
    ],
  ]);
  expect(texts(document)).toEqual([
    "A guest house and everything a guest must know",
    LEFT.join(" "),
    RIGHT.join(" "),
    "This line below runs over the whole width of the page, from the left margin to the right.",
  ]);
  expect(document.title).toBe("A guest house and everything a guest must know");
});

test("reads three columns from left to right", async () => {
  const column = (name: string): string[] =>
    Array.from({ length: 6 }, (_, line) => `${name} column, full line ${line + 1}`);
  const document = await parse([
    [
      ...textLines(column("Last"), { x: 400, y: 100 }),
      ...textLines(column("First"), { x: 60, y: 100 }),
      ...textLines(column("Middle"), { x: 230, y: 100 }),
    ],
  ]);
  const whole = texts(document).join(" ");
  expect(whole.indexOf("First column, full line 6")).toBeLessThan(whole.indexOf("Middle column, full line 1"));
  expect(whole.indexOf("Middle column, full line 6")).toBeLessThan(whole.indexOf("Last column, full line 1"));
});

test("carries a sentence over from one column and page to the next", async () => {
  const first = [...LEFT.slice(0, 3), "front desk and it then goes on to say the"];
  const document = await parse([
    [
      ...textLines(first, { x: 72, y: 200 }),
      ...textLines(
        RIGHT.map((line) => line.toLowerCase()),
        { x: 310, y: 200 },
      ),
    ],
  ]);
  expect(texts(document)[0]).toContain("goes on to say the the right column");
});

test("makes words whole that a hyphen cuts at the end of a line and keeps the hyphens of compounds", async () => {
  const document = await parse([
    textLines(
      ["A long-term guest returns the apart-", "ment key. Nobody else is a long-", "term guest and pays the deposit."],
      { x: 72, y: 90 },
    ),
  ]);
  expect(texts(document)).toEqual([
    "A long-term guest returns the apartment key. Nobody else is a long-term guest and pays the deposit.",
  ]);
});

test("puts no blank between lines of Chinese and one between a Latin word and Chinese where the page has it", async () => {
  const document = await parse([
    [
      ...textLines(["退宿前三个工作日请发邮件提出申请并结清水", "电费用，然后把钥匙交还前台。"], {
        x: 72,
        y: 90,
        font: "chinese",
        leading: 16,
      }),
    ],
  ]);
  expect(texts(document)).toEqual(["退宿前三个工作日请发邮件提出申请并结清水电费用，然后把钥匙交还前台。"]);
});

test("makes larger and bold lines headings and nothing else", async () => {
  const document = await parse([
    [
      { text: "Guest house guide", x: 72, y: 80, size: 22 },
      { text: "Moving out", x: 72, y: 120, size: 15 },
      ...textLines(
        [
          "A guest who leaves returns the keys at the front desk and",
          "gets the deposit back by bank transfer within a week.",
        ],
        { x: 72, y: 145 },
      ),
      { text: "Inspection", x: 72, y: 190, font: "bold" },
      ...textLines(
        [
          "The room is looked at together. Bold words inside a line are",
          "no heading, nor is a line that merely ends early.",
        ],
        { x: 72, y: 206 },
      ),
    ],
  ]);
  const headings = document.blocks.flatMap((block) => (block.kind === "heading" ? [[block.level, block.text]] : []));
  expect(headings).toEqual([
    [1, "Guest house guide"],
    [2, "Moving out"],
    [3, "Inspection"],
  ]);
});

test("puts numbered headings of one look on levels by their numbers", async () => {
  const section = (title: string, y: number): PdfRun[] => [
    { text: title, x: 72, y, size: 15 },
    { text: "Some text of this section that is long enough to be the body of it all.", x: 72, y: y + 20 },
  ];
  const document = await parse([
    [...section("4 Money", 80), ...section("4.1 Deposit", 140), ...section("5 Keys", 200)],
  ]);
  expect(document.blocks.flatMap((block) => (block.kind === "heading" ? [block.level] : []))).toEqual([1, 2, 1]);
});

test("keeps bullet and numbered lists in order with the lines of an item joined", async () => {
  const document = await parse([
    [
      { text: "What to bring:", x: 72, y: 80 },
      { text: "\u2022", x: 80, y: 100, font: "unicode" },
      { text: "the key card and", x: 98, y: 100 },
      { text: "the room key", x: 98, y: 114 },
      { text: "\uF0B7", x: 80, y: 128, font: "unicode" },
      { text: "the signed form", x: 98, y: 128 },
      { text: "How to go about it, in three steps, each of which matters:", x: 72, y: 170 },
      { text: "1. Write a mail.", x: 80, y: 190 },
      { text: "2. Clean the room.", x: 80, y: 204 },
      { text: "3. Sign the form.", x: 80, y: 218 },
    ],
  ]);
  expect(texts(document, "list")).toEqual([
    "- the key card and the room key\n- the signed form",
    "1. Write a mail.\n2. Clean the room.\n3. Sign the form.",
  ]);
});

test("keeps aligned rows as a table", async () => {
  const row = (y: number, cells: string[]): PdfRun[] => cells.map((text, index) => ({ text, x: 72 + 150 * index, y }));
  const document = await parse([
    [
      ...textLines(["The fees are these:"], { x: 72, y: 80 }),
      ...row(110, ["Item", "Single room", "Suite"]),
      ...row(126, ["Cleaning", "200", "350"]),
      ...row(142, ["Key card", "50", "50"]),
      ...row(158, ["Deposit", "1000", ""]).filter(({ text }) => text !== ""),
    ],
  ]);
  expect(texts(document, "table")).toEqual([
    "| Item | Single room | Suite |\n| --- | --- | --- |\n| Cleaning | 200 | 350 |\n| Key card | 50 | 50 |\n| Deposit | 1000 |  |",
  ]);
});

test("joins the lines of a cell in a ruled table and keeps merged cells in their place", async () => {
  const document = await parse([
    [
      ...gridLines([72, 172, 372, 472], [100, 120, 160, 180]),
      ...textLines(["Item", "Explanation", "Fee"], { x: 80, y: 114, leading: 0 }).map((run, index) => ({
        ...run,
        x: [80, 180, 380][index] ?? 0,
      })),
      // The cell in the middle wraps, its neighbours stand at half height.
      { text: "Cleaning", x: 80, y: 144 },
      ...textLines(["Done by the house when the", "guest has moved out"], { x: 180, y: 136 }),
      { text: "200", x: 380, y: 144 },
      { text: "Key card", x: 80, y: 174 },
      { text: "50", x: 380, y: 174 },
    ],
  ]);
  expect(texts(document)).toEqual([
    "| Item | Explanation | Fee |\n| --- | --- | --- |\n| Cleaning | Done by the house when the guest has moved out | 200 |\n| Key card |  | 50 |",
  ]);
});

test("parts the rows of a table that is ruled between groups only", async () => {
  const row = (y: number, cells: string[]): PdfRun[] => cells.map((text, index) => ({ text, x: 80 + 100 * index, y }));
  const document = await parse([
    [
      ...gridLines([72, 172, 272, 372, 472], [100, 120, 164]),
      ...row(114, ["Group", "Room", "Summer", "Winter"]),
      ...row(134, ["", "Single", "100", "80"]).filter(({ text }) => text !== ""),
      { text: "North", x: 80, y: 146 },
      ...row(158, ["", "Suite", "200", "160"]).filter(({ text }) => text !== ""),
    ],
  ]);
  expect(texts(document)[0]?.split("\n").slice(2)).toEqual([
    "| North | Single | 100 | 80 |",
    "|  | Suite | 200 | 160 |",
  ]);
});

test("reads a table that is ruled between its rows only", async () => {
  const lines = [100, 130, 160, 190].map((y): PdfShape => ({ from: [72, y], to: [472, y] }));
  const row = (y: number, cells: string[]): PdfRun[] => cells.map((text, index) => ({ text, x: 80 + 200 * index, y }));
  const document = await parse([
    [
      ...lines,
      ...row(92, ["Path", "Use"]),
      ...row(114, ["/v1/query", "answers a question"]),
      { text: "from the documents", x: 280, y: 126 },
      ...row(148, ["/healthz", "says that it lives"]),
      ...row(178, ["/metrics", "counts"]),
    ],
  ]);
  expect(texts(document)).toEqual([
    "| Path | Use |\n| --- | --- |\n| /v1/query | answers a question from the documents |\n| /healthz | says that it lives |\n| /metrics | counts |",
  ]);
});

test("sees bullets that are drawn as shapes and nests by their indent", async () => {
  const item = (text: string, x: number, y: number): (PdfRun | PdfShape)[] => [
    { dot: [x - 10, y - 4], radius: 2 },
    { text, x, y },
  ];
  const document = await parse([
    [...item("the key card", 90, 100), ...item("of the front door", 120, 114), ...item("the signed form", 90, 128)],
  ]);
  expect(texts(document)).toEqual(["- the key card\n   - of the front door\n- the signed form"]);
});

test("drops small print at the edges of a document of two pages", async () => {
  const page = (number: number): PdfRun[] => [
    { text: "11/24/26, 8:40 AM", x: 30, y: 22, size: 8 },
    ...textLines([`Body of page ${number} in running text of the usual size.`], { x: 72, y: 100 }),
    { text: "https://example.org/guide", x: 30, y: 825, size: 8 },
    { text: `${number}/2`, x: 550, y: 825, size: 8 },
  ];
  expect(texts(await parse([page(1), page(2)]))).toEqual([
    "Body of page 1 in running text of the usual size.",
    "Body of page 2 in running text of the usual size.",
  ]);
});

test("keeps lines that repeat when a document has nothing else", async () => {
  const document = await parse(Array.from({ length: 4 }, (_, index) => [{ text: `Page ${index + 1}.`, x: 72, y: 90 }]));
  expect(texts(document)).toEqual(["Page 1.", "Page 2.", "Page 3.", "Page 4."]);
});

test("drops running headers, footers and page numbers that repeat, not a line that stands on one page", async () => {
  const pages = Array.from({ length: 5 }, (_, index) => [
    { text: "Guest house guide", x: 72, y: 40, size: 9 },
    { text: `${["One", "Two", "Three", "Four", "Five"][index]} is told on this page and nowhere else.`, x: 72, y: 120 },
    { text: `Page ${index + 1} of 5`, x: 280, y: 810, size: 9 },
  ]);
  pages[2]?.push({ text: "Printed in spring", x: 72, y: 800, size: 9 });
  const whole = texts(await parse(pages)).join("\n");
  expect(whole).not.toContain("Guest house guide");
  expect(whole).not.toMatch(/Page \d/);
  expect(whole).toContain("Printed in spring");
  expect(whole).toContain("Five is told");
});

test("keeps monospaced lines as code with their indents", async () => {
  const document = await parse([
    [
      ...textLines(
        ["Call the interface with this program, which prints what it got:", "nothing more is needed than that."],
        { x: 72, y: 80 },
      ),
      ...textLines(["for name in names:", "print(name)"], { x: 72, y: 120, font: "code" }).map((run, index) => ({
        ...run,
        x: 72 + 26.4 * index,
      })),
    ],
  ]);
  expect(texts(document, "code")).toEqual(["```\nfor name in names:\n    print(name)\n```"]);
});

test("reads Chinese set in a predefined encoding without embedded font", async () => {
  const document = await parse([[{ text: "请在退房前结清水电费用。", x: 72, y: 90, font: "chinese" }]]);
  expect(texts(document)).toEqual(["请在退房前结清水电费用。"]);
});

test("writes radicals as ideographs and ligatures as letters", async () => {
  const document = await parse([[{ text: "使⽤⻔禁卡的⼈，oﬃce ﬁle", x: 72, y: 90, font: "unicode" }]]);
  expect(texts(document)).toEqual(["使用门禁卡的人，office file"]);
});

test("reads the radical that fonts for simplified Chinese use for 户 as that, and as 戶 in traditional text", async () => {
  const simplified = await parse([[{ text: "请⽤⼾须知：这门课", x: 72, y: 90, font: "unicode" }]]);
  expect(texts(simplified)).toEqual(["请用户须知：这门课"]);
  const traditional = await parse([[{ text: "請⽤⼾須知：這門課", x: 72, y: 90, font: "unicode" }]]);
  expect(texts(traditional)).toEqual(["請用戶須知：這門課"]);
});

test("reads vertical columns from right to left", async () => {
  const document = await parse([
    textLines(["竖排的第一行文字", "竖排的第二行文字"], { x: 500, y: 100, font: "vertical", leading: 0 }).map(
      (run, index) => ({ ...run, x: 500 - 18 * index }),
    ),
  ]);
  expect(texts(document).join("")).toBe("竖排的第一行文字竖排的第二行文字");
});

test("reads pages that are turned", async () => {
  const document = await parse([textLines(LEFT, { x: 72, y: 200 })], { rotate: 90 });
  expect(texts(document)).toEqual([LEFT.join(" ")]);
});

test("gives right-to-left text in logical order, labels before values", async () => {
  const document = await parse([
    [
      { text: "שלום".split("").toReversed().join(""), x: 300, y: 90, font: "unicode" },
      { text: "2024", x: 100, y: 90 },
      { text: "תאריך".split("").toReversed().join(""), x: 290, y: 106, font: "unicode" },
      { text: "2025", x: 100, y: 106 },
    ],
  ]);
  const whole = texts(document).join("\n");
  expect(whole.indexOf("שלום")).toBeLessThan(whole.indexOf("2024"));
  expect(whole).toContain("שלום");
});

test("takes the title from the metadata unless a program filled it in", async () => {
  const page: PdfRun[] = [
    { text: "Guest house guide", x: 72, y: 80, size: 22 },
    { text: "Some running text below that is longer than the title.", x: 72, y: 120 },
  ];
  expect((await parse([page], { title: "All about the house" })).title).toBe("All about the house");
  for (const senseless of ["untitled", "Microsoft Word - guide.docx", "guide", "(anonymous)", "a.tex", ""]) {
    const title = senseless.replace(/[()]/g, "\\$&");
    expect((await parse([page], { title })).title).toBe("Guest house guide");
  }
});

test("refuses a file that needs a password to open and reads one that only restricts printing", async () => {
  await expect(pdfParser.parse(await fixture("user-password.pdf"))).rejects.toMatchObject({
    code: "document_encrypted",
  });
  const document = await pdfParser.parse(await fixture("owner-password.pdf"));
  expect(texts(document)).toEqual(["The room key is returned at the front desk."]);
});

test("says of a file without any text that it is a scan and how to read it", async () => {
  await expect(parse([[], []])).rejects.toMatchObject({
    code: "document_no_text",
    message: expect.stringMatching(/guide\.pdf.*scan.*ocr = true/),
  });
});

test("names the pages without text", async () => {
  const text = [{ text: "Some text.", x: 72, y: 90 }];
  const document = await parse([text, [], [], text, []]);
  expect(document.warnings).toEqual([expect.stringContaining("Pages 2–3, 5 without text")]);
});

test("puts recognised text in the place of the scanned page", async () => {
  const parser = createPdfParser({
    recognise: async (_input, pages) =>
      pages.map((page) => ({
        page,
        height: 800,
        drawing: { rules: [], dots: [] },
        groups: [
          {
            direction: "horizontal",
            fragments: [
              {
                text: `recognised ${page}`,
                left: 72,
                right: 200,
                baseline: 100,
                size: 11,
                bold: false,
                mono: false,
                rightToLeft: false,
                order: 0,
              },
            ],
          },
        ],
      })),
  });
  const bytes = makePdf([[{ text: "First.", x: 72, y: 90 }], [], [{ text: "Third.", x: 72, y: 90 }]]);
  const document = await parser.parse({ bytes, name: "guide.pdf" });
  expect(document.blocks.map(({ text, page }) => [page, text])).toEqual([
    [1, "First."],
    [2, "recognised 2"],
    [3, "Third."],
  ]);
  expect(document.warnings).toEqual([expect.stringContaining("Page 2: text recognised")]);
});

test("reads a file whose cross-reference table lies in the wrong place", async () => {
  const whole = Buffer.from(makePdf([[{ text: "Still here.", x: 72, y: 90 }]])).toString("latin1");
  const bytes = new Uint8Array(Buffer.from(whole.replace(/startxref\n\d+/, "startxref\n7"), "latin1"));
  expect(texts(await pdfParser.parse({ bytes, name: "cut.pdf" }))).toEqual(["Still here."]);
});

test("reads the good pages of a file whose other pages are damaged", async () => {
  const page = (content: string): string =>
    `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents ${content}/Resources<</Font<</F 6 0 R>>>>>>`;
  const drawn = "BT /F 11 Tf 72 700 Td (A page that can be read.) Tj ET";
  const objects = [
    "",
    "<</Type/Catalog/Pages 2 0 R>>",
    "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
    page("5 0 R"),
    "(not a page)",
    `<</Length ${drawn.length}>>\nstream\n${drawn}\nendstream`,
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
  ];
  const document = await pdfParser.parse({ bytes: assemblePdf(objects), name: "half.pdf" });
  expect(texts(document)).toEqual(["A page that can be read."]);
  expect(document.warnings).toEqual([expect.stringContaining("Page 2 damaged")]);
});

test.each([
  [
    "a page tree that contains itself",
    ["", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000000000>>"],
  ],
  [
    "a page tree that claims more pages than it has",
    ["", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 2000000000>>"],
  ],
  ["a catalogue that is its own page tree", ["", "<</Type/Catalog/Pages 1 0 R>>"]],
  [
    "pages in a ring",
    [
      "",
      "<</Type/Catalog/Pages 2 0 R>>",
      "<</Type/Pages/Kids[3 0 R]/Count 9>>",
      "<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 9>>",
    ],
  ],
])("calls %s damaged", async (_, objects) => {
  await expect(pdfParser.parse({ bytes: assemblePdf(objects), name: "loop.pdf" })).rejects.toMatchObject({
    code: "document_damaged",
  });
});
