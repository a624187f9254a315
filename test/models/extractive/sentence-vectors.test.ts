import { expect, test } from "vitest";
import type { EmbeddingModel } from "../../../src/core/model.ts";
import { rememberVectors } from "../../../src/models/extractive/sentence-vectors.ts";

const signal = new AbortController().signal;

function countingModel(calls: string[][]): EmbeddingModel {
  return {
    id: "counting",
    dimensions: 2,
    async embed(texts, kind) {
      calls.push(texts);
      return texts.map((text) => Float32Array.of(text.length, kind === "query" ? 1 : 0));
    },
  };
}

test("embeds each text once, all unknown ones in one call, and gives them in order", async () => {
  const calls: string[][] = [];
  const embed = rememberVectors(countingModel(calls));
  const first = await embed(["a", "bb", "a"], "passage", signal);
  expect(first.map((vector) => vector[0])).toEqual([1, 2, 1]);
  const second = await embed(["ccc", "bb"], "passage", signal);
  expect(second.map((vector) => vector[0])).toEqual([3, 2]);
  expect(await embed(["bb", "a"], "passage", signal)).toHaveLength(2);
  expect(calls).toEqual([["a", "bb"], ["ccc"]]);
});

test("knows a question from a passage of the same words", async () => {
  const embed = rememberVectors(countingModel([]));
  const [passage] = await embed(["a"], "passage", signal);
  const [query] = await embed(["a"], "query", signal);
  expect([passage?.[1], query?.[1]]).toEqual([0, 1]);
});

test("forgets what was used longest ago", async () => {
  const calls: string[][] = [];
  const embed = rememberVectors(countingModel(calls), 2);
  await embed(["a"], "passage", signal);
  await embed(["b"], "passage", signal);
  await embed(["a"], "passage", signal);
  await embed(["c"], "passage", signal);
  await embed(["a"], "passage", signal);
  await embed(["b"], "passage", signal);
  expect(calls.flat()).toEqual(["a", "b", "c", "b"]);
});

test("gives all vectors of an answer with more texts than it remembers", async () => {
  const embed = rememberVectors(countingModel([]), 2);
  const vectors = await embed(["a", "bb", "ccc", "dddd"], "passage", signal);
  expect(vectors.map((vector) => vector[0])).toEqual([1, 2, 3, 4]);
});

test("remembers nothing of a call that failed", async () => {
  let isBroken = true;
  const model = countingModel([]);
  const embed = rememberVectors({
    ...model,
    embed: async (texts, kind, inner) => {
      if (isBroken) throw new Error("stopped");
      return model.embed(texts, kind, inner);
    },
  });
  await expect(embed(["a"], "passage", signal)).rejects.toThrow("stopped");
  isBroken = false;
  expect(await embed(["a"], "passage", signal)).toHaveLength(1);
});
