import { expect, test } from "vitest";
import type { PassageAnswerer } from "../../src/core/model.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { createHourlyCalls } from "../../src/pipeline/hourly-calls.ts";
import type { Consulting } from "../../src/pipeline/reject.ts";
import { standardPipeline } from "../../src/pipeline/standard.ts";
import { makeRetrieved } from "../fixtures/pipeline/retrieved.ts";
import { createManualClock } from "../models/stand-in/clocks.ts";

const signal = new AbortController().signal;
const THRESHOLD = 0.4;
const HOUR_MS = 3_600_000;
const extractive: PassageAnswerer = { id: "extractive", answer: () => Promise.reject(new Error("not wanted here")) };

/** The whole pipeline with a gate that gives every line the same `answerable`. */
function makeRun(answerable: number, consult?: { when: Consulting["when"]; perHour?: number; score?: number }) {
  const clock = createManualClock();
  const calls = createHourlyCalls(clock);
  const model = createScriptedModel({
    script: ({ responseSchema }) =>
      responseSchema === undefined ? "押金收据请保管好。[1]" : `{"score":${consult?.score ?? 9}}`,
  });
  const { hits, evidence } = makeRetrieved();
  const run = standardPipeline({
    retriever: { retrieve: async () => ({ hits, evidence }), neighbours: (each) => [each] },
    judgeFace: () => ({ probability: 0.9 }),
    judge: ({ face }) => {
      const scores = { question: face.probability, answerable, threshold: THRESHOLD };
      return answerable >= THRESHOLD ? { scores } : { scores, reason: "unanswerable" };
    },
    threshold: THRESHOLD,
    questionFloor: 0.5,
    band: { low: 0.3, high: 0.5 },
    ...(consult && {
      consult: { when: consult.when, clock, takeCall: () => calls.take(consult.perHour ?? 60) },
    }),
    hits: 12,
    model,
    extractive,
    fold: (all) => all,
    maxContextChars: 6000,
    cite: true,
    createNonce: () => "nonce-0123456789",
    now: () => 0,
  });
  const ask = async () => (await run(makeRetrieved(), signal)).kind;
  return { ask, model, clock };
}

test("without a judge an answer is one call of the model and a silent line none", async () => {
  const spoken = makeRun(0.45);
  expect([await spoken.ask(), spoken.model.requests.length]).toEqual(["answered", 1]);
  const silent = makeRun(0.35);
  expect([await silent.ask(), silent.model.requests.length]).toEqual(["declined", 0]);
});

test("a line outside of the band costs no more than without a judge", async () => {
  const spoken = makeRun(0.9, { when: "unsure" });
  expect([await spoken.ask(), spoken.model.requests.length]).toEqual(["answered", 1]);
  const silent = makeRun(0.1, { when: "unsure" });
  expect([await silent.ask(), silent.model.requests.length]).toEqual(["declined", 0]);
});

test("in the band the model decides, then answers", async () => {
  const spoken = makeRun(0.35, { when: "unsure", score: 9 });
  expect([await spoken.ask(), spoken.model.requests.length]).toEqual(["answered", 2]);
  const silent = makeRun(0.45, { when: "unsure", score: 3 });
  expect([await silent.ask(), silent.model.requests.length]).toEqual(["declined", 1]);
});

test("always asks outside of the band too", async () => {
  const silent = makeRun(0.9, { when: "always", score: 0 });
  expect([await silent.ask(), silent.model.requests.length]).toEqual(["declined", 1]);
});

test("beyond the hour's calls the gate decides alone, until the window has moved on", async () => {
  const { ask, model, clock } = makeRun(0.45, { when: "unsure", perHour: 1, score: 0 });
  expect([await ask(), await ask()]).toEqual(["declined", "answered"]);
  await clock.advance(HOUR_MS);
  expect(await ask()).toBe("declined");
  expect(model.requests.map(({ responseSchema }) => responseSchema?.name)).toEqual([
    "judgement",
    undefined,
    "judgement",
  ]);
});
