import { expect, test } from "vitest";
import { pathMatcher } from "../../src/ingest/glob.ts";

test.each([
  ["*.md", ["a.md", "x/y/a.md", ".md"], ["a.mdx", "amd"]],
  ["/*.md", ["a.md"], ["x/a.md"]],
  ["docs/*.md", ["docs/a.md"], ["docs/x/a.md", "x/docs/a.md"]],
  ["docs/**/*.md", ["docs/a.md", "docs/x/y/a.md"], ["docs", "other/a.md"]],
  ["**/drafts/**", ["drafts/a", "x/drafts/a/b"], ["x/draft/a"]],
  ["**", ["a", "a/b"], []],
  ["**/*", ["a", "a/b"], []],
  ["corpus/questions", ["corpus/questions", "corpus/questions/good.jsonl"], ["corpus/questions.md"]],
  ["corpus/questions/", ["corpus/questions/good.jsonl"], ["corpus/q"]],
  ["./corpus/*.txt", ["corpus/a.txt"], ["a.txt"]],
  ["*.{md,txt}", ["a.md", "b/a.txt"], ["a.{md,txt}", "a.pdf"]],
  ["{a,b/c}/*.md", ["a/x.md", "b/c/x.md"], ["c/x.md"]],
  ["page-[0-9].md", ["page-7.md"], ["page-a.md", "page-77.md"]],
  ["[!a]*.md", ["b.md"], ["a.md"]],
  ["?.md", ["文.md", "😀.md"], ["ab.md"]],
  ["a+b (1).md", ["a+b (1).md"], ["aab 1.md"]],
  ["草稿/*", ["草稿/一.md"], ["定稿/一.md"]],
  ["../other/*.md", ["../other/a.md"], ["other/a.md"]],
  ["a{b", ["a{b"], ["ab"]],
])("%s", (pattern, matched, unmatched) => {
  const matches = pathMatcher([pattern]);
  expect(matched.filter((path) => !matches(path))).toEqual([]);
  expect(unmatched.filter((path) => matches(path))).toEqual([]);
});

test("matches when one of the patterns does, and never without patterns", () => {
  expect(pathMatcher(["*.md", "*.txt"])("a.txt")).toBe(true);
  expect(pathMatcher([])("a.txt")).toBe(false);
});

test("names a pattern that makes no sense", () => {
  expect(() => pathMatcher(["[z-a].md"])).toThrow(expect.objectContaining({ code: "config_invalid" }));
});
