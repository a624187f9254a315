import { expect, test } from "vitest";
import { withSources } from "../../src/channels/source-list.ts";
import type { Citation } from "../../src/core/outcome.ts";

function citation(changes: Partial<Citation> = {}): Citation {
  return {
    n: 1,
    source: "corpus/a.md",
    title: "Leave",
    headings: ["Leave", "Annual"],
    quote: "q",
    chunkId: "c",
    ...changes,
  };
}

test("lists title, headings, page and source below the answer", () => {
  expect(withSources("Ten days [1].", [citation({ page: 3 }), citation({ n: 2, title: "T", headings: [] })])).toBe(
    "Ten days [1].\n\n[1] Leave › Annual (p. 3) — corpus/a.md\n[2] T — corpus/a.md",
  );
});

test("counts pages in Chinese below a Chinese answer", () => {
  expect(withSources("十天 [1]。", [citation({ page: 3 })])).toContain("（第 3 页） — ");
});

test("keeps a title with line breaks on one line, and an answer without sources as it is", () => {
  expect(withSources("a", [citation({ title: "x\n# y", headings: [] })])).toBe("a\n\n[1] x # y — corpus/a.md");
  expect(withSources("a", [])).toBe("a");
});
