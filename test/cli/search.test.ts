import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runSearch } from "../../src/cli/search.ts";
import type { Hit } from "../../src/core/retriever.ts";
import { createCommandRun } from "./command-fixture.ts";

const hit: Hit = {
  rank: 1,
  score: 1.25,
  dense: 0.91,
  lexical: 7.5,
  chunk: { id: "c9", documentId: "d1", text: "Rent is due on the 5th.", headings: ["Fees"], start: 0, end: 23 },
  source: "corpus/guide.md",
  title: "Guide",
  mediaType: "text/markdown",
};

function queriesFile(content: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "xianheng-queries-")), "queries.jsonl");
  writeFileSync(file, content);
  return file;
}

test("prints one JSON line a query with the documented fields", async () => {
  const { context, stdout } = await createCommandRun({ json: true, assistant: { search: async () => [hit] } });
  expect(await runSearch(context, { words: ["rent"], limit: 5, queriesFile: undefined })).toBe(0);
  expect(JSON.parse(stdout())).toEqual({
    hits: [
      {
        rank: 1,
        score: 1.25,
        dense: 0.91,
        lexical: 7.5,
        source: "corpus/guide.md",
        chunk: "c9",
        text: "Rent is due on the 5th.",
      },
    ],
  });
});

test("answers every line of a file of queries under its id", async () => {
  const asked: [string, number][] = [];
  const file = queriesFile('\uFEFF{"id":"a","text":"rent"}\r\n\n{"id":7,"text":"fees","more":1}\n{"text":"x"}\n');
  const { context, stdout } = await createCommandRun({
    json: true,
    assistant: {
      search: async (query, { limit }) => {
        asked.push([query, limit]);
        return [];
      },
    },
  });
  await runSearch(context, { words: [], limit: 3, queriesFile: file });
  expect(asked).toEqual([
    ["rent", 3],
    ["fees", 3],
    ["x", 3],
  ]);
  const lines: unknown[] = stdout()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toEqual([{ id: "a", hits: [] }, { id: 7, hits: [] }, { hits: [] }]);
});

test.each([
  ["text that is no JSON", '{"text":"a"}\nrent\n', 2],
  ["an object without text", '{"id":"a"}\n', 1],
  ["an empty text", '{"text":"a"}\n\n{"text":" "}\n', 3],
  ["an id that is neither text nor number", '{"id":{},"text":"a"}', 1],
  ["a JSON array", "[]", 1],
])("names the line of %s before it searches anything", async (_what, content, line) => {
  const { context, stdout } = await createCommandRun({ json: true });
  const file = queriesFile(content);
  const run = runSearch(context, { words: [], limit: 3, queriesFile: file });
  await expect(run).rejects.toMatchObject({ code: "usage" });
  await expect(run).rejects.toThrow(new RegExp(`^Line ${line} of `));
  expect(stdout()).toBe("");
});

test.each([
  ["no query at all", [], undefined],
  ["a query and a file", ["q"], "queries.jsonl"],
  ["a file that is not there", [], "nowhere.jsonl"],
])("refuses %s", async (_what, words, file) => {
  const { context } = await createCommandRun();
  await expect(runSearch(context, { words, limit: 3, queriesFile: file })).rejects.toMatchObject({ code: "usage" });
});

test("shows place, scores and a snippet to a person", async () => {
  const { context, stdout } = await createCommandRun({ assistant: { search: async () => [hit] } });
  await runSearch(context, { words: ["rent"], limit: 5, queriesFile: undefined });
  expect(stdout()).toBe(" 1. 1.250 (0.910, 7.50) Guide › Fees — corpus/guide.md\n    Rent is due on the 5th.\n");
});
