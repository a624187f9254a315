import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { ChatModel } from "../../src/core/model.ts";
import { createFallbackModel } from "../../src/models/fallback.ts";
import { guardModel } from "../../src/models/guard-model.ts";
import { RateLimiter } from "../../src/models/limits.ts";
import { createScriptedModel, type ScriptedModel } from "../../src/models/scripted.ts";
import type { UsageRecord } from "../../src/models/usage-ledger.ts";
import { UsageMeter, type UsageMeterOptions } from "../../src/models/usage-meter.ts";
import { createJumpingClock, createRecordingLogger } from "./stand-in/clocks.ts";

const never = new AbortController().signal;
const QUESTION = { messages: [{ role: "user" as const, content: "一".repeat(96) }] };

function createLedger(): UsageMeterOptions["ledger"] & { records: UsageRecord[] } {
  const records: UsageRecord[] = [];
  return {
    records,
    add: async (record) => void records.push(record),
    tokensToday: async () => records.reduce((sum, { prompt, completion }) => sum + prompt + completion, 0),
  };
}

function meter(model: ChatModel, changes: Partial<UsageMeterOptions> = {}) {
  const ledger = createLedger();
  const clock = createJumpingClock();
  const guarded = guardModel(model, {
    limiter: new RateLimiter({ requestsPerMinute: 0, tokensPerMinute: 0 }, clock),
    clock,
    random: () => 0,
    logger: createRecordingLogger(),
    meter: new UsageMeter({ ledger, entry: model.id, maxTokensPerDay: 0, pricePerMillion: {}, ...changes }),
  });
  return { ledger, guarded };
}

function scripted(script: Parameters<typeof createScriptedModel>[0]["script"]): ScriptedModel {
  return createScriptedModel({ id: "a/1", script });
}

test("each answer is written down with its price", async () => {
  const { ledger, guarded } = meter(scripted(["好".repeat(50)]), {
    account: "A_KEY",
    pricePerMillion: { prompt: 2, completion: 8 },
  });
  await guarded.complete(QUESTION, never);
  await guarded.stream?.(QUESTION, () => {}, never);
  const record = { entry: "a/1", account: "A_KEY", model: "a/1", prompt: 100, completion: 50, cost: 0.0006 };
  expect(ledger.records).toEqual([record, record]);
});

test("a call that failed has used nothing, one that broke in the middle what it had said", async () => {
  const { ledger, guarded } = meter(scripted([new AppError("model_rejected_request", "no")]));
  await expect(guarded.complete(QUESTION, never)).rejects.toThrow("no");
  expect(ledger.records).toEqual([]);
  const broken = meter({
    ...scripted([]),
    stream: async (_request, onText) => {
      onText("一半的话");
      throw new AppError("model_unreachable", "cut", { retryable: true });
    },
  });
  await expect(broken.guarded.stream?.(QUESTION, () => {}, never)).rejects.toThrow("cut");
  expect(broken.ledger.records).toEqual([{ entry: "a/1", model: "a/1", prompt: 100, completion: 4 }]);
});

test("over its budget an entry is not asked, the next one is, and the reason is told", async () => {
  const first = scripted(["好".repeat(50)]);
  const { guarded } = meter(first, { maxTokensPerDay: 250 });
  const chain = createFallbackModel([guarded, createScriptedModel({ id: "b/2", script: ["b"] })]);
  const failures: string[] = [];
  const answers: string[] = [];
  for (let call = 0; call < 5; call += 1) {
    const onFailure = (model: string, error: AppError): void => void failures.push(`${model} ${error.code}`);
    answers.push((await chain.complete({ ...QUESTION, onFailure }, never)).model);
  }
  expect(answers).toEqual(["a/1", "a/1", "b/2", "b/2", "b/2"]);
  expect(first.requests).toHaveLength(2);
  expect(failures).toEqual(Array.from({ length: 3 }, () => "a/1 model_budget_spent"));
  await expect(guarded.complete(QUESTION, never)).rejects.toMatchObject({
    code: "model_budget_spent",
    retryable: false,
    message: expect.stringMatching(/a\/1 has used 300 of its 250 tokens for today.*max_tokens_per_day/),
  });
});

test("calls at the same time do not all fit into the last of the budget", async () => {
  const first = scripted(["好"]);
  const { guarded } = meter(first, { maxTokensPerDay: 250 });
  const ends = await Promise.allSettled(Array.from({ length: 20 }, () => guarded.complete(QUESTION, never)));
  expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
});

test("a failed call gives its share of the budget back", async () => {
  const { guarded } = meter(scripted([new AppError("model_rejected_request", "no")]), { maxTokensPerDay: 150 });
  for (let call = 0; call < 4; call += 1) {
    await expect(guarded.complete(QUESTION, never)).rejects.toMatchObject({ code: "model_rejected_request" });
  }
});
