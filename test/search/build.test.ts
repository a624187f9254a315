import { readdir, readFile, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openIndex } from "../../src/search/index-files.ts";
import type { IndexReader } from "../../src/search/index-files.ts";
import { runBuildWorker } from "../../src/search/run-build-worker.ts";
import type { BuildProgress } from "../../src/search/progress-report.ts";
import { createSmallCorpus, FINGERPRINT, hashVector, textsOf } from "./small-corpus.ts";
import type { SmallCorpus } from "./small-corpus.ts";

const A = "# Moving out\n\nTell us three days ahead.";
const B = "# Fees\n\nWater 3 yuan.\n\nPower 1 yuan.";

let corpus: SmallCorpus;
let index: IndexReader | undefined;
beforeEach(async () => {
  corpus = await createSmallCorpus();
});
afterEach(async () => {
  await index?.close();
  index = undefined;
  await corpus.remove();
});

async function open(): Promise<IndexReader> {
  await index?.close();
  index = await openIndex(corpus.directory, FINGERPRINT);
  return index;
}

test("indexes documents and gives their chunks back", async () => {
  await corpus.write({ "b.md": A, "a/fees.md": B });
  const result = await corpus.build({ finish: runBuildWorker });
  expect(result).toMatchObject({
    documents: { added: 2, updated: 0, unchanged: 0, removed: 0, failed: [] },
    chunks: 5,
    embedded: 5,
    reused: 0,
    removed: [],
    notes: [],
  });
  const reader = await open();
  expect(reader.documents.map(({ source }) => source)).toEqual(["a/fees.md", "b.md"]);
  expect(reader.chunk(4)).toMatchObject({
    source: "b.md",
    text: "Tell us three days ahead.",
    title: "Moving out",
    page: 2,
  });
  for (let row = 0; row < 5; row++) expect(reader.rowOf(reader.chunk(row))).toBe(row);
  expect(() => reader.chunk(5)).toThrow(RangeError);
  expect(await readdir(corpus.directory)).toEqual(["chunks-1.bin", "lexical-1.bin", "manifest.json", "vectors-1.bin"]);
});

test("stores the vector of each passage in its row", async () => {
  await corpus.write({ "b.md": A, "a.md": B });
  await corpus.build();
  await corpus.write({ "a.md": `${B}\n\nNew one.`, "c.md": "# C\n\nLast." });
  await corpus.build();
  const reader = await open();
  const vectors = (await reader.vectors())["vectors.float"];
  const expected = textsOf(reader).flatMap((text) => [...hashVector(text)]);
  expect([...(vectors ?? [])]).toEqual(expected);
});

test("reads and embeds nothing when nothing has changed", async () => {
  await corpus.write({ "a.md": A, "b.md": B });
  await corpus.build();
  const later = Date.now() + 60_000;
  await corpus.build({ now: () => later });
  const before = await readFile(join(corpus.directory, "manifest.json"), "utf8");
  corpus.forget();
  const result = await corpus.build({ hash: neverCalled, now: () => later + 60_000 });
  expect(result).toMatchObject({
    documents: { unchanged: 2, added: 0, updated: 0 },
    chunks: 5,
    embedded: 0,
    reused: 0,
  });
  expect(corpus).toMatchObject({ read: [], embedded: [] });
  expect(await readFile(join(corpus.directory, "manifest.json"), "utf8")).toBe(before);
  expect((await open()).manifest.generation).toBe(1);
});

test("embeds only the passages that are new in a changed file", async () => {
  await corpus.write({ "a.md": A, "b.md": B });
  await corpus.build();
  corpus.forget();
  await corpus.write({ "b.md": `# Fees\n\nGas 2 yuan.\n\nWater 3 yuan.` });
  const result = await corpus.build();
  expect(result).toMatchObject({
    documents: { added: 0, updated: 1, unchanged: 1 },
    embedded: 1,
    reused: 2,
    chunks: 5,
  });
  expect(corpus.embedded).toEqual(["Fees\nGas 2 yuan."]);
  expect(textsOf(await open())).not.toContain("Fees\nPower 1 yuan.");
});

test("keeps a file with a new time and the same bytes without reading it as a document", async () => {
  await corpus.write({ "a.md": A });
  await corpus.build();
  corpus.forget();
  await utimes(join(corpus.folder, "a.md"), new Date(), new Date(Date.now() + 10_000));
  expect(await corpus.build()).toMatchObject({ documents: { unchanged: 1, updated: 0 } });
  expect(corpus.read).toEqual([]);
});

test("notices a change that left size and time as they were, right after a run", async () => {
  await corpus.write({ "a.md": A });
  await corpus.build();
  const { modifiedMs } = (await open()).documents[0] ?? { modifiedMs: 0 };
  await corpus.write({ "a.md": A.replace("three", "seven") });
  await utimes(join(corpus.folder, "a.md"), new Date(modifiedMs), new Date(modifiedMs));
  expect(await corpus.build()).toMatchObject({ documents: { updated: 1 } });
  expect(textsOf(await open())).toContain("Moving out\nTell us seven days ahead.");
});

test("leaves no chunk of a removed file", async () => {
  await corpus.write({ "a.md": A, "b.md": B });
  await corpus.build();
  await rm(join(corpus.folder, "b.md"));
  expect(await corpus.build()).toMatchObject({ documents: { unchanged: 1, removed: 1 }, chunks: 2, embedded: 0 });
  const reader = await open();
  expect(reader.documents.map(({ source }) => source)).toEqual(["a.md"]);
  expect(textsOf(reader).join()).not.toContain("Water");
});

test("embeds nothing for a renamed file, whether or not its name is its title", async () => {
  await corpus.write({ "titled.md": A, "untitled.md": "Only text.\n\nMore text." });
  await corpus.build();
  corpus.forget();
  await rename(join(corpus.folder, "titled.md"), join(corpus.folder, "z.md"));
  await rename(join(corpus.folder, "untitled.md"), join(corpus.folder, "named.md"));
  const result = await corpus.build();
  expect(result).toMatchObject({ documents: { added: 2, removed: 2 }, embedded: 0, reused: 4, chunks: 4 });
  const reader = await open();
  expect(reader.documents.map(({ title }) => title)).toEqual(["named.md", "Moving out"]);
});

test("embeds the passages of two files with the same bytes once", async () => {
  await corpus.write({ "one.md": "Only text.\n\nMore text.", "two.md": "Only text.\n\nMore text." });
  expect(await corpus.build()).toMatchObject({ documents: { added: 2 }, chunks: 4, embedded: 2, reused: 2 });
});

test("gives the same files for the same documents, whatever was indexed before", async () => {
  await corpus.write({ "a.md": A, "b.md": B, "c.md": "# C\n\nGone." });
  await corpus.build();
  await rm(join(corpus.folder, "c.md"));
  await corpus.write({ "0.md": "# Zero\n\nFirst.", "a.md": `${A}\n\nMore.` });
  await corpus.build();
  const grown = await dataFiles(corpus.directory);
  await rm(corpus.directory, { recursive: true });
  await corpus.build();
  expect(await dataFiles(corpus.directory)).toEqual(grown);
});

test("touches only what is in the scope", async () => {
  await corpus.write({ "in/a.md": A, "in/gone.md": "# Gone\n\nGone.", "out/b.md": B });
  await corpus.build();
  await rm(join(corpus.folder, "in/gone.md"));
  await rm(join(corpus.folder, "out/b.md"));
  await corpus.write({ "in/new.md": "# New\n\nNew." });
  const result = await corpus.build({ files: corpus.walk("in"), scope: (source) => source.startsWith("in/") });
  expect(result).toMatchObject({ documents: { added: 1, unchanged: 1, removed: 1 }, chunks: 7 });
  expect((await open()).documents.map(({ source }) => source)).toEqual(["in/a.md", "in/new.md", "out/b.md"]);
});

test("says how far it is", async () => {
  await corpus.write({ "a.md": A, "b.md": B });
  const seen: BuildProgress[] = [];
  await corpus.build({ onProgress: (progress) => seen.push(progress) });
  expect(seen.at(-1)).toEqual({
    filesDone: 2,
    filesFound: 2,
    chunksDone: 5,
    chunksQueued: 5,
    currentFile: "b.md",
    failed: 0,
  });
});

test("makes an index of no documents", async () => {
  expect(await corpus.build()).toMatchObject({ chunks: 0, embedded: 0 });
  const reader = await open();
  expect(reader.documents).toEqual([]);
  await reader.lexical();
  await reader.vectors();
});

test("keeps the model busy while a slow document is read", async () => {
  await corpus.write(
    Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`${n + 10}.md`, `# N${n}\n\nText ${n}.`])),
  );
  const order: string[] = [];
  await corpus.build({
    read: corpus.reading(async ({ source }) => {
      if (source === "10.md") await until(() => order.length >= 22);
    }),
    embed: async (texts) => {
      order.push(...texts);
      return texts.map((text) => hashVector(text));
    },
  });
  expect(order.slice(0, 22).some((text) => text.startsWith("N0"))).toBe(false);
  expect((await open()).documents[0]?.source).toBe("10.md");
});

test("refuses vectors of another length", async () => {
  await corpus.write({ "a.md": A });
  await expect(corpus.build({ embed: async (texts) => texts.map(() => new Float32Array(3)) })).rejects.toThrow(
    "gave 3 numbers",
  );
});

async function dataFiles(directory: string): Promise<Buffer[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".bin"));
  expect(names).toHaveLength(3);
  return await Promise.all(names.map((name) => readFile(join(directory, name))));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

function neverCalled(): Promise<string> {
  throw new Error("This file needs no look at its bytes.");
}
