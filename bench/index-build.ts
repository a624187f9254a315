/*
 * The index's own costs: `npx tsx bench/index-build.ts [ratio|scale] [passages]`.
 * 1. Wall time of an ingest against the bare embedding of the same passages (default 600, the shipped model, all cores).
 * 2. At 10,000 and 100,000 chunks of made-up text and vectors: time to build, to run again with nothing changed and with one
 *    file changed, longest block of the event loop; in a fresh process: time and memory to open and to read chunks.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import type { ReadDocument, SourceFile } from "../src/core/document.ts";
import { createDocumentReader } from "../src/ingest/read-document.ts";
import { splitDocument } from "../src/ingest/split.ts";
import { toMarkdown } from "../src/ingest/to-markdown.ts";
import { walk } from "../src/ingest/walk.ts";
import { createEmbeddingPool } from "../src/models/embedding-pool.ts";
import { buildIndex } from "../src/search/build.ts";
import type { BuildOptions } from "../src/search/build.ts";
import { openIndex } from "../src/search/index-files.ts";

const MODEL = fileURLToPath(new URL("../models/multilingual-e5-small-zh-en", import.meta.url));
const DIMENSIONS = 384;
const FINGERPRINT = { embedding: "bench", dimensions: DIMENSIONS, chunking: "1", tokenizer: "1", parsing: "1" };
const WORDS =
  "公寓 退房 提前 三个 工作日 邮件 押金 水电 费用 钥匙 检查 签字 网关 接口 参数 限流 重试 错误 模型 请求 gateway limit token retry timeout request model apartment deposit inspection".split(
    " ",
  );
const { signal } = new AbortController();

/** The same numbers every time (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

function paragraph(random: () => number, words: number): string {
  let text = "";
  for (let count = 0; count < words; count++) {
    text += `${WORDS[Math.floor(random() * WORDS.length)]}${random() < 0.1 ? "。" : " "}`;
    if (random() < 0.1) text += `${Math.floor(random() * 10_000)} `;
  }
  return text.trim();
}

async function ingestRatio(passages: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bench-index-"));
  const random = randomNumbers(1);
  for (let file = 0; file < passages / 10; file++) {
    const sections = Array.from({ length: 10 }, (_, n) => `## ${file}.${n}\n\n${paragraph(random, 110)}`);
    await writeFile(join(folder, `${file}.md`), `# Document ${file}\n\n${sections.join("\n\n")}\n`);
  }
  const workers = availableParallelism();
  const texts: string[] = [];
  const reader = createDocumentReader();
  const pool = await createEmbeddingPool(MODEL, { workers });
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const result = await buildIndex(
    {
      directory: join(folder, ".index"),
      fingerprint: { ...FINGERPRINT, embedding: pool.id },
      files: walk({ roots: [folder], baseFolder: folder }, signal),
      async read(file) {
        const found = await reader.read(file, signal);
        const { markdown } = toMarkdown(found.document.blocks);
        return { ...found, markdown, chunks: splitDocument(found.document, { chunkChars: 480 }) };
      },
      embed(batch, inner) {
        texts.push(...batch);
        return pool.embed(batch, "passage", inner);
      },
      onReading: () => pool.warmUp(),
      now: () => Date.now(),
    },
    signal,
  );
  const ingestMs = performance.now() - startedAt;
  const ingestCpu = cpuSeconds(process.cpuUsage(cpuBefore));
  await reader.close();
  await pool.close?.();
  for (const { source, message } of result.documents.failed) console.log(`not read: ${source}: ${message}`);
  const bareStartedAt = performance.now();
  const bareCpuBefore = process.cpuUsage();
  const bare = await createEmbeddingPool(MODEL, { workers });
  await bare.embed(texts, "passage", signal);
  const bareMs = performance.now() - bareStartedAt;
  const bareCpu = cpuSeconds(process.cpuUsage(bareCpuBefore));
  await bare.close?.();
  const characters = texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
  console.log(
    `ingest ${result.embedded} passages of ${characters.toFixed(0)} characters: ${(ingestMs / 1000).toFixed(1)} s, ` +
      `bare embedding ${(bareMs / 1000).toFixed(1)} s, ratio ${(ingestMs / bareMs).toFixed(3)}; ` +
      `processor time ${ingestCpu.toFixed(1)} s and ${bareCpu.toFixed(1)} s, ratio ${(ingestCpu / bareCpu).toFixed(3)}`,
  );
  await rm(folder, { recursive: true });
}

/** A document of `count` chunks of some 480 characters. */
function syntheticDocument(file: SourceFile, count: number, seed: number): ReadDocument {
  const random = randomNumbers(seed);
  const id = `d${file.source}`;
  const chunks = Array.from({ length: count }, (_, n) => {
    const text = paragraph(random, 110);
    return {
      id: `${id}.${n}`,
      documentId: id,
      text,
      headings: [`Section ${n}`],
      start: n * 1000,
      end: n * 1000 + text.length,
    };
  });
  const hash = createHash("sha256").update(`${seed}`).digest("hex");
  const document = {
    id,
    source: file.source,
    title: `Document ${file.source}`,
    mediaType: "text/plain",
    hash,
    blocks: [],
  };
  return { document, markdown: "", chunks, warnings: [] };
}

async function* syntheticFiles(files: number, changedAt: number): AsyncGenerator<SourceFile> {
  for (let file = 0; file < files; file++) {
    const modifiedMs = file === 0 ? changedAt : 1;
    yield { path: `/${file}`, source: String(file).padStart(6, "0"), size: 1, modifiedMs };
  }
}

async function syntheticIndex(chunks: number): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "bench-index-"));
  const random = randomNumbers(2);
  async function build(changedAt: number): Promise<void> {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const startedAt = performance.now();
    const options: BuildOptions = {
      directory,
      fingerprint: FINGERPRINT,
      files: syntheticFiles(chunks / 50, changedAt),
      read: async (file) => syntheticDocument(file, 50, Number(file.source) + changedAt * 1000),
      hash: async () => "changed",
      embed: async (texts) => texts.map(() => Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5)),
      batchSize: 64,
      now: () => Date.now(),
      vectorIndex: "exact",
    };
    const result = await buildIndex(options, signal);
    delay.disable();
    const { added, updated, unchanged } = result.documents;
    console.log(
      `${chunks} chunks: ${added} added, ${updated} updated, ${unchanged} unchanged in ${((performance.now() - startedAt) / 1000).toFixed(2)} s; ` +
        `event loop blocked at most ${(delay.max / 1e6).toFixed(0)} ms`,
    );
  }
  await build(1);
  await build(1);
  await build(2);
  const script = fileURLToPath(import.meta.url);
  console.log(
    execFileSync(process.execPath, ["--import", "tsx", script, "open", directory], { encoding: "utf8" }).trim(),
  );
  await rm(directory, { recursive: true });
}

function cpuSeconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

async function openCosts(directory: string): Promise<void> {
  const before = process.memoryUsage().rss;
  let at = performance.now();
  const lap = (): string => {
    const ms = performance.now() - at;
    at = performance.now();
    return `${ms.toFixed(1)} ms`;
  };
  const index = await openIndex(directory, FINGERPRINT);
  const opened = lap();
  for (let n = 0; n < 10; n++) index.chunk(Math.floor((n / 10) * index.chunkCount));
  const read = lap();
  await index.lexical();
  const lexical = lap();
  await index.vectors();
  const vectors = lap();
  console.log(
    `  fresh process: open ${opened}, 10 chunks ${read}, load words ${lexical}, load vectors ${vectors}; ` +
      `resident ${mib(before)} before, ${mib(process.memoryUsage().rss)} after`,
  );
  await index.close();
}

const [, , part, value] = process.argv;
if (part === "open" && value !== undefined) await openCosts(value);
else {
  if (part !== "ratio") for (const chunks of [10_000, 100_000]) await syntheticIndex(chunks);
  if (part !== "scale") await ingestRatio(Number(value ?? 600));
}
