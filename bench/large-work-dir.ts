import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Chunk, ReadDocument, SourceFile } from "../src/core/document.ts";
import { builtAssistant, CORPUS_FOLDER, importBuilt, MODEL_FOLDER } from "./built-program.ts";
import { chunkText, createNormal, createRandom, unitNear } from "./made-up-text.ts";

const CHUNKS_PER_DOCUMENT = 50;
const MADE_UP_TITLE = "Made-up document";
/**
 * A made-up vector has a cosine of about .86 to the passage of the corpus that it lies around: what other passages of a
 * subject have with this model.
 */
const SPREAD = 0.6;
const { signal } = new AbortController();

/** A work folder of dist/ whose index has about `chunks` chunks: the sample corpus and made-up documents. Built when absent. */
export async function largeWorkDir(chunks: number): Promise<string> {
  const folder = join(tmpdir(), "xianheng-bench-index");
  const workDir = join(folder, `${chunks}-${await searchDigest()}`);
  if (existsSync(join(workDir, "index", "manifest.json"))) return workDir;
  const part = `${workDir}.part`;
  await mkdir(folder, { recursive: true });
  // What an interrupted run or older code left: an index of this size takes half a gigabyte.
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${chunks}-`)) await rm(join(folder, name), { recursive: true, force: true });
  }
  await mkdir(part);
  const startedAt = performance.now();
  await buildLarge(part, chunks);
  await rename(part, workDir);
  console.error(`built an index of ${chunks} chunks in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  return workDir;
}

/** Changes with the code that an index depends on; comments may change. */
async function searchDigest(): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of ["search", "ingest", "core"]) {
    const path = fileURLToPath(new URL(`../dist/${folder}/`, import.meta.url));
    for (const name of (await readdir(path, { recursive: true })).toSorted()) {
      if (!name.endsWith(".js")) continue;
      const code = await readFile(join(path, name), "utf8");
      hash.update(name).update(code.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gmu, ""));
    }
  }
  return hash.digest("hex").slice(0, 12);
}

async function buildLarge(workDir: string, chunks: number): Promise<void> {
  const directory = join(workDir, "index");
  const { fingerprint, vectors } = await sampleIndex(workDir);
  const { buildIndex } = await importBuilt<typeof import("../src/search/build.ts")>("search/build.js");
  const { walk } = await importBuilt<typeof import("../src/ingest/walk.ts")>("ingest/walk.js");
  const { createDocumentReader } =
    await importBuilt<typeof import("../src/ingest/read-document.ts")>("ingest/read-document.js");
  const { splitDocument } = await importBuilt<typeof import("../src/ingest/split.ts")>("ingest/split.js");
  const { toMarkdown } = await importBuilt<typeof import("../src/ingest/to-markdown.ts")>("ingest/to-markdown.js");
  const { createEmbeddingPool } =
    await importBuilt<typeof import("../src/models/embedding-pool.ts")>("models/embedding-pool.js");
  const pool = await createEmbeddingPool(MODEL_FOLDER, { workers: availableParallelism() });
  const reader = createDocumentReader();
  const random = createRandom(17);
  const normal = createNormal(random);
  const near = (): Float32Array =>
    unitNear(vectors[Math.floor(random() * vectors.length)] ?? new Float32Array(384), SPREAD, normal);
  async function* files(): AsyncGenerator<SourceFile> {
    const baseFolder = fileURLToPath(new URL("../", import.meta.url));
    const options = { roots: [CORPUS_FOLDER], baseFolder, exclude: ["corpus/questions", "corpus/questions/**"] };
    for await (const file of walk(options, signal)) if ("path" in file) yield file;
    const madeUp = Math.max(0, Math.round((chunks - vectors.length) / CHUNKS_PER_DOCUMENT));
    for (let file = 0; file < madeUp; file++) {
      yield { path: "", source: `made-up/${String(file).padStart(6, "0")}.md`, size: 1, modifiedMs: 1 };
    }
  }
  await buildIndex(
    {
      directory,
      fingerprint,
      files: files(),
      async read(file) {
        if (file.path === "") return madeUpDocument(file, random);
        const found = await reader.read(file, signal);
        const { markdown } = toMarkdown(found.document.blocks);
        return { ...found, markdown, chunks: splitDocument(found.document, { chunkChars: 480 }) };
      },
      async embed(passages, inner) {
        const real = passages.filter((text) => !text.startsWith(MADE_UP_TITLE));
        const known = await pool.embed(real, "passage", inner);
        return passages.map((text) => (text.startsWith(MADE_UP_TITLE) ? near() : (known.shift() ?? near())));
      },
      hash: async () => "made-up",
      batchSize: 64,
      now: () => Date.now(),
    },
    signal,
  );
  await reader.close();
  await pool.close();
}

/** Indexes the sample corpus by the product: the fingerprint that it wants, and real vectors to put others around. */
async function sampleIndex(workDir: string) {
  const sample = await builtAssistant(workDir);
  await sample.ingest({}, signal);
  await sample.close();
  const { openIndex } = await importBuilt<typeof import("../src/search/index-files.ts")>("search/index-files.js");
  const { readManifest } = await importBuilt<typeof import("../src/search/manifest.ts")>("search/manifest.js");
  const directory = join(workDir, "index");
  const { fingerprint } = await readManifest(directory);
  const index = await openIndex(directory, fingerprint);
  const floats = (await index.vectors())["vectors.float"];
  if (!(floats instanceof Float32Array)) throw new Error("The index has no vectors.");
  const { dimensions } = fingerprint;
  const vectors = Array.from({ length: index.chunkCount }, (_, row) =>
    floats.slice(row * dimensions, (row + 1) * dimensions),
  );
  await index.close();
  return { fingerprint, vectors };
}

function madeUpDocument(file: SourceFile, random: () => number): ReadDocument {
  const id = createHash("sha256").update(file.source).digest("hex").slice(0, 16);
  let start = 0;
  const chunks = Array.from({ length: CHUNKS_PER_DOCUMENT }, (_, row): Chunk => {
    const text = chunkText(random, row);
    const chunk = { id: `${id}${row}`, documentId: id, text, headings: [`${row}`], start, end: start + text.length };
    start = chunk.end + 2;
    return chunk;
  });
  const document = {
    id,
    source: file.source,
    title: `${MADE_UP_TITLE} ${file.source}`,
    mediaType: "text/markdown",
    hash: id,
    blocks: [],
  };
  return { document, markdown: "", chunks, warnings: [] };
}
