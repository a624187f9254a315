/*
 * The built program over large indexes: 10,000 chunks for its memory, 100,000 for its times. An index is the sample corpus
 * with made-up documents beside it, whose vectors lie around those of the corpus, so that real questions get real answers. It
 * is built by the product itself (only the embedding of the made-up documents is invented) and kept in the OS temp folder
 * until src/search changes. Started by bench/run.ts; `--quick` takes 20,000 chunks, for which no graph is built.
 */
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import {
  builtAssistant,
  giveFigures,
  importBuilt,
  inTemporaryFolder,
  MODEL_FOLDER,
  runProgram,
} from "./built-program.ts";
import { percentile, type Figure } from "./figure.ts";
import { largeWorkDir } from "./large-work-dir.ts";
import { chineseSentence, createRandom, englishSentence } from "./made-up-text.ts";
import { readGoodQuestions } from "./sample-questions.ts";
import { citingModel, writeModelConfig } from "./stub-model.ts";

const quick = process.argv.includes("--quick");
const MEMORY_CHUNKS = 10_000;
const CHUNKS = quick ? 20_000 : 100_000;
const QUERIES = quick ? 60 : 200;
const QUESTION = "请问如何退公寓的时候需要注意什么？";
const { signal } = new AbortController();

async function processFigures(chunks: number): Promise<{ peakMib: number; wallMs: number; outcome: string }> {
  const workDir = await largeWorkDir(chunks);
  const args = ["ask", "--json", "--work-dir", workDir, QUESTION];
  await runProgram(args);
  const runs = [await runProgram(args), await runProgram(args), await runProgram(args)];
  const { outcome }: { outcome: string } = JSON.parse(runs[0]?.stdout ?? "");
  return {
    peakMib: Math.max(...runs.map(({ peakMib }) => peakMib)),
    wallMs: percentile(
      runs.map(({ wallMs }) => wallMs),
      0.5,
    ),
    outcome,
  };
}

function askedOver(chunks: number, outcome: string): string {
  return `3 processes of \`ask\`, ${chunks} chunks, ${outcome}`;
}

async function processRows(): Promise<Figure[]> {
  const small = await processFigures(MEMORY_CHUNKS);
  const large = await processFigures(CHUNKS);
  return [
    {
      name: "peak memory of a process that answers, 10k chunks",
      value: small.peakMib,
      unit: "MiB",
      ran: askedOver(MEMORY_CHUNKS, small.outcome),
      atLeast: 400,
      aim: 250,
    },
    {
      name: `the same, ${CHUNKS / 1000}k chunks`,
      value: large.peakMib,
      unit: "MiB",
      ran: askedOver(CHUNKS, large.outcome),
    },
    {
      name: `warm \`ask\`, process start to exit, ${CHUNKS / 1000}k chunks`,
      value: large.wallMs / 1000,
      unit: "s",
      ran: askedOver(CHUNKS, large.outcome),
    },
  ];
}

/** Search with the vector of the query at hand, in the generation that `workDir` holds. */
async function searchFigures(workDir: string): Promise<Figure[]> {
  const { openSearch } = await importBuilt<typeof import("../src/search/open-search.ts")>("search/open-search.js");
  const { readManifest } = await importBuilt<typeof import("../src/search/manifest.ts")>("search/manifest.js");
  const { loadLocalEmbedding } =
    await importBuilt<typeof import("../src/models/local-embedding.ts")>("models/local-embedding.js");
  const embedding = await loadLocalEmbedding(MODEL_FOLDER);
  const directory = join(workDir, "index");
  const { fingerprint } = await readManifest(directory);
  const search = await openSearch(directory, { fingerprint, embedding, onNote: (note) => console.error(note) });
  const random = createRandom(11);
  const questions = (await readGoodQuestions()).map(({ question }) => question);
  const texts = Array.from({ length: QUERIES }, (_, query) =>
    // Half are questions of people, half are words of the made-up documents, which are in many more of them.
    query % 2 === 0
      ? (questions[(query / 2) % questions.length] ?? "")
      : query % 4 === 1
        ? chineseSentence(random, 9)
        : englishSentence(random, 9),
  );
  const queries: { text: string; vector: Float32Array | undefined }[] = [];
  for (const text of texts) queries.push({ text, vector: (await embedding.embed([text], "query", signal))[0] });
  const times: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: 1 });
  for (const [index, { text, vector }] of queries.entries()) {
    // The first queries also compile the code.
    if (index === 10) delay.enable();
    // The monitor sees a hold as a late tick of its timer, so it must tick before and after.
    await sleep(3);
    const startedAt = performance.now();
    await search.retriever.retrieve(text, { limit: 12, ...(vector && { queryVector: vector }) }, signal);
    if (index >= 10) times.push(performance.now() - startedAt);
  }
  await sleep(3);
  delay.disable();
  await search.close();
  await embedding.close?.();
  const ran = `${search.reader.chunkCount} chunks, ${times.length} queries, ${search.reader.graphPath === undefined ? "exact scan" : "graph"}`;
  const name = `search without embedding, ${CHUNKS / 1000}k chunks`;
  return [
    { name: `${name}, p99`, value: percentile(times, 0.99), unit: "ms", ran, atLeast: 60 },
    { name: `${name}, p50`, value: percentile(times, 0.5), unit: "ms", ran, aim: 25 },
    {
      name: `${name}, longest hold of the event loop`,
      value: delay.max / 1e6,
      unit: "ms",
      ran,
      atLeast: 50,
    },
  ];
}

/** Whole turns, with a language model that answers at once: what is left is ours. */
async function answerFigures(workDir: string): Promise<Figure[]> {
  const questions = (await readGoodQuestions()).map(({ question }) => question);
  return inTemporaryFolder(async (folder) => {
    const configFile = await writeModelConfig(folder);
    const rows: Figure[] = [];
    for (const withModel of [true, false]) {
      const model = citingModel();
      const assistant = await builtAssistant(workDir, withModel ? { configFile, fetch: model.fetch } : {});
      const times: number[] = [];
      const steps = new Map<string, number[]>();
      for (let turn = 0; turn < QUERIES + 10; turn++) {
        const spentBefore = model.spentMs();
        const startedAt = performance.now();
        const { outcome, timings } = await assistant.ask(questions[turn % questions.length] ?? "", {}, signal);
        const ms = performance.now() - startedAt - (model.spentMs() - spentBefore);
        if (turn < 10 || outcome.kind !== "answered") continue;
        times.push(ms);
        for (const [step, spent] of Object.entries(timings)) steps.set(step, [...(steps.get(step) ?? []), spent]);
      }
      await assistant.close();
      const medians = [...steps].map(([step, spent]) => `${step} ${percentile(spent, 0.5).toFixed(1)}`);
      console.error(`${withModel ? "with a model" : "extractive"}, median ms by step: ${medians.join(", ")}`);
      const ran = `${times.length} answered turns, embedding included, ${withModel ? "scripted model" : "no model"}`;
      const name = withModel
        ? `non-LLM part of an answer, ${CHUNKS / 1000}k chunks`
        : `extractive answer, ${CHUNKS / 1000}k chunks`;
      rows.push(
        { name: `${name}, p99`, value: percentile(times, 0.99), unit: "ms", ran, ...(withModel && { atLeast: 60 }) },
        { name: `${name}, p50`, value: percentile(times, 0.5), unit: "ms", ran, ...(withModel && { aim: 25 }) },
      );
    }
    return rows;
  });
}

const workDir = await largeWorkDir(CHUNKS);
giveFigures([...(await processRows()), ...(await searchFigures(workDir)), ...(await answerFigures(workDir))]);
