import { readdir } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openIndex } from "../../src/search/index-files.ts";
import { createSmallCorpus, FINGERPRINT } from "./small-corpus.ts";
import type { SmallCorpus } from "./small-corpus.ts";

let corpus: SmallCorpus;
beforeEach(async () => {
  corpus = await createSmallCorpus();
});
afterEach(async () => {
  await corpus.remove();
});

test("indexes documents and gives their chunks back", async () => {
  await corpus.write({ "b.md": "# Moving out\n\nTell us three days ahead.", "a/fees.md": "# Fees\n\nWater 3 yuan." });
  const result = await corpus.build();
  expect(result).toMatchObject({
    documents: { added: 2, updated: 0, unchanged: 0, removed: 0, failed: [] },
    chunks: 4,
    embedded: 4,
    reused: 0,
  });
  const index = await openIndex(corpus.directory, FINGERPRINT);
  expect(index.documents.map(({ source }) => source)).toEqual(["a/fees.md", "b.md"]);
  expect(index.chunk(3)).toMatchObject({
    source: "b.md",
    text: "Tell us three days ahead.",
    title: "Moving out",
    page: 2,
  });
  expect(index.rowOf(index.chunk(3))).toBe(3);
  await index.lexical();
  await index.vectors();
  await index.close();
  expect(await readdir(corpus.directory)).toEqual(["chunks-1.bin", "lexical-1.bin", "manifest.json", "vectors-1.bin"]);
});
