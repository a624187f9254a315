import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { passageText } from "../src/core/document.ts";
import type { EmbeddingKind, EmbeddingModel } from "../src/core/model.ts";
import { loadLocalEmbedding } from "../src/models/local-embedding.ts";

/** Sub-folders of the evaluation folder that the retrieval bench knows. */
export const RETRIEVAL_SETS = ["squad2-zh.dev", "rgb-zh.dev", "multihop-en.dev"] as const;

/** One public retrieval set: passages as the product indexes them, and the questions that have a relevant passage. */
export interface RetrievalSet {
  name: string;
  passages: { id: string; title: string; text: string }[];
  /** `relevant` holds rows of `passages`; never empty. */
  queries: { id: string; text: string; relevant: Set<number> }[];
}

const MODEL_FOLDER = "models/multilingual-e5-small-zh-en";
const passageLine = z.object({ id: z.string(), title: z.string(), text: z.string() });
const queryLine = z.object({ id: z.string(), text: z.string() });

/** The folder named by `XIANHENG_EVAL_DIR`, or undefined when the variable is unset. */
export function evaluationFolder(): string | undefined {
  return process.env["XIANHENG_EVAL_DIR"];
}

/** Reads one set, or gives undefined when its folder is absent. */
export async function loadRetrievalSet(folder: string, name: string): Promise<RetrievalSet | undefined> {
  if (!existsSync(join(folder, name, "corpus.jsonl"))) return undefined;
  const read = (file: string): Promise<string> => readFile(join(folder, name, file), "utf8");
  const passages = jsonLines(await read("corpus.jsonl"), passageLine);
  const rows = new Map(passages.map((passage, row) => [passage.id, row]));
  const relevant = new Map<string, Set<number>>();
  for (const line of (await read("qrels.tsv")).split("\n").slice(1)) {
    const [query, passage, score] = line.split("\t");
    const row = rows.get(passage ?? "");
    if (query === undefined || row === undefined || Number(score) <= 0) continue;
    relevant.set(query, (relevant.get(query) ?? new Set()).add(row));
  }
  const queries = jsonLines(await read("queries.jsonl"), queryLine).flatMap((query) => {
    const found = relevant.get(query.id);
    return found === undefined ? [] : [{ ...query, relevant: found }];
  });
  return { name, passages, queries };
}

/** The set's passages as they are indexed. */
export function indexedTexts(set: RetrievalSet): string[] {
  return set.passages.map(({ title, text }) => passageText(title, { headings: [], text }));
}

let model: Promise<EmbeddingModel> | undefined;

/** The shipped model, loaded once. */
export function embeddingModel(): Promise<EmbeddingModel> {
  model ??= loadLocalEmbedding(MODEL_FOLDER);
  return model;
}

/** Row-major unit vectors of `texts`, kept in the OS temp folder so that a second run embeds nothing; an interrupted run goes on. */
export async function cachedVectors(label: string, texts: string[], kind: EmbeddingKind): Promise<Float32Array> {
  const folder = join(tmpdir(), "xianheng-vectors");
  const digest = createHash("sha256").update(kind).update(JSON.stringify(texts)).digest("hex").slice(0, 16);
  const path = join(folder, `${label}-${kind}-${digest}.f32`);
  await mkdir(folder, { recursive: true });
  const kept = existsSync(path) ? await readFile(path) : Buffer.alloc(0);
  if (kept.length === 0 && texts.length === 0) return new Float32Array(0);
  const done = new Float32Array(kept.buffer.slice(kept.byteOffset, kept.byteOffset + kept.length));
  const dimensions = 384;
  const vectors = new Float32Array(texts.length * dimensions);
  vectors.set(done);
  for (let row = done.length / dimensions; row < texts.length; row++) {
    const [vector] = await (await embeddingModel()).embed([texts[row] ?? ""], kind, new AbortController().signal);
    vectors.set(vector ?? [], row * dimensions);
    if ((row + 1) % 500 === 0 || row + 1 === texts.length) {
      await writeFile(`${path}.part`, new Uint8Array(vectors.buffer, 0, (row + 1) * dimensions * 4));
      await rename(`${path}.part`, path);
      console.error(`${label} ${kind} ${row + 1}/${texts.length}`);
    }
  }
  return vectors;
}

/** Reads one checked value a line. */
export function jsonLines<T>(text: string, schema: z.ZodType<T>): T[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => schema.parse(JSON.parse(line)));
}
