import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { readFollowUps } from "../../bench/sample-follow-ups.ts";
import { openMemorySearch, readSampleCorpus } from "../../bench/small-corpora.ts";
import type { HistoryTurn } from "../../src/core/message.ts";
import { createGate } from "../../src/gate/gate.ts";
import { createExtractiveAnswerer } from "../../src/models/extractive/answerer.ts";
import { loadLocalEmbedding } from "../../src/models/local-embedding.ts";
import { standardPipeline } from "../../src/pipeline/standard.ts";

const MODEL = fileURLToPath(new URL("../../models/multilingual-e5-small-zh-en", import.meta.url));
const results: { line: string; expected: string | undefined; sources: string[]; answered: boolean }[] = [];

beforeAll(async () => {
  const { signal } = new AbortController();
  const embedding = await loadLocalEmbedding(MODEL);
  try {
    const run = standardPipeline({
      ...createGate({ question: 0.5 }),
      retriever: await openMemorySearch(await readSampleCorpus(signal), embedding, signal),
      hits: 12,
      model: undefined,
      extractive: createExtractiveAnswerer(embedding),
      fold: (hits) => hits,
      maxContextChars: 6000,
      cite: true,
      createNonce: () => "nonce",
      now: () => 0,
    });
    for (const { question, followUp, document } of await readFollowUps()) {
      const history: HistoryTurn[] = [{ role: "user", content: question }];
      const turn = { question: followUp, history, language: "zh" as const, note() {}, onScores() {} };
      const outcome = await run(turn, signal);
      const answered = outcome.kind === "answered";
      const sources = answered ? outcome.citations.map(({ source }) => source) : [];
      results.push({ line: `${question} / ${followUp}`, expected: document, sources, answered });
    }
  } finally {
    await embedding.close?.();
  }
});

test("nine of ten Chinese follow-ups and most of all find their document", () => {
  const asking = results.filter(({ expected }) => expected !== undefined);
  const isFound = ({ expected, sources }: (typeof results)[number]): boolean => sources.includes(expected ?? "");
  const chinese = asking.filter(({ line }) => /\p{Script=Han}/u.test(line));
  expect(chinese.filter(isFound).length / chinese.length).toBeGreaterThan(0.9);
  expect(asking.filter(isFound).length / asking.length).toBeGreaterThan(0.8);
});

test("what people say to each other after a question is met with silence", () => {
  expect(results.filter(({ expected, answered }) => expected === undefined && answered)).toEqual([]);
});
