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

interface Cost {
  ms: number;
  /** Processor time of all threads: unlike the clock, it does not count the time in which other programs had the cores. */
  processorMs: number;
}

interface Ingest extends Cost {
  passages: string[];
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - startedAt, processorMs: (user + system) / 1000 };
}

async function ingest(configFile: string | undefined): Promise<Ingest> {
  return inTemporaryFolder(async (workDir) => {
    const assistant = await builtAssistant(workDir, configFile === undefined ? {} : { configFile });
    const cost = await costOf(async () => {
      const { documents } = await assistant.ingest({}, signal);
      for (const { source, message } of documents.failed) throw new Error(`${source}: ${message}`);
    });
    await assistant.close();
    return { ...cost, passages: await passagesOf(join(workDir, "index")) };
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

/** Loads the model in as many threads and embeds. */
async function bareEmbedding(passages: string[]): Promise<Cost> {
  const workers = availableParallelism();
  let close: (() => Promise<void>) | undefined;
  const cost = await costOf(async () => {
    const pool = await createEmbeddingPool(MODEL_FOLDER, { workers });
    close = () => pool.close();
    await pool.embed(passages, "passage", signal);
  });
  await close?.();
  return cost;
}

/** A ratio without bounds: those hold for the larger corpus, where the start of the threads weighs little. */
async function compare(name: string, configFile: string | undefined, passages: string[]): Promise<Figure> {
  const rounds: { whole: Cost; bare: Cost }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // In turn, so that a busy minute of the machine hits both alike.
    const bare = await bareEmbedding(passages);
    const whole = await ingest(configFile);
    rounds.push({ whole, bare });
    console.error(`${name}: ingest ${whole.ms.toFixed(0)} ms, bare embedding ${bare.ms.toFixed(0)} ms`);
  }
  const ratios = rounds.map(({ whole, bare }) => whole.ms / bare.ms);
  const processorRatios = rounds.map(({ whole, bare }) => whole.processorMs / bare.processorMs);
  const seconds = (part: "whole" | "bare"): string => (median(rounds.map((each) => each[part].ms)) / 1000).toFixed(1);
  return {
    name: `ingest / bare embedding, ${name}`,
    value: median(ratios),
    unit: "ratio",
    also: `${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}; ${seconds("whole")} s / ${seconds("bare")} s; processor time ${median(processorRatios).toFixed(2)}`,
    ran: `${passages.length} passages, ${ROUNDS} rounds, ${availableParallelism()} threads`,
  };
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
