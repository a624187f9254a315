import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cutToBytes, firstBytes } from "../../src/channels/cut-to-bytes.ts";
import { splitMarkdown } from "../../src/channels/split-markdown.ts";

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

test("what fits is left as it is; blanks give nothing", () => {
  expect(splitMarkdown("a\n\n- b\n", { maxBytes: 64 })).toEqual(["a\n\n- b\n"]);
  expect(splitMarkdown(" \n\n", { maxBytes: 64 })).toEqual([]);
  expect(splitMarkdown("x".repeat(64), { maxBytes: 64 })).toEqual(["x".repeat(64)]);
});

test("cuts between paragraphs first", () => {
  const first = "甲".repeat(15);
  const second = "乙".repeat(15);
  expect(splitMarkdown(`${first}\n\n${second}`, { maxBytes: 64 })).toEqual([first, second]);
});

test("cuts a long paragraph between its lines, then after sentences", () => {
  const lines = ["一".repeat(18), "二".repeat(18)];
  expect(splitMarkdown(lines.join("\n"), { maxBytes: 64 })).toEqual(lines);
  const sentence = `${"三".repeat(14)}。`;
  expect(splitMarkdown(sentence.repeat(3), { maxBytes: 64 })).toEqual([sentence, sentence, sentence]);
});

test("closes a fence that is cut and opens it again", () => {
  const code = Array.from({ length: 12 }, (_, n) => `const value${n} = ${n};`);
  const parts = splitMarkdown(["See:", "", "```ts", ...code, "```", "", "Done."].join("\n"), { maxBytes: 120 });
  expect(parts.length).toBeGreaterThan(2);
  for (const part of parts) expect(part.match(/^```/gm)?.length ?? 0).toSatisfy((count: number) => count % 2 === 0);
  const inside = parts.flatMap((part) => part.split("\n")).filter((line) => line.startsWith("const "));
  expect(inside).toEqual(code);
  expect(parts.filter((part) => part.includes("const ")).every((part) => part.includes("```ts\n"))).toBe(true);
  expect(parts.at(-1)).toContain("Done.");
});

test("a fence that is never closed is closed at each cut", () => {
  const parts = splitMarkdown(`~~~\n${"row of code\n".repeat(20)}`, { maxBytes: 100 });
  for (const part of parts) expect(part).toMatch(/^~~~\n[\s\S]*\n~~~$/);
});

test("shorter marks inside a fence do not end it", () => {
  const inner = "```\ninner text that goes on\n```\n".repeat(5);
  const parts = splitMarkdown(`\`\`\`\`md\n${inner}\`\`\`\``, { maxBytes: 100 });
  for (const part of parts) expect(part).toMatch(/^````md\n[\s\S]*\n````$/);
});

test("keeps a table whole where it fits, and repeats its head where it does not", () => {
  const head = "| name | days |\n|---|---|";
  const small = `${head}\n| a | 1 |`;
  expect(splitMarkdown(`${"x".repeat(90)}\n\n${small}`, { maxBytes: 100 })[1]).toBe(small);
  const rows = Array.from({ length: 20 }, (_, n) => `| person ${n} | ${n} |`);
  const parts = splitMarkdown([head, ...rows].join("\n"), { maxBytes: 120 });
  expect(parts.every((part) => part.startsWith(`${head}\n`))).toBe(true);
  expect(parts.flatMap((part) => part.split("\n").slice(2))).toEqual(rows);
});

test("a frame without room is given up, the text is not", () => {
  const info = "i".repeat(80);
  const parts = splitMarkdown(`\`\`\`${info}\n${"code ".repeat(40)}\n\`\`\``, { maxBytes: 64 });
  expect(parts.join("")).toContain("code code");
  expect(Math.max(...parts.map(bytesOf))).toBeLessThanOrEqual(64);
});

test("does not cut what is read as one character while it fits", () => {
  const family = "👨‍👩‍👧‍👦";
  const pieces = cutToBytes(family.repeat(10), 60);
  expect(pieces.every((piece) => piece.length % family.length === 0)).toBe(true);
  expect(firstBytes("日本語", 7)).toBe("日本");
  expect(firstBytes("abc", 3)).toBe("abc");
});

test.each([2048, 4096, 20_480])("pitfall 15: a long answer in parts of at most %d bytes loses nothing", (maxBytes) => {
  const answer = Array.from({ length: 400 }, (_, n) => `${n}. 退公寓的时候请先联系前台，然后归还门禁卡🔑。[${n}]`).join(
    "\n",
  );
  const parts = splitMarkdown(answer, { maxBytes });
  expect(Math.max(...parts.map(bytesOf))).toBeLessThanOrEqual(maxBytes);
  expect(parts.join("\n")).toBe(answer);
  expect(parts.length).toBeLessThanOrEqual(Math.ceil(bytesOf(answer) / (maxBytes * 0.9)));
});

test("no part is too long, none has half a code point, and no text is lost", () => {
  const piece = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 90 }),
    fc.constantFrom("\n", "\n\n", "。", "😀", "é", "中文字符", "| a | b |\n|---|---|\n| c | d |\n", "word "),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 64, max: 300 }), (pieces, maxBytes) => {
      // Fences and tables repeat marks and heads, so only plain text can be compared letter by letter.
      const text = pieces.join("").replaceAll(/[`~|]/g, "");
      const parts = splitMarkdown(text, { maxBytes });
      for (const part of parts) {
        expect(bytesOf(part)).toBeLessThanOrEqual(maxBytes);
        expect(part.isWellFormed()).toBe(true);
      }
      expect(parts.join("").replaceAll(/\s/g, "")).toBe(text.replaceAll(/\s/g, ""));
    }),
  );
});

test("whatever the Markdown, no part is too long", () => {
  const line = fc.constantFrom(
    "```",
    "````js",
    "~~~",
    "  ```",
    "| a | b |",
    "|---|---|",
    "|:-:|",
    "text 文字",
    "",
    "    x",
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(line, fc.string({ unit: "grapheme", maxLength: 150 })), { maxLength: 60 }),
      fc.integer({ min: 64, max: 200 }),
      (lines, maxBytes) => {
        for (const part of splitMarkdown(lines.join("\n"), { maxBytes })) {
          expect(bytesOf(part)).toBeLessThanOrEqual(maxBytes);
          expect(part.trim()).not.toBe("");
        }
      },
    ),
  );
});

test("a part that has no room for a fence is a bug of the caller", () => {
  expect(() => splitMarkdown("a", { maxBytes: 10 })).toThrow(RangeError);
});
