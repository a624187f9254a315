import { expect, test } from "vitest";
import type { DeclineReason } from "../../src/core/outcome.ts";
import type { ModelJudge } from "../../src/pipeline/judge.ts";
import { reject, type Consulting } from "../../src/pipeline/reject.ts";
import { makeRetrieved } from "../fixtures/pipeline/retrieved.ts";

const signal = new AbortController().signal;
const THRESHOLD = 0.4;
const BAND = { low: 0.3, high: 0.5 };

interface Line {
  answerable: number;
  reason?: DeclineReason;
  when?: Consulting["when"] | "never";
  verdict?: Awaited<ReturnType<ModelJudge>>;
  hits?: [];
  question?: number;
}

/** What becomes of a line, and how often the model was asked. */
async function decide({ answerable, reason, when = "unsure", verdict, hits, question = 0.9 }: Line) {
  let asked = 0;
  const ask: ModelJudge = async () => {
    asked++;
    return verdict;
  };
  const scores = { question, answerable, threshold: THRESHOLD };
  const step = reject(
    () => ({ scores, ...(reason !== undefined && { reason }) }),
    when === "never" ? undefined : { when, band: BAND, ask },
  );
  const result = await step(makeRetrieved(hits === undefined ? {} : { hits }), signal);
  const end = "end" in result && result.end.kind === "declined" ? result.end.reason : "speaks";
  return { end, asked };
}

test("without a judge the gate decides alone", async () => {
  expect(await decide({ answerable: 0.45, when: "never" })).toEqual({ end: "speaks", asked: 0 });
  expect(await decide({ answerable: 0.35, reason: "unanswerable", when: "never" })).toEqual({
    end: "unanswerable",
    asked: 0,
  });
});

test("a line outside of the band is decided locally", async () => {
  expect(await decide({ answerable: 0.51, verdict: "silence" })).toEqual({ end: "speaks", asked: 0 });
  expect(await decide({ answerable: 0.29, reason: "unrelated", verdict: "speak" })).toEqual({
    end: "unrelated",
    asked: 0,
  });
});

test("a line in the band is decided by the model, once and either way", async () => {
  expect(await decide({ answerable: 0.5, verdict: "silence" })).toEqual({ end: "unanswerable", asked: 1 });
  expect(await decide({ answerable: 0.5, verdict: "speak" })).toEqual({ end: "speaks", asked: 1 });
  expect(await decide({ answerable: 0.3, reason: "unrelated", verdict: "speak" })).toEqual({ end: "speaks", asked: 1 });
  expect(await decide({ answerable: 0.3, reason: "unrelated", verdict: "silence" })).toEqual({
    end: "unanswerable",
    asked: 1,
  });
});

test("when the model may not be asked the gate's decision stands", async () => {
  expect(await decide({ answerable: 0.45 })).toEqual({ end: "speaks", asked: 1 });
  expect(await decide({ answerable: 0.35, reason: "unrelated" })).toEqual({ end: "unrelated", asked: 1 });
});

test.each<DeclineReason>(["not-a-question", "too-short", "addressed-to-someone-else"])(
  "a line that is silenced as %s costs nothing, not even with always",
  async (reason) => {
    for (const when of ["unsure", "always"] as const) {
      expect(await decide({ answerable: 0.4, reason, when, verdict: "speak" })).toEqual({ end: reason, asked: 0 });
    }
  },
);

test("always asks about every question that has passages", async () => {
  expect(await decide({ answerable: 0.99, when: "always", verdict: "silence" })).toEqual({
    end: "unanswerable",
    asked: 1,
  });
  expect(await decide({ answerable: 0.01, reason: "unrelated", when: "always", verdict: "speak" })).toEqual({
    end: "speaks",
    asked: 1,
  });
  expect(await decide({ answerable: 0, reason: "unrelated", when: "always", verdict: "speak", hits: [] })).toEqual({
    end: "unrelated",
    asked: 0,
  });
});

test("always does not ask about a statement that the documents do not meet", async () => {
  const line = { question: 0.1, reason: "unrelated", when: "always", verdict: "speak" } as const;
  expect(await decide({ ...line, answerable: 0.1 })).toEqual({ end: "unrelated", asked: 0 });
  expect(await decide({ ...line, answerable: 0.3 })).toEqual({ end: "speaks", asked: 1 });
});
