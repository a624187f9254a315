import { expect, test } from "vitest";
import { htmlParser } from "../../../src/ingest/parse/html.ts";
import { jsonParser } from "../../../src/ingest/parse/json.ts";
import { markdownParser } from "../../../src/ingest/parse/markdown.ts";
import { rtfParser } from "../../../src/ingest/parse/rtf.ts";
import { sourceCodeParser } from "../../../src/ingest/parse/source-code.ts";
import { textParser } from "../../../src/ingest/parse/text.ts";
import { describeParser } from "../../conformance/parser.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const inputOf = (name: string, text: string) => ({ name, bytes: bytesOf(text) });

const MARKDOWN = `---
title: Guide
---
Intro & more
============

See [the form][f] and <b>hurry</b>. ![plan](plan.png) <!-- secret -->

[f]: https://example.com/form

| a      | b |
|--------|---|
| 1<br>2 | x |

<details>
<summary>More</summary>

Inside *details*.

</details>

\`\`\`py
# no heading
\`\`\`
`;
const HTML =
  "<html><title>Guide</title><nav><a href=/>Home</a></nav><nav><h2>Contents</h2><a href=#a>One</a></nav><p>Mail the office.</p>";

for (const [name, parser, file, text, expectText] of [
  ["markdown", markdownParser, "guide.md", MARKDOWN, "[the form](https://example.com/form)"],
  ["html", htmlParser, "guide.html", HTML, "Mail the office."],
  ["text", textParser, "guide.txt", "第一章 退房\n\n先发邮件。\n\nThen hand over the keys.", "先发邮件。"],
  ["json", jsonParser, "fees.json", '[{"name":"水费","price":{"yuan":3}},{"name":"电费"}]', "price.yuan: 3"],
  ["source-code", sourceCodeParser, "tool.py", "import os\n\ndef main():\n    return os.name\n", "def main():"],
  [
    "rtf",
    rtfParser,
    "guide.rtf",
    "{\\rtf1\\ansi\\ansicpg936{\\fonttbl{\\f0 Arial;}}\\f0 Mail \\'c4\\'e3\\'ba\\'c3\\par Keys \\u38053?\\par}",
    "Mail 你好",
  ],
] as const) {
  describeParser({ name, parser, valid: () => Promise.resolve(inputOf(file, text)), expectText });
}

test("reads Markdown with its marks, and what only a browser understands as text", async () => {
  const { title, blocks, warnings } = await markdownParser.parse(inputOf("guide.md", MARKDOWN));
  expect({ title, warnings }).toEqual({ title: "Guide", warnings: [] });
  expect(blocks).toEqual([
    { kind: "heading", level: 1, text: "Intro & more" },
    { kind: "paragraph", text: "See [the form](https://example.com/form) and hurry. plan" },
    { kind: "table", text: "| a | b |\n|---|---|\n| 1 2 | x |" },
    { kind: "paragraph", text: "More" },
    { kind: "paragraph", text: "Inside *details*." },
    { kind: "code", text: "```py\n# no heading\n```" },
  ]);
});

test("keeps broken front matter as text and says so", async () => {
  const { blocks, warnings } = await markdownParser.parse(inputOf("a.md", "---\ntitle: [a\n---\n\nBody text"));
  expect(warnings).toHaveLength(1);
  expect(blocks.map((block) => block.text).join("\n")).toContain("title: [a");
});

test("reads a long Markdown text in parts without losing a block", async () => {
  const sections = Array.from(
    { length: 800 },
    (_, index) => `## Part ${index}\n\nText of part ${index} says [x][r].\n\n\`\`\`\n# code ${index}\n\`\`\``,
  );
  const { blocks } = await markdownParser.parse(
    inputOf("long.md", `${sections.join("\n\n")}\n\n[r]: https://example.com/r`),
  );
  expect(blocks).toHaveLength(2400);
  expect(blocks.every((block) => block.kind !== "paragraph" || block.text.includes("(https://example.com/r)"))).toBe(
    true,
  );
});

test("drops menus and keeps navigation with a heading of its own", async () => {
  const { title, blocks } = await htmlParser.parse(inputOf("a.html", HTML));
  expect(title).toBe("Guide");
  expect(blocks.map((block) => block.text)).toEqual(["Contents", "One", "Mail the office."]);
});

test("finds headings of plain Chinese text and leaves sentences alone", async () => {
  const text =
    "第一章 总则\n\n一、退房\n先发邮件。\n\n1.2 押金\n三日内退。\n\n第一章的内容很长，这里不是标题。\n\n一、这是一个很长的句子，不是标题，而是正文。";
  const { blocks } = await textParser.parse(inputOf("a.txt", text));
  expect(blocks.filter((block) => block.kind === "heading").map((block) => block.text)).toEqual([
    "第一章 总则",
    "一、退房",
    "1.2 押金",
  ]);
  expect(blocks).toHaveLength(7);
});

test("reads JSON Lines record by record and names a bad line", async () => {
  const { blocks, warnings, mediaType } = await jsonParser.parse(
    inputOf("a.jsonl", '{"a":1}\n{"a":[1,2]}\nbad\n{"b":{"c":"x"}}\n'),
  );
  expect(blocks.map((block) => block.text)).toEqual(["a: 1", "a: 1, 2", "bad", "b.c: x"]);
  expect({ mediaType, warnings }).toEqual({
    mediaType: "application/x-ndjson",
    warnings: ["Line 3 is not valid JSON; it was kept as text."],
  });
});

test("reads broken JSON as text with a warning", async () => {
  const { blocks, warnings } = await jsonParser.parse(inputOf("a.json", '{"a": 1,\n'));
  expect(blocks[0]?.text).toBe('{"a": 1,');
  expect(warnings).toHaveLength(1);
});

test("survives JSON that is nested 100,000 deep", async () => {
  const deep = `${"[".repeat(100_000)}1${"]".repeat(100_000)}`;
  await expect(jsonParser.parse(inputOf("a.json", deep))).resolves.toMatchObject({ blocks: expect.any(Array) });
});

test("cuts source code between definitions", async () => {
  const code = Array.from({ length: 6 }, (_, index) => `def part_${index}():\n    return "${"x".repeat(150)}"\n`).join(
    "\n",
  );
  const { blocks } = await sourceCodeParser.parse(inputOf("a.py", code));
  expect(blocks.length).toBeGreaterThan(2);
  for (const block of blocks) expect(block.text).toMatch(/^```python\ndef part_/);
});

test("reads Markdown that is quoted 10,000 levels deep", async () => {
  const { blocks } = await markdownParser.parse(inputOf("a.md", `${">".repeat(10_000)}deepest`));
  expect(blocks.map((block) => block.text).join("")).toContain("deepest");
});
