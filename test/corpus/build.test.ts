import { readFile } from "node:fs/promises";

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { breakLines } from "../../scripts/corpus/break-lines.ts";
import { buildCorpus } from "../../scripts/corpus/build.ts";
import { readSource } from "../../scripts/corpus/read-source.ts";

const built = await buildCorpus();

test.each([...built])("the committed %s is what its source gives", async (name, bytes) => {
  const committed = await readFile(new URL(`../../corpus/${name}`, import.meta.url));
  expect(committed.equals(bytes), "run npm run corpus and commit the result").toBe(true);
});

test("a line is broken between characters and words, never inside an address", () => {
  const lines = breakLines("统一域名是 https://openxlab.org.cn/gw，推荐使用。", 24, (piece) => piece.length);
  expect(lines).toEqual(["统一域名是", "https://openxlab.org.cn/gw，", "推荐使用。"]);
});

test("no line begins with a closing mark", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("公", "寓", "a", "，", "。", "（", "）") }), (text) => {
      const lines = breakLines(text, 6, (piece) => piece.length);
      expect(lines.slice(1).filter((line) => /^[，。）]/.test(line))).toEqual([]);
      expect(lines.join("")).toBe(text);
    }),
  );
});

test("names the line of Markdown that has no form", () => {
  expect(() => readSource("# Title\n\n> quoted\n")).toThrow('No form for Markdown "blockquote" on line 3.');
});
