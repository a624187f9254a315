import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { createAssistant, type Assistant } from "../src/app.ts";
import { loadConfig } from "../src/config/load.ts";
import type { LabelledEvidence } from "../src/gate/labelled.ts";
import { openLexical } from "../src/search/bm25.ts";
import { buildLexical } from "../src/search/build-lexical.ts";
import { documentCentroids } from "../src/search/centroids.ts";
import { buildExact, openExact } from "../src/search/exact.ts";
import { createSearcher } from "../src/search/searcher.ts";
import { memoryRows } from "../test/search/memory-rows.ts";
import {
  embeddingModel,
  cachedVectors,
  evaluationFolder,
  indexedTexts,
  jsonLines,
  loadRetrievalSet,
} from "./evaluation-data.ts";
import { cachedEvidence, readLabels, type LabelledLine } from "./gate-evidence.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const signal = new AbortController().signal;
/** Passages kept of each line: what the product looks at. */
const HITS = 12;

async function withAssistant<T>(
  { configFile, workDir }: { configFile?: string; workDir: string },
  work: (assistant: Assistant) => Promise<T>,
): Promise<T> {
  const config = await loadConfig({ cwd: workDir, env: {}, ...(configFile === undefined ? {} : { file: configFile }) });
  const assistant = createAssistant({ config, workDir, logger: silent, locale: "en" });
  try {
    return await work(assistant);
  } finally {
    await assistant.close();
  }
}

/** Lines against the index of the rejection set's knowledge base; undefined when data, index or config is absent. */
async function againstKnowledgeBase(key: string, lines: LabelledLine[]): Promise<LabelledEvidence[] | undefined> {
  const workDir = process.env["XIANHENG_GATE_WORKDIR"];
  const configFile = process.env["XIANHENG_GATE_CONFIG"];
  if (workDir === undefined || configFile === undefined || !existsSync(join(workDir, "index", "manifest.json"))) return;
  const manifest = await readFile(join(workDir, "index", "manifest.json"), "utf8");
  return withAssistant({ configFile, workDir }, (assistant) =>
    cachedEvidence(`${key} ${manifest}`, lines, (text) => assistant.retrieve(text, { limit: HITS }, signal)),
  );
}

/** The labelled group lines of the rejection set. */
export async function rejectionLines(): Promise<LabelledEvidence[] | undefined> {
  const path = join(evaluationFolder() ?? "", "rejection", "queries.dev.tsv");
  if (!existsSync(path)) return;
  return againstKnowledgeBase("rejection", await readLabels(path, "positive"));
}

/** `question` and `chitchat` lines against the rejection set's knowledge base; none of them should be answered. */
export async function chitchatLines(): Promise<LabelledEvidence[] | undefined> {
  const path = join(evaluationFolder() ?? "", "chitchat", "zh.dev.tsv");
  if (!existsSync(path)) return;
  return againstKnowledgeBase("chitchat", await readLabels(path, "question"));
}

/** The same lines against the sample corpus. */
export async function chitchatSampleLines(): Promise<LabelledEvidence[] | undefined> {
  const path = join(evaluationFolder() ?? "", "chitchat", "zh.dev.tsv");
  if (!existsSync(path)) return;
  return againstSampleCorpus(await readLabels(path, "question"));
}

/** Lines against the sample corpus, indexed into a temporary folder. */
export async function againstSampleCorpus(lines: LabelledLine[]): Promise<LabelledEvidence[]> {
  const workDir = await mkdtemp(join(tmpdir(), "xianheng-gate-"));
  try {
    let indexed = false;
    return await withAssistant({ workDir }, (assistant) =>
      cachedEvidence("sample 2", lines, async (text) => {
        if (!indexed) await assistant.ingest({}, signal);
        indexed = true;
        return assistant.retrieve(text, { limit: HITS }, signal);
      }),
    );
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

const squadQuery = z.object({ id: z.string(), text: z.string(), answerable: z.boolean() });

/** On-topic questions that the passages of squad2-zh do or do not answer. */
export async function squadLines(): Promise<LabelledEvidence[] | undefined> {
  const folder = evaluationFolder();
  const set = folder === undefined ? undefined : await loadRetrievalSet(folder, "squad2-zh.dev");
  if (folder === undefined || set === undefined) return;
  const questions = jsonLines(await readFile(join(folder, set.name, "queries.jsonl"), "utf8"), squadQuery);
  const lines = questions.map(({ text, answerable }, index) => ({ text, positive: answerable, line: index + 1 }));
  const texts = indexedTexts(set);
  const vectors = await cachedVectors(set.name, texts, "passage");
  const rows = memoryRows(set.passages.map(({ id, title, text }) => ({ source: id, title, chunks: [{ text }] })));
  const embedding = await embeddingModel();
  const searcher = createSearcher({
    lexical: openLexical(buildLexical(texts)),
    vectors: openExact(buildExact(vectors, embedding.dimensions)),
    rows,
    centroids: await documentCentroids(vectors, embedding.dimensions, rows.documents),
    embed: async (text) =>
      (await embedding.embed([text], "query", signal))[0] ?? new Float32Array(embedding.dimensions),
  });
  return cachedEvidence("squad", lines, (text) => searcher.retrieve(text, { limit: HITS }, signal));
}
