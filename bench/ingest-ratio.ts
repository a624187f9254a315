/*
 * Wall time of an ingest against the bare embedding of the same passages, both from a cold start of the model's threads, on
 * the sample corpus alone and with generated Markdown beside it (sentences of the corpus in new orders, so that no passage
 * is met twice). Started by bench/run.ts; `--quick` does one round on fewer files.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { passageText } from "../src/core/document.ts";
import {
  builtAssistant,
  CORPUS_FOLDER,
  giveFigures,
  importBuilt,
  inTemporaryFolder,
  MODEL_FOLDER,
} from "./built-program.ts";
import { median, type Figure } from "./figure.ts";
import { createRandom } from "./made-up-text.ts";

const quick = process.argv.includes("--quick");
const ROUNDS = quick ? 1 : 3;
const FILES = quick ? 8 : 32;
const SECTIONS_PER_FILE = 10;
const SECTION_CHARS = 440;

const { signal } = new AbortController();
const { openIndex } = await importBuilt<typeof import("../src/search/index-files.ts")>("search/index-files.js");
const { readManifest } = await importBuilt<typeof import("../src/search/manifest.ts")>("search/manifest.js");
const { createEmbeddingPool } =
  await importBuilt<typeof import("../src/models/embedding-pool.ts")>("models/embedding-pool.js");

interface Ingest {
  ms: number;
  passages: string[];
}

async function ingest(configFile: string | undefined): Promise<Ingest> {
  return inTemporaryFolder(async (workDir) => {
    const assistant = await builtAssistant(workDir, configFile === undefined ? {} : { configFile });
    const startedAt = performance.now();
    const report = await assistant.ingest({}, signal);
    const ms = performance.now() - startedAt;
    await assistant.close();
    for (const { source, message } of report.documents.failed) throw new Error(`${source}: ${message}`);
    return { ms, passages: await passagesOf(join(workDir, "index")) };
  });
}

async function passagesOf(directory: string): Promise<string[]> {
  const index = await openIndex(directory, (await readManifest(directory)).fingerprint);
  try {
    return Array.from({ length: index.chunkCount }, (_, row) => {
      const chunk = index.chunk(row);
      return passageText(chunk.title, chunk);
    });
  } finally {
    await index.close();
  }
}

async function bareEmbeddingMs(passages: string[]): Promise<number> {
  const startedAt = performance.now();
  const pool = await createEmbeddingPool(MODEL_FOLDER, { workers: availableParallelism() });
  await pool.embed(passages, "passage", signal);
  const ms = performance.now() - startedAt;
  await pool.close();
  return ms;
}

/** A ratio without bounds: those hold for the larger corpus, where the start of the threads weighs little. */
async function compare(name: string, configFile: string | undefined, passages: string[]): Promise<Figure> {
  const rounds: { ingestMs: number; bareMs: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // In turn, so that a busy minute of the machine hits both alike.
    const bareMs = await bareEmbeddingMs(passages);
    const { ms: ingestMs } = await ingest(configFile);
    rounds.push({ ingestMs, bareMs });
    console.error(`${name}: ingest ${ingestMs.toFixed(0)} ms, bare embedding ${bareMs.toFixed(0)} ms`);
  }
  const ratios = rounds.map(({ ingestMs, bareMs }) => ingestMs / bareMs);
  return {
    name: `ingest / bare embedding, ${name}`,
    value: median(ratios),
    unit: "ratio",
    also: `${seconds(rounds.map(({ ingestMs }) => ingestMs))} s / ${seconds(rounds.map(({ bareMs }) => bareMs))} s, ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}`,
    ran: `${passages.length} passages, ${ROUNDS} rounds, ${availableParallelism()} threads`,
  };
}

function seconds(values: number[]): string {
  return (median(values) / 1000).toFixed(1);
}

/** Writes `FILES` Markdown files of the sentences of `passages`. */
async function writeGenerated(folder: string, passages: string[]): Promise<void> {
  const random = createRandom(3);
  const sentences = passages
    .flatMap((text) => text.split(/(?<=[。！？.!?])\s*|\n+/u))
    .filter((each) => each.length > 8);
  const section = (): string => {
    let text = "";
    while (text.length < SECTION_CHARS) text += `${sentences[Math.floor(random() * sentences.length)] ?? ""} `;
    return text.trim();
  };
  await mkdir(folder);
  for (let file = 0; file < FILES; file++) {
    const sections = Array.from({ length: SECTIONS_PER_FILE }, (_, n) => `## ${file}.${n}\n\n${section()}`);
    await writeFile(join(folder, `${file}.md`), `# Guide ${file}\n\n${sections.join("\n\n")}\n`);
  }
}

const sample = await ingest(undefined);
const generated = await inTemporaryFolder(async (folder) => {
  await writeGenerated(join(folder, "generated"), sample.passages);
  const configFile = join(folder, "config.ini");
  const paths = [CORPUS_FOLDER, join(folder, "generated")];
  const exclude = [join(CORPUS_FOLDER, "questions/**")];
  await writeFile(configFile, `[corpus]\npaths = ${JSON.stringify(paths)}\nexclude = ${JSON.stringify(exclude)}\n`);
  return compare("sample and generated documents", configFile, (await ingest(configFile)).passages);
});
giveFigures([
  { ...generated, atLeast: 1.3, aim: 1.1 },
  await compare("the sample corpus alone", undefined, sample.passages),
]);
