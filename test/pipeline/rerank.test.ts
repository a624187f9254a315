import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { Hit, Reranker } from "../../src/core/retriever.ts";
import { rerank, type RerankOptions } from "../../src/pipeline/rerank.ts";
import type { Accepted } from "../../src/pipeline/turn.ts";
import { makeChunk, makeHit } from "../fixtures/pipeline/material.ts";

const signal = new AbortController().signal;
const evidence = {
  queryVector: new Float32Array(2),
  nearest: [0.9],
  centroid: 0.9,
  bestLexical: 3,
  knownTerms: 1,
  bestCoverage: 1,
};

const hitsOf = (count: number): Hit[] =>
  Array.from({ length: count }, (_, position) =>
    makeHit(makeChunk(`passage ${position}`, { id: `c${position}`, headings: ["指南", "费用"] }), {
      rank: position + 1,
    }),
  );

function makeTurn(hits: Hit[]): Accepted & { notes: string[] } {
  const notes: string[] = [];
  const scores = { question: 0.9, answerable: 0.9, threshold: 0.5 };
  return {
    question: "水费多少？",
    query: "水费多少？",
    history: [],
    language: "zh",
    note: (text) => notes.push(text),
    onScores: () => {},
    face: { probability: 0.9 },
    hits,
    evidence,
    scores,
    notes,
  };
}

function run(turn: Accepted, order: Reranker["rerank"], changes: Partial<RerankOptions> = {}) {
  return rerank({
    reranker: async () => ({ id: "rerank/m", rerank: order }),
    retriever: { retrieve: async () => Promise.reject(new Error("nothing to look up")) },
    candidates: 4,
    keep: 4,
    ...changes,
  })(turn, signal);
}

test("the order changes, ranks with it; everything else of the turn stays", async () => {
  const turn = makeTurn(hitsOf(4));
  const seen: unknown[] = [];
  const result = await run(turn, async (query, passages, options) => {
    seen.push(query, passages[0], options);
    return [3, 1];
  });
  const { hits, ...rest } = "next" in result ? result.next : turn;
  expect(hits.map(({ chunk, rank }) => [chunk.id, rank])).toEqual([
    ["c3", 1],
    ["c1", 2],
    ["c0", 3],
    ["c2", 4],
  ]);
  const { hits: _before, ...others } = turn;
  expect(rest).toEqual(others);
  expect(rest.evidence).toBe(evidence);
  expect(seen).toEqual(["水费多少？", "指南\n费用\npassage 0", { limit: 4 }]);
});

test("more candidates than the gate looked at are fetched with the query's own vector", async () => {
  const asked: unknown[] = [];
  const retriever: RerankOptions["retriever"] = {
    retrieve: async (query, options) => {
      asked.push(query, options);
      return { hits: hitsOf(6), evidence };
    },
  };
  const result = await run(makeTurn(hitsOf(2)), async () => [5, 4], { candidates: 6, keep: 3, retriever });
  expect("next" in result && result.next.hits.map(({ chunk }) => chunk.id)).toEqual(["c5", "c4", "c0"]);
  expect(asked).toEqual(["水费多少？", { limit: 6, queryVector: evidence.queryVector }]);
});

test("when it fails the order of the search holds and a note says so", async () => {
  const turn = makeTurn(hitsOf(4));
  const failing = async (): Promise<number[]> => {
    throw new AppError("timeout", "rerank/m took longer than 5 s");
  };
  expect(await run(turn, failing)).toEqual({ next: turn });
  const unmade = { reranker: async () => Promise.reject(new AppError("model_unauthorised", "no key")) };
  expect(await run(turn, failing, unmade)).toEqual({ next: turn });
  expect(turn.notes).toEqual(["rerank-failed: rerank/m took longer than 5 s", "rerank-failed: no key"]);
});

test("a cancelled turn ends, and a bug is not taken for a fault of the service", async () => {
  const turn = makeTurn(hitsOf(4));
  await expect(run(turn, async () => Promise.reject(new TypeError("bug")))).rejects.toThrow("bug");
  const controller = new AbortController();
  const step = rerank({
    reranker: async () => ({
      id: "rerank/m",
      rerank: async () => {
        controller.abort();
        throw new AppError("aborted", "cancelled");
      },
    }),
    retriever: { retrieve: async () => ({ hits: [], evidence }) },
    candidates: 4,
    keep: 4,
  });
  await expect(step(turn, controller.signal)).rejects.toMatchObject({ name: "AbortError" });
  expect(turn.notes).toEqual([]);
});
