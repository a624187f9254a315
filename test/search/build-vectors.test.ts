import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEmbeddingPool } from "../../src/models/embedding-pool.ts";
import { openExact } from "../../src/search/exact.ts";
import { openHnsw } from "../../src/search/hnsw.ts";
import { openIndex } from "../../src/search/index-files.ts";
import { createSmallCorpus, DIMENSIONS, FINGERPRINT, hashVector, textsOf } from "./small-corpus.ts";
import type { SmallCorpus } from "./small-corpus.ts";

const { signal } = new AbortController();
let corpus: SmallCorpus;
beforeEach(async () => {
  corpus = await createSmallCorpus();
});
afterEach(async () => {
  await corpus.remove();
});

test("finds passages by their meaning with the shipped model", async () => {
  await corpus.write({
    "公寓.md": "# 公寓\n\n退房须提前三个工作日发邮件申请。\n\n每月水费按用量收取。",
    "gateway.md": "# Gateway\n\nStatus 429 means that too many requests came in one minute.",
  });
  const pool = await createEmbeddingPool(resolve("models/multilingual-e5-small-zh-en"), { workers: 2 });
  const fingerprint = { ...FINGERPRINT, embedding: pool.id, dimensions: pool.dimensions };
  const embed = (texts: string[], inner: AbortSignal) => pool.embed(texts, "passage", inner);
  expect(await corpus.build({ fingerprint, embed, onReading: () => pool.warmUp() })).toMatchObject({ embedded: 5 });
  const index = await openIndex(corpus.directory, fingerprint);
  const vectors = openExact(await index.vectors());
  for (const [question, answer] of [
    ["搬出去要提前几天说?", "退房须提前三个工作日发邮件申请。"],
    ["What does error 429 mean?", "Status 429 means that too many requests came in one minute."],
  ]) {
    const [query = new Float32Array(0)] = await pool.embed([question ?? ""], "query", signal);
    const [nearest] = vectors.search(query, 1);
    expect(index.chunk(nearest?.row ?? -1).text).toBe(answer);
  }
  await index.close();
  await pool.close();
});

test("builds a vector graph when asked, keeps it while nothing changes, and repairs it", async () => {
  await corpus.write({ "a.md": "# A\n\nOne.\n\nTwo.\n\nThree.", "b.md": "# B\n\nFour." });
  await corpus.build();
  const shape = { dimensions: DIMENSIONS, count: 6 };
  async function nearest(text: string): Promise<string | undefined> {
    const index = await openIndex(corpus.directory, FINGERPRINT);
    const graph = await openHnsw(index.graphPath ?? "", shape);
    const [hit] = graph.search(hashVector(text), 1);
    const found = textsOf(index)[hit?.row ?? -1];
    await index.close();
    return found;
  }
  expect(await corpus.build({ vectorIndex: "hnsw" })).toMatchObject({ documents: { unchanged: 2 }, embedded: 0 });
  expect(await nearest("A\nTwo.")).toBe("A\nTwo.");
  await corpus.build({ vectorIndex: "hnsw" });
  const path = join(corpus.directory, "hnsw-2.bin");
  const bytes = await readFile(path);
  bytes[200] = (bytes[200] ?? 0) ^ 1;
  await writeFile(path, bytes);
  expect(await corpus.build({ vectorIndex: "hnsw" })).toMatchObject({
    notes: [{ code: "index-damaged", message: expect.stringContaining("hnsw-2.bin") }],
  });
  expect(await nearest("B\nFour.")).toBe("B\nFour.");
});
