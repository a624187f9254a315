import fc from "fast-check";
import { expect, test } from "vitest";
import { SentenceStream, type AnswerPiece } from "../../src/pipeline/sentence-stream.ts";

function cut(text: string, sizes: number[]): AnswerPiece[] {
  const stream = new SentenceStream();
  const pieces: AnswerPiece[] = [];
  let at = 0;
  for (let turn = 0; at < text.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    pieces.push(...stream.push(text.slice(at, at + size)));
    at += size;
  }
  return [...pieces, ...stream.end()];
}

test("keeps the citations behind a sentence with it", () => {
  const texts = cut("先交材料。[1][2] 再签字[3]。完成", [100]).map((piece) => piece.text);
  expect(texts).toEqual(["先交材料。[1][2]", "再签字[3]。", "完成"]);
});

test("does not end a sentence inside a version, a list marker or an abbreviation", () => {
  const texts = cut("1. Use v1.2.3 e.g. at 9.30 now. [1] Done.", [100]).map((piece) => piece.text);
  expect(texts).toEqual(["1. Use v1.2.3 e.g. at 9.30 now. [1]", "Done."]);
});

test("takes a fenced block as one piece", () => {
  const texts = cut("看例子：\n```sh\ncurl -X POST a.b\necho 1\n```\n[1]\n好。", [100]).map((piece) => piece.text);
  expect(texts[1]).toBe("```sh\ncurl -X POST a.b\necho 1\n```");
});

test("gives the same sentences however the text is cut", () => {
  const part = fc.constantFrom(
    "步骤如下：\n",
    "一。",
    "二[1]。",
    "[2]",
    "【3】",
    "[1，2]",
    " [1] ",
    "a.b ",
    "End. ",
    "\n\n",
    "3. ",
    "```\nx=1\n```\n",
    "好！？",
    "…",
  );
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
      (parts, sizes) => {
        const text = parts.join("");
        expect(cut(text, sizes)).toEqual(cut(text, [text.length + 1]));
      },
    ),
  );
});

test("loses no character but white space at the end", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (text) => {
      const joined = cut(text, [7])
        .map((piece) => piece.gap + piece.text)
        .join("");
      expect(joined.replace(/\s/gu, "")).toBe(text.replace(/\s/gu, ""));
    }),
  );
});
