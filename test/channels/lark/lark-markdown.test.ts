import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeCard, encodePost, encodeText, partsOfPost } from "../../../src/channels/lark/encode.ts";
import { summarise, toCardMarkdown, toMessageText } from "../../../src/channels/lark/lark-markdown.ts";
import { postOf } from "./lark-bench.ts";

const TABLE = "| a | b |\n|---|---|\n| 1 | 2 |";

test("Lark's own tags cannot come in from a text, and comparisons stay as they are", () => {
  expect(toCardMarkdown("<at id=all></at> <font color='red'>x</font> a < b, <3, x<=1")).toBe(
    "&#60;at id=all>&#60;/at> &#60;font color='red'>x&#60;/font> a < b, <3, x<=1",
  );
});

test("in code nothing is changed but what would call somebody", () => {
  const code = "```html\n<div>a</div>\n<at id=all>\n```\nand `<b>` too";
  expect(toCardMarkdown(code)).toBe("```html\n<div>a</div>\n<\u200Bat id=all>\n```\nand `<b>` too");
});

test("tables beyond the third become code, those in code are left alone", () => {
  const markdown = [TABLE, "x", TABLE, "```", TABLE, "```", TABLE, "y", TABLE].join("\n\n");
  const card = toCardMarkdown(markdown);
  expect(card.endsWith(`y\n\n\`\`\`\n${TABLE}\n\`\`\``)).toBe(true);
  expect(card.match(/```/g)).toHaveLength(4);
  expect(toCardMarkdown(TABLE, { maxTables: 0 })).toBe(`\`\`\`\n${TABLE}\n\`\`\``);
});

test("a picture by address becomes a link, since a card refuses it", () => {
  expect(toCardMarkdown("![图](https://example.org/a.png) ![](https://example.org/b.png)")).toBe(
    "[图](https://example.org/a.png) [https://example.org/b.png](https://example.org/b.png)",
  );
});

test("the summary is the first words without marks", () => {
  expect(summarise("# 退房\n\n- **提前** 申请 [手册](https://example.org)\n\n```\ncode\n```")).toBe(
    "退房 提前 申请 手册 code",
  );
  expect(summarise("词".repeat(200))).toBe(`${"词".repeat(79)}…`);
});

test("whatever is written, no message calls anybody, and each is valid JSON within its limit", () => {
  const piece = fc.constantFrom(
    "<at id=all>",
    "</at>",
    "```",
    "`",
    "\n",
    "\n\n",
    "| a | b |\n|---|---|\n",
    "字",
    '"',
    "<",
    "~~~",
  );
  const text = fc.array(fc.oneof(piece, fc.string()), { maxLength: 60 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(text, (markdown) => {
      for (const part of partsOfPost(postOf({ markdown }))) {
        for (const { content } of [encodeCard(part), encodePost(part), encodeText(part)]) {
          expect(JSON.stringify(JSON.parse(content))).not.toMatch(/<at\b/i);
          expect(Buffer.byteLength(content)).toBeLessThanOrEqual(30_720);
        }
      }
      expect(toMessageText(markdown)).not.toMatch(/<\/?at\b/i);
    }),
  );
});

test("parts are the same whenever they are asked for, however much escaping adds", () => {
  const markdown = Array.from({ length: 3000 }, (_, index) => `"<b>${index}</b>"`).join("\n");
  const parts = partsOfPost(postOf({ markdown }));
  expect(parts).toEqual(partsOfPost(postOf({ markdown })));
  expect(parts.every((part) => Buffer.byteLength(encodeCard(part).content) <= 30_000)).toBe(true);
});
