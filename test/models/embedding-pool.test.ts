import { execFile } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { afterEach, expect, test } from "vitest";
import { createEmbeddingPool } from "../../src/models/embedding-pool.ts";
import type { EmbeddingPool } from "../../src/models/embedding-pool.ts";
import { loadLocalEmbedding } from "../../src/models/local-embedding.ts";

const MODEL = resolve("models/multilingual-e5-small-zh-en");
const signal = new AbortController().signal;
const TEXTS = [
  "退公寓需要提前三个工作日。",
  "The gateway answers 429.",
  "水费",
  "",
  "a\0b \ud800",
  "Water costs 3 yuan.",
];

let pool: EmbeddingPool | undefined;
afterEach(async () => {
  await pool?.close();
  pool = undefined;
});

test("loads ahead of the first text, and closes at once when none comes", async () => {
  pool = await createEmbeddingPool(MODEL, { workers: 2 });
  pool.warmUp();
  expect(await pool.embed(["水费"], "passage", signal)).toHaveLength(1);
  const unused = await createEmbeddingPool(MODEL, { workers: 2 });
  unused.warmUp();
  await unused.close();
});

test("gives the vectors of one local model, in order", async () => {
  pool = await createEmbeddingPool(MODEL, { workers: 2 });
  const model = await loadLocalEmbedding(MODEL);
  expect({ id: pool.id, dimensions: pool.dimensions }).toEqual({ id: model.id, dimensions: model.dimensions });
  expect(await pool.embed(TEXTS, "passage", signal)).toEqual(await model.embed(TEXTS, "passage", signal));
  expect(await pool.embed(["水费?"], "query", signal)).toEqual(await model.embed(["水费?"], "query", signal));
  expect(await pool.embed([], "passage", signal)).toEqual([]);
  await model.close?.();
});

test("a sparing pool starts a further thread only for a call that comes while another runs", async () => {
  const before = await nextThreadId();
  pool = await createEmbeddingPool(MODEL, { workers: 2, sparing: true });
  pool.warmUp();
  await pool.embed(TEXTS, "passage", signal);
  await pool.embed(TEXTS, "query", signal);
  const alone = await nextThreadId();
  // What is run from source starts a thread of its own for each thread.
  const ofOne = alone - before - 1;
  expect(ofOne).toBeGreaterThan(0);
  await Promise.all([1, 2, 3].map(async () => pool?.embed(TEXTS, "query", signal)));
  expect((await nextThreadId()) - alone - 1).toBe(ofOne);
});

/** Threads are numbered in the order they start. */
async function nextThreadId(): Promise<number> {
  const thread = new Worker("", { eval: true });
  const { threadId } = thread;
  await once(thread, "exit");
  return threadId;
}

test("answers a question before the passages that wait", async () => {
  pool = await createEmbeddingPool(MODEL, { workers: 1 });
  const done: string[] = [];
  const note = async (name: string, vectors: Promise<Float32Array[]>): Promise<void> => {
    await vectors;
    done.push(name);
  };
  const passages = Array.from({ length: 20 }, () => "水费。".repeat(60));
  await Promise.all([
    note("passages", pool.embed(passages, "passage", signal)),
    note("question", pool.embed(["水费?"], "query", signal)),
  ]);
  expect(done).toEqual(["question", "passages"]);
});

test("stops when asked, and works on", async () => {
  pool = await createEmbeddingPool(MODEL, { workers: 2 });
  const controller = new AbortController();
  const stopped = pool.embed(
    Array.from({ length: 200 }, (_, index) => `Passage ${index}`),
    "passage",
    controller.signal,
  );
  await pool.embed(["first"], "query", signal);
  controller.abort();
  await expect(stopped).rejects.toMatchObject({ code: "aborted" });
  await expect(pool.embed(["late"], "passage", controller.signal)).rejects.toMatchObject({ code: "aborted" });
  expect(await pool.embed(["after"], "passage", signal)).toHaveLength(1);
});

test("reports a model that cannot be loaded to every text", async () => {
  const folder = await mkdtemp(join(tmpdir(), "no-model-"));
  try {
    await expect(createEmbeddingPool(folder, { workers: 2 })).rejects.toMatchObject({
      code: "embedding_model_missing",
    });
    await writeFile(join(folder, "config.json"), '{"hidden_size":384}');
    pool = await createEmbeddingPool(folder, { workers: 2 });
    await expect(pool.embed(["a", "b", "c"], "passage", signal)).rejects.toMatchObject({
      code: "embedding_model_missing",
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("refuses a model whose vectors are not as long as its config says", async () => {
  const folder = await mkdtemp(join(tmpdir(), "other-model-"));
  try {
    await cp(MODEL, folder, { recursive: true });
    await writeFile(join(folder, "config.json"), '{"hidden_size":512}');
    pool = await createEmbeddingPool(folder, { workers: 1 });
    expect(pool.dimensions).toBe(512);
    await expect(pool.embed(["a"], "passage", signal)).rejects.toMatchObject({ code: "embedding_model_damaged" });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("reports a thread that crashes", async () => {
  const worker = { source: "process.exit(3)", options: { eval: true } };
  pool = await createEmbeddingPool(MODEL, { workers: 2, worker });
  await expect(pool.embed(["a", "b", "c"], "passage", signal)).rejects.toMatchObject({
    code: "embedding_model_damaged",
    retryable: true,
  });
});

test("does not keep a process alive that has nothing to embed", async () => {
  const script = `
    const { createEmbeddingPool } = await import("./src/models/embedding-pool.ts");
    const pool = await createEmbeddingPool(${JSON.stringify(MODEL)}, { workers: 2 });
    const vectors = await pool.embed(["a", "b"], "passage", new AbortController().signal);
    console.log(vectors.length);`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--import",
    "tsx",
    "--input-type=module",
    "-e",
    script,
  ]);
  expect(stdout).toBe("2\n");
});
