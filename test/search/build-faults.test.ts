import { appendFile, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { buildDataFiles } from "../../src/search/data-files.ts";
import { writeBytes } from "../../src/search/durable-write.ts";
import type { WriteBytes } from "../../src/search/durable-write.ts";
import { openIndex } from "../../src/search/index-files.ts";
import { createSmallCorpus, FINGERPRINT, hashVector, textsOf } from "./small-corpus.ts";
import type { SmallCorpus } from "./small-corpus.ts";

const A = "# Moving out\n\nTell us three days ahead.";
const B = "# Fees\n\nWater 3 yuan.\n\nPower 1 yuan.";
const WHOLE = ["Fees\nWater 3 yuan.", "Moving out\nTell us three days ahead."];
const FILES = ["chunks-2.bin", "lexical-2.bin", "manifest.json", "vectors-2.bin"];

let corpus: SmallCorpus;
beforeEach(async () => {
  corpus = await createSmallCorpus();
  await corpus.write({ "a.md": A, "b.md": B });
});
afterEach(async () => {
  await corpus.remove();
});

async function texts(): Promise<string[]> {
  const index = await openIndex(corpus.directory, FINGERPRINT);
  await index.lexical();
  await index.vectors();
  const found = textsOf(index);
  await index.close();
  return found;
}

function noSpace(): Error {
  return Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
}

/** Fills the disk before the write with this number. */
function fullAt(count: number): WriteBytes {
  let writes = 0;
  return async (handle, bytes) => {
    if (writes++ >= count) throw noSpace();
    await writeBytes(handle, bytes);
  };
}

test("lists an unreadable document with its reason, goes on, and takes it out of the index", async () => {
  await corpus.build();
  const read = corpus.reading(async ({ source }) => {
    if (source === "a.md") throw new AppError("document_encrypted", "a.md is encrypted: remove its password.");
  });
  await corpus.write({ "a.md": `${A} Changed.` });
  const result = await corpus.build({ read });
  expect(result.documents).toEqual({
    added: 0,
    updated: 0,
    unchanged: 1,
    removed: 0,
    failed: [{ source: "a.md", code: "document_encrypted", message: "a.md is encrypted: remove its password." }],
  });
  expect((await texts()).join()).not.toContain("Moving out");
});

test("lists a file that may not be read, and tries it again each time", async () => {
  const later = Date.now() + 60_000;
  const denied = corpus.reading(async ({ source, path }) => {
    if (source === "a.md")
      throw Object.assign(new Error(`EACCES: permission denied, open '${path}'`), { code: "EACCES" });
  });
  const first = await corpus.build({ read: denied });
  expect(first.documents.failed).toMatchObject([{ source: "a.md", code: "document_unreadable" }]);
  expect(first.documents.failed[0]?.message).toMatch(/a\.md could not be read .*permission denied/);
  await corpus.build({ read: denied, now: () => later });
  expect(await corpus.build({ now: () => later })).toMatchObject({ documents: { added: 1, unchanged: 1, failed: [] } });
  expect(await texts()).toEqual(expect.arrayContaining(WHOLE));
});

test("does not try an unchanged damaged file again until its parser is a newer one", async () => {
  const later = Date.now() + 60_000;
  const reads: string[] = [];
  const read = corpus.reading(async ({ source }) => {
    reads.push(source);
    if (source === "a.md") throw new AppError("document_damaged", "a.md is damaged.");
  });
  await corpus.build({ read });
  await corpus.build({ read, now: () => later });
  reads.length = 0;
  const again = await corpus.build({ read, now: () => later });
  expect(again.documents.failed).toMatchObject([{ source: "a.md", code: "document_damaged" }]);
  expect(reads).toEqual([]);
  await corpus.build({ read, now: () => later, fingerprint: { ...FINGERPRINT, parsing: "2" } });
  expect(reads).toEqual(["a.md", "b.md"]);
});

test("leaves out a file that vanishes before it is read, with a reason", async () => {
  const read = corpus.reading(async ({ source, path }) => {
    if (source === "b.md") await rm(path);
  });
  const result = await corpus.build({ read });
  expect(result.documents.failed).toMatchObject([{ source: "b.md", code: "document_unreadable" }]);
});

test("does not hide a bug in a reader", async () => {
  await expect(corpus.build({ read: corpus.reading(() => Promise.reject(new TypeError("a bug"))) })).rejects.toThrow(
    "a bug",
  );
  expect(await readdir(corpus.directory)).toEqual(["embeddings.journal"]);
});

test("changes nothing when the documents cannot be listed", async () => {
  await corpus.build();
  await expect(corpus.build({ files: corpus.walk("nowhere") })).rejects.toMatchObject({ code: "corpus_missing" });
  expect(await texts()).toEqual(expect.arrayContaining(WHOLE));
});

test("keeps the old index and what was embedded when it is stopped", async () => {
  await corpus.build();
  await corpus.write(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`n${n}.md`, `# N${n}\n\nText ${n}.`])));
  const controller = new AbortController();
  let embedded = 0;
  const stopped = corpus.build(
    {
      batchSize: 2,
      concurrentBatches: 2,
      embed: async (passages) => {
        embedded += passages.length;
        if (embedded > 20) controller.abort();
        return passages.map((passage) => hashVector(passage));
      },
    },
    controller.signal,
  );
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  expect((await texts()).toSorted()).toHaveLength(5);
  expect(await readdir(corpus.directory)).toEqual([
    "chunks-1.bin",
    "embeddings.journal",
    "lexical-1.bin",
    "manifest.json",
    "vectors-1.bin",
  ]);
  const result = await corpus.build();
  expect(result.embedded).toBeLessThanOrEqual(80 - 18);
  expect(result.reused).toBeGreaterThanOrEqual(18);
  expect(await texts()).toHaveLength(85);
});

test("keeps the old index and removes its files when the disk is full, whenever that is", async () => {
  await corpus.build();
  await corpus.write({ "c.md": "# C\n\nNew text." });
  let count = 0;
  for (; ; count++) {
    const write = fullAt(count);
    const finish: Parameters<SmallCorpus["build"]>[0] = {
      write,
      finish: (request) => buildDataFiles(request, { write }),
    };
    try {
      await corpus.build(finish);
      break;
    } catch (error) {
      expect(error).toMatchObject({ code: "disk_full", message: expect.stringContaining("xianheng ingest") });
      const names = (await readdir(corpus.directory)).filter((name) => name !== "embeddings.journal");
      expect(names).toEqual(["chunks-1.bin", "lexical-1.bin", "manifest.json", "vectors-1.bin"]);
      expect(await texts()).toHaveLength(5);
    }
  }
  expect(count).toBeGreaterThan(5);
  expect(await texts()).toHaveLength(7);
});

test.each(["chunks", "vectors", "lexical"])(
  "repairs an index whose %s file is changed, cut or missing",
  async (kind) => {
    await corpus.build();
    corpus.forget();
    const path = join(corpus.directory, `${kind}-1.bin`);
    const whole = await readFile(path);
    const changed = Buffer.from(whole);
    const position = kind === "chunks" ? 20 : Math.floor(whole.length / 2);
    changed[position] = (changed[position] ?? 0) ^ 1;
    for (const damage of [() => writeFile(path, changed), () => truncate(path, whole.length - 70), () => rm(path)]) {
      await damage();
      const result = await corpus.build();
      expect(result.notes).toMatchObject([{ code: "index-damaged", message: expect.stringContaining(kind) }]);
      expect(await texts()).toEqual(expect.arrayContaining(WHOLE));
      await rm(corpus.directory, { recursive: true });
      await corpus.build();
    }
  },
);

test("repairs an index whose manifest is damaged, and embeds nothing for it", async () => {
  for (const content of ["", "{", "null", "[]", '{"checksum":0,"index":{}}', "\u0000".repeat(500)]) {
    await corpus.build();
    corpus.forget();
    await writeFile(join(corpus.directory, "manifest.json"), content);
    await expect(openIndex(corpus.directory, FINGERPRINT)).rejects.toMatchObject({ code: "index_damaged" });
    const result = await corpus.build();
    expect(result).toMatchObject({ embedded: 0, reused: 5, notes: [{ code: "index-damaged" }] });
    expect(await texts()).toEqual(expect.arrayContaining(WHOLE));
  }
});

test("takes a manifest that lacks its parts for damage, and one of another format for stale", async () => {
  const cases: [unknown, string][] = [
    [null, "index_damaged"],
    [{ format: 1, fingerprint: FINGERPRINT, generation: 1, files: {}, failed: [] }, "index_damaged"],
    [{ format: 99, passages: 5 }, "index_stale"],
  ];
  for (const [index, code] of cases) {
    await corpus.build();
    const body = JSON.stringify(index);
    await writeFile(join(corpus.directory, "manifest.json"), `{"checksum":${crc32(body)},"index":${body}}`);
    await expect(openIndex(corpus.directory, FINGERPRINT)).rejects.toMatchObject({ code });
    await corpus.build();
    expect(await texts()).toEqual(expect.arrayContaining(WHOLE));
  }
  expect(await readdir(corpus.directory)).toEqual(["chunks-4.bin", "lexical-4.bin", "manifest.json", "vectors-4.bin"]);
});

test("finds a changed byte that no query has met yet when asked to read everything", async () => {
  await corpus.build();
  const index = await openIndex(corpus.directory, FINGERPRINT);
  await index.assertWhole();
  const path = join(corpus.directory, "chunks-1.bin");
  const bytes = await readFile(path);
  bytes[30] = (bytes[30] ?? 0) ^ 1;
  await writeFile(path, bytes);
  await expect(index.assertWhole()).rejects.toMatchObject({
    code: "index_damaged",
    message: expect.stringContaining("xianheng ingest"),
  });
  await index.close();
});

test("reads damage as damage when a query meets it first", async () => {
  await corpus.build();
  const path = join(corpus.directory, "chunks-1.bin");
  const bytes = await readFile(path);
  bytes[30] = (bytes[30] ?? 0) ^ 1;
  await writeFile(path, bytes);
  const index = await openIndex(corpus.directory, FINGERPRINT);
  expect(() => index.chunk(0)).toThrow(expect.objectContaining({ code: "index_damaged" }));
  await index.close();
  await appendFile(path, "more");
  await expect(openIndex(corpus.directory, FINGERPRINT)).rejects.toThrow(/chunks-1\.bin.*xianheng ingest/);
  await rm(path);
  await expect(openIndex(corpus.directory, FINGERPRINT)).rejects.toMatchObject({ code: "index_damaged" });
});

test("refuses a stale index for queries and builds it anew on the next run", async () => {
  await corpus.build();
  const rechunked = { ...FINGERPRINT, chunking: "sentences" };
  await expect(openIndex(corpus.directory, rechunked)).rejects.toMatchObject({
    code: "index_stale",
    message: expect.stringMatching(/chunking: paragraphs, wanted sentences.*xianheng ingest/),
  });
  expect(await corpus.build({ fingerprint: rechunked })).toMatchObject({
    documents: { added: 2 },
    embedded: 0,
    reused: 5,
  });
  await (await openIndex(corpus.directory, rechunked)).close();

  const other = { ...FINGERPRINT, embedding: "fake/other", dimensions: 4 };
  const embed = async (passages: string[]) => passages.map(() => Float32Array.of(1, 0, 0, 0));
  expect(await corpus.build({ fingerprint: other, embed })).toMatchObject({ embedded: 5, reused: 0 });
  await (await openIndex(corpus.directory, other)).close();
});

test("makes only the word index anew for other word rules", async () => {
  await corpus.build();
  corpus.forget();
  const fingerprint = { ...FINGERPRINT, tokenizer: "2" };
  expect(await corpus.build({ fingerprint })).toMatchObject({ documents: { unchanged: 2 }, embedded: 0 });
  expect(corpus.read).toEqual([]);
  expect(await readdir(corpus.directory)).toEqual(FILES);
});

test("does not throw away the rest of a stale or damaged index for a part of the documents", async () => {
  await corpus.build();
  const part = { files: corpus.walk("a.md"), scope: (source: string) => source === "a.md" };
  const fingerprint = { ...FINGERPRINT, chunking: "sentences" };
  await expect(corpus.build({ ...part, fingerprint })).rejects.toMatchObject({ code: "index_stale" });
  expect(await texts()).toHaveLength(5);
  const newParser = { ...FINGERPRINT, parsing: "2" };
  await corpus.build({ ...part, files: corpus.walk("a.md"), fingerprint: newParser });
  expect(await texts()).toHaveLength(5);
  await truncate(join(corpus.directory, "chunks-1.bin"), 10);
  await expect(corpus.build({ ...part, files: corpus.walk("a.md") })).rejects.toMatchObject({ code: "index_damaged" });
});

test("clears what crashed runs left, and nothing else", async () => {
  await mkdir(corpus.directory);
  const litter = [
    "chunks-7.bin",
    "vectors-7.bin",
    "lexical-3.bin",
    "hnsw-3.bin",
    "manifest.json.tmp",
    "embeddings.journal",
  ];
  await mkdir(join(corpus.directory, "vectors-2.bin"));
  for (const name of [...litter, "notes.txt"]) await writeFile(join(corpus.directory, name), "left over");
  const { notes } = await corpus.build();
  expect(notes).toEqual([
    {
      code: "litter-removed",
      message: expect.stringContaining("chunks-7.bin"),
      details: ["chunks-7.bin", "hnsw-3.bin", "lexical-3.bin", "manifest.json.tmp", "vectors-2.bin", "vectors-7.bin"],
    },
  ]);
  expect(await readdir(corpus.directory)).toEqual([
    "chunks-8.bin",
    "lexical-8.bin",
    "manifest.json",
    "notes.txt",
    "vectors-8.bin",
  ]);
});

test("serves an open reader from its own generation while newer ones replace it", async () => {
  await corpus.build();
  const index = await openIndex(corpus.directory, FINGERPRINT);
  expect(await index.isCurrent()).toBe(true);
  await corpus.write({ "a.md": "# Other\n\nOther text." });
  await corpus.build();
  expect(await index.isCurrent()).toBe(false);
  expect(textsOf(index)).toEqual(expect.arrayContaining(WHOLE));
  await index.lexical();
  await index.vectors();
  await index.close();
  await index.close();
});

test("says what is wrong with an index folder that cannot be made", async () => {
  await writeFile(corpus.directory, "a file in its place");
  await expect(corpus.build()).rejects.toMatchObject({
    code: "config_invalid",
    message: expect.stringContaining("--work-dir"),
  });
});

test("says that there is no index", async () => {
  await expect(openIndex(corpus.directory, FINGERPRINT)).rejects.toMatchObject({
    code: "index_missing",
    message: expect.stringContaining("xianheng ingest"),
  });
});

test("lets only one of two runs at once write, or makes the second wait", async () => {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = corpus.build({ read: corpus.reading(() => gate) });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await expect(corpus.build()).rejects.toMatchObject({
    code: "index_locked",
    message: expect.stringContaining(`Process ${process.pid}`),
  });
  const second = corpus.build({ waitMs: 20_000 });
  release();
  expect((await first).documents.added).toBe(2);
  expect((await second).documents.unchanged).toBe(2);
});
