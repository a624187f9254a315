import { expect, test } from "vitest";
import type { EmbeddingKind } from "../../src/core/model.ts";
import { rememberQueries } from "../../src/models/remember-queries.ts";

const signal = new AbortController().signal;

function countingModel() {
  const asked: string[] = [];
  const create = () => ({
    id: "test/counting",
    dimensions: 2,
    warmUp: () => asked.push("warm-up"),
    async embed(texts: string[], kind: EmbeddingKind, _signal: AbortSignal) {
      asked.push(...texts.map((text) => `${kind} ${text}`));
      return texts.map((text) => Float32Array.from([text.length, kind === "query" ? 1 : 0]));
    },
  });
  return { model: create(), asked };
}

test("a question is embedded once, a passage as often as it is given", async () => {
  const { model, asked } = countingModel();
  const remembering = rememberQueries(model);
  const first = await remembering.embed(["水费"], "query", signal);
  expect(await remembering.embed(["水费", "电费"], "query", signal)).toEqual([first[0], Float32Array.from([2, 1])]);
  await remembering.embed(["水费"], "passage", signal);
  expect(await remembering.embed(["水费"], "passage", signal)).toEqual([Float32Array.from([2, 0])]);
  expect(asked).toEqual(["query 水费", "query 电费", "passage 水费", "passage 水费"]);
});

test("keeps everything else of the model", () => {
  const { model, asked } = countingModel();
  const remembering = rememberQueries(model);
  remembering.warmUp();
  expect(remembering).toMatchObject({ id: "test/counting", dimensions: 2 });
  expect(asked).toEqual(["warm-up"]);
});

test("forgets what was asked long ago", async () => {
  const { model, asked } = countingModel();
  const remembering = rememberQueries(model);
  for (let number = 0; number < 300; number++) await remembering.embed([`question ${number}`], "query", signal);
  await remembering.embed(["question 299"], "query", signal);
  expect(asked).toHaveLength(300);
  await remembering.embed(["question 0"], "query", signal);
  expect(asked).toHaveLength(301);
});
