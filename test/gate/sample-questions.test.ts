import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { readGoodQuestions, readQuietLines } from "../../bench/sample-questions.ts";
import { openMemorySearch, readSampleCorpus } from "../../bench/small-corpora.ts";
import { createGate } from "../../src/gate/gate.ts";
import { evaluateGate } from "../../src/gate/evaluate-gate.ts";
import type { LabelledEvidence } from "../../src/gate/labelled.ts";
import { tuneGate } from "../../src/gate/tune-gate.ts";
import { loadLocalEmbedding } from "../../src/models/local-embedding.ts";

const MODEL = fileURLToPath(new URL("../../models/multilingual-e5-small-zh-en", import.meta.url));
const lines: (LabelledEvidence & { split: string })[] = [];

beforeAll(async () => {
  const { signal } = new AbortController();
  const embedding = await loadLocalEmbedding(MODEL);
  try {
    const retriever = await openMemorySearch(await readSampleCorpus(signal), embedding, signal);
    const good = (await readGoodQuestions()).map(({ question, split }) => ({ text: question, positive: true, split }));
    const quiet = (await readQuietLines()).map(({ text, split }) => ({ text, positive: false, split }));
    for (const [index, line] of [...good, ...quiet].entries()) {
      const retrieval = await retriever.retrieve(line.text, { limit: 12 }, signal);
      lines.push({ ...line, ...retrieval, line: index + 1 });
    }
  } finally {
    await embedding.close?.();
  }
});

test("the shipped prior tells the sample questions from the lines to leave alone", () => {
  const { f1, auc } = evaluateGate(lines, { gate: createGate({ question: 0.5 }), seed: 1 });
  expect(f1).toBeGreaterThan(0.9);
  expect(auc).toBeGreaterThan(0.93);
});

test("a gate tuned on one half of the sample questions holds on the other", () => {
  const [dev, held] = ["dev", "test"].map((half) => lines.filter(({ split }) => split === half));
  const tuned = tuneGate(dev ?? [], { seed: 1, fingerprint: { embedding: "e5", corpus: "sample" }, now: 0 });
  const gate = createGate({ question: 0.5, file: tuned.gate });
  const result = evaluateGate(held ?? [], { gate, against: createGate({ question: 0.5 }), seed: 1 });
  expect(result.f1).toBeGreaterThan(0.85);
  expect(result.auc).toBeGreaterThan(0.9);
  // Half of the lines are too few to beat a prior that was fitted on all of them; they must not spoil it.
  expect(result.against?.interval.high).toBeGreaterThan(0);
});
