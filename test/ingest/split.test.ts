import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Block, Chunk, Document } from "../../src/core/document.ts";
import { splitDocument } from "../../src/ingest/split.ts";
import { toMarkdown } from "../../src/ingest/to-markdown.ts";

function documentOf(blocks: Block[]): Document {
  return { id: "d1", source: "guide.md", title: "Guide", mediaType: "text/markdown", hash: "", blocks };
}

const heading = (level: number, text: string): Block => ({ kind: "heading", level, text });
const paragraph = (text: string): Block => ({ kind: "paragraph", text });

/** Sentences of pseudo-words, the same for the same seed. */
function prose(seed: number, sentences: number): string {
  return Array.from(
    { length: sentences },
    (_, index) => `第${seed}段第${index + 1}句说明了第${seed * 7 + index}号房间的注意事项。`,
  ).join("");
}

const tableOf = (rows: number, width = 20) =>
  [
    "| 编号 | 说明 |",
    "| --- | --- |",
    ...Array.from({ length: rows }, (_, row) => `| ${row} | ${"项".repeat(width)} |`),
  ].join("\n");

test("keeps the heading path as context and out of the text", () => {
  const chunks = splitDocument(
    documentOf([
      heading(1, "公寓"),
      heading(2, "退房"),
      paragraph(prose(1, 10)),
      heading(2, "报修"),
      paragraph(prose(2, 10)),
    ]),
    { chunkChars: 480 },
  );
  expect(chunks.map((chunk) => chunk.headings)).toEqual([
    ["公寓", "退房"],
    ["公寓", "报修"],
  ]);
  expect(chunks[0]?.text).toBe(prose(1, 10));
});

test("joins tiny sections of one parent with their heading lines", () => {
  const chunks = splitDocument(
    documentOf([heading(1, "FAQ"), heading(2, "A"), paragraph("Yes."), heading(2, "B"), paragraph("No.")]),
    { chunkChars: 480 },
  );
  expect(chunks.map(({ headings, text }) => ({ headings, text }))).toEqual([
    { headings: ["FAQ"], text: "## A\n\nYes.\n\n## B\n\nNo." },
  ]);
});

test("does not join tiny sections of different parents", () => {
  const chunks = splitDocument(
    documentOf([
      heading(1, "One"),
      heading(2, "A"),
      paragraph(prose(1, 12)),
      heading(2, "B"),
      paragraph("Short b."),
      heading(1, "Two"),
      heading(2, "C"),
      paragraph("Short c."),
    ]),
    { chunkChars: 300 },
  );
  const mixed = chunks.filter((chunk) => chunk.text.includes("Short b") && chunk.text.includes("Short c"));
  expect(mixed).toEqual([]);
});

test("gives a heading without text its own passage", () => {
  const chunks = splitDocument(documentOf([heading(1, "Only a title")]), { chunkChars: 480 });
  expect(chunks.map(({ headings, text }) => ({ headings, text }))).toEqual([{ headings: [], text: "# Only a title" }]);
});

test("leaves a table whole up to twice the aim", () => {
  const table = tableOf(20);
  expect(table.length).toBeGreaterThan(500);
  const chunks = splitDocument(documentOf([paragraph(prose(1, 8)), { kind: "table", text: table }]), {
    chunkChars: 400,
  });
  expect(chunks.map((chunk) => chunk.text)).toContain(table);
});

test("repeats the header row in each part of a long table", () => {
  const document = documentOf([{ kind: "table", text: tableOf(100) }]);
  const { markdown } = toMarkdown(document.blocks);
  const chunks = splitDocument(document, { chunkChars: 300 });
  expect(chunks.length).toBeGreaterThan(5);
  for (const [index, chunk] of chunks.entries()) {
    expect(chunk.text.startsWith("| 编号 | 说明 |\n| --- | --- |\n| ")).toBe(true);
    const slice = markdown.slice(chunk.start, chunk.end);
    expect(chunk.text).toBe(index === 0 ? slice : `| 编号 | 说明 |\n| --- | --- |\n${slice}`);
  }
});

test("repeats the opening fence in each part of a long code block", () => {
  const lines = Array.from({ length: 120 }, (_, line) => `value_${line} = compute(${line})`);
  const code = `\`\`\`python\n${lines.join("\n")}\n\`\`\``;
  const chunks = splitDocument(documentOf([{ kind: "code", text: code }]), { chunkChars: 300 });
  expect(chunks.length).toBeGreaterThan(3);
  for (const chunk of chunks) expect(chunk.text).toMatch(/^```python\nvalue_/);
  for (const line of lines) expect(chunks.filter((chunk) => chunk.text.split("\n").includes(line))).toHaveLength(1);
});

test("cuts a long list between items", () => {
  const items = Array.from(
    { length: 30 },
    (_, index) => `${index + 1}. 第${index + 1}步：把第${index + 1}号材料交到前台\n   - 附上复印件`,
  );
  const chunks = splitDocument(documentOf([{ kind: "list", text: items.join("\n") }]), { chunkChars: 200 });
  for (const chunk of chunks) expect(chunk.text).toMatch(/^\d+\. /);
});

test("cuts a long paragraph after sentences and repeats at most a tenth", () => {
  const chunks = splitDocument(documentOf([paragraph(prose(3, 60))]), { chunkChars: 300 });
  for (const [index, chunk] of chunks.entries()) {
    expect(chunk.text).toMatch(/。$/);
    const before = chunks[index - 1];
    if (before !== undefined) expect(before.end - chunk.start).toBeLessThanOrEqual(30);
  }
});

test("does not end a sentence at an abbreviation or inside a number", () => {
  const text = Array.from(
    { length: 40 },
    (_, index) => `See e.g. Fig. ${index} of J. Smith for 1,000.${index} units.`,
  ).join(" ");
  for (const chunk of splitDocument(documentOf([paragraph(text)]), { chunkChars: 200 }))
    expect(chunk.text).toMatch(/units\.$/);
});

test("keeps a line that announces a table with the table", () => {
  const chunks = splitDocument(
    documentOf([
      paragraph(prose(1, 12)),
      paragraph("费用如下："),
      { kind: "table", text: tableOf(12) },
      paragraph(prose(2, 12)),
    ]),
    { chunkChars: 400 },
  );
  const announcing = chunks.find((chunk) => chunk.text.includes("费用如下："));
  expect(announcing?.text).toContain("| 编号 | 说明 |");
});

test("gives the page of the first block", () => {
  const chunks = splitDocument(
    documentOf([
      { kind: "paragraph", text: prose(1, 12), page: 3 },
      { kind: "paragraph", text: prose(2, 12), page: 4 },
    ]),
    { chunkChars: 300 },
  );
  expect(chunks.map((chunk) => chunk.page)).toEqual(chunks.map((chunk) => (chunk.text.startsWith("第1段") ? 3 : 4)));
  expect(chunks[0]?.page).toBe(3);
});

test("tells equal passages apart and keeps their ids in order", () => {
  const same = [heading(2, "Note"), paragraph(prose(1, 10))];
  const chunks = splitDocument(documentOf([heading(1, "A"), ...same, ...same]), { chunkChars: 300 });
  expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(chunks.length);
});

test("keeps most ids of a long flat text when a line is added at its beginning", () => {
  const rows = Array.from({ length: 400 }, (_, row) => paragraph(`name: item ${row}\nprice: ${(row * 37) % 101} yuan`));
  const before = splitDocument(documentOf(rows), { chunkChars: 400 });
  const after = splitDocument(documentOf([paragraph("name: item new\nprice: 3 yuan"), ...rows]), { chunkChars: 400 });
  const known = new Set(before.map((chunk) => chunk.id));
  expect(after.filter((chunk) => known.has(chunk.id)).length).toBeGreaterThan(after.length * 0.7);
});

const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Array.from("退房前请清理。是的，好！a b c. D, e\n")) },
  { weight: 1, arbitrary: fc.constantFrom("👩‍👩‍👧", "é", "한", "🇨🇳", "𠮷", "👍🏽", "が", "   ", "\n\n") },
);
const text = fc
  .array(character, { minLength: 1, maxLength: 400, size: "max" })
  .map((characters) => characters.join("").trim())
  .filter((joined) => joined !== "");
const block: fc.Arbitrary<Block> = fc.oneof(
  fc
    .record({ level: fc.integer({ min: 1, max: 4 }), text })
    .map(({ level, text: title }) => heading(level, title.slice(0, 12).trim() || "t")),
  text.map(paragraph),
  fc
    .array(text, { minLength: 1, maxLength: 8, size: "max" })
    .map((items): Block => ({ kind: "list", text: items.map((item) => `- ${item.replace(/\s+/g, " ")}`).join("\n") })),
  fc
    .array(text, { minLength: 1, maxLength: 8, size: "max" })
    .map((lines): Block => ({ kind: "code", text: `\`\`\`\n${lines.join("\n")}\n\`\`\`` })),
  fc.array(text, { minLength: 1, maxLength: 8, size: "max" }).map((cells): Block => ({
    kind: "table",
    text: ["| k | v |", "| --- | --- |", ...cells.map((cell) => `| x | ${cell.replace(/\s+/g, " ")} |`)].join("\n"),
  })),
  fc.array(text, { minLength: 1, maxLength: 4, size: "max" }).map((lines): Block => ({
    kind: "quote",
    text: lines.map((line) => `> ${line.replaceAll("\n", "\n> ")}`).join("\n"),
  })),
);
const blocks = fc.array(block, { maxLength: 25, size: "max" });
const chunkChars = fc.constantFrom(60, 120, 480);

/** The part of a chunk's text that stands in the Markdown. */
const sliceOf = (markdown: string, chunk: Chunk) => markdown.slice(chunk.start, chunk.end);

test("covers every character that is not blank, by text or by heading path", () => {
  fc.assert(
    fc.property(blocks, chunkChars, (all, aim) => {
      const document = documentOf(all);
      const { markdown, starts } = toMarkdown(all);
      const chunks = splitDocument(document, { chunkChars: aim });
      const covered = new Uint8Array(markdown.length);
      const paths = new Set(chunks.flatMap((chunk) => chunk.headings));
      for (const chunk of chunks) covered.fill(1, chunk.start, chunk.end);
      for (const [index, item] of all.entries()) {
        const start = starts[index] ?? 0;
        if (item.kind === "heading" && paths.has(item.text.replace(/\s+/g, " ").trim())) continue;
        const end = starts[index + 1] ?? markdown.length;
        for (let offset = start; offset < end; offset++) {
          if (covered[offset] !== 1) expect(markdown[offset]).toMatch(/\s/);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("gives each chunk the Markdown between its offsets, after a repeated header where there is one", () => {
  fc.assert(
    fc.property(blocks, chunkChars, (all, aim) => {
      const { markdown } = toMarkdown(all);
      for (const chunk of splitDocument(documentOf(all), { chunkChars: aim })) {
        const slice = sliceOf(markdown, chunk);
        const header = chunk.text.slice(0, chunk.text.length - slice.length);
        expect(chunk.text).toBe(header + slice);
        expect(["", "| k | v |\n| --- | --- |\n", "```\n"]).toContain(header);
      }
    }),
    { numRuns: 200 },
  );
});

test("splits no character as a reader sees it", () => {
  const segmenter = new Intl.Segmenter("zh", { granularity: "grapheme" });
  fc.assert(
    fc.property(blocks, chunkChars, (all, aim) => {
      const { markdown } = toMarkdown(all);
      const whole = new Set(Array.from(segmenter.segment(markdown), (segment) => segment.index)).add(markdown.length);
      for (const chunk of splitDocument(documentOf(all), { chunkChars: aim })) {
        expect({ text: chunk.text, start: whole.has(chunk.start), end: whole.has(chunk.end) }).toEqual({
          text: chunk.text,
          start: true,
          end: true,
        });
      }
    }),
    { numRuns: 150 },
  );
});

test("bounds the length of chunks", () => {
  fc.assert(
    fc.property(blocks, chunkChars, (all, aim) => {
      // Twice the aim for whole tables, half for a repeated header, a tenth for overlap, and no character is cut.
      for (const chunk of splitDocument(documentOf(all), { chunkChars: aim })) {
        expect(chunk.text.length).toBeLessThanOrEqual(aim * 2.6 + 20);
      }
    }),
    { numRuns: 200 },
  );
});

test("gives unique ids, the same each time", () => {
  fc.assert(
    fc.property(blocks, chunkChars, (all, aim) => {
      const chunks = splitDocument(documentOf(all), { chunkChars: aim });
      expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(chunks.length);
      expect(splitDocument(documentOf(all), { chunkChars: aim })).toEqual(chunks);
    }),
    { numRuns: 100 },
  );
});

test("keeps the ids of a chapter when another chapter changes", () => {
  fc.assert(
    fc.property(blocks, text, chunkChars, (all, added, aim) => {
      const chapter = [
        heading(1, "Chapter"),
        paragraph(prose(9, 20)),
        ...all.filter((item) => item.kind !== "heading"),
      ];
      const idsBelow = (first: Block[]) =>
        splitDocument(documentOf([...first, ...chapter]), { chunkChars: aim })
          .filter((chunk) => chunk.headings[0] === "Chapter")
          .map((chunk) => chunk.id);
      const other = [heading(1, "Other"), paragraph(prose(8, 30))];
      expect(idsBelow([...other, paragraph(added)])).toEqual(idsBelow(other));
    }),
    { numRuns: 100 },
  );
});

test.each(["。", ".", " ", "1,", "e\u0301", "🇨🇳", "word "])(
  "cuts a long run of %j in time that grows with its length",
  (unit) => {
    const run = `a${unit.repeat(200_000)}b`;
    const chunks = splitDocument(documentOf([paragraph(run)]), { chunkChars: 480 });
    expect(chunks[0]?.text.startsWith("a")).toBe(true);
    expect(chunks.at(-1)?.text.endsWith("b")).toBe(true);
  },
);
