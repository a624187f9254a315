import { expect, test } from "vitest";
import type { HistoryTurn } from "../../src/core/message.ts";
import { AppError } from "../../src/core/errors.ts";
import type { ChatModel, ChatRequest, ModelLimits, PassageAnswerer } from "../../src/core/model.ts";
import { answer } from "../../src/pipeline/answer.ts";
import { NO_ANSWER } from "../../src/pipeline/prompt.ts";
import type { Accepted } from "../../src/pipeline/turn.ts";
import { createFallbackModel } from "../../src/models/fallback.ts";
import { guardModel } from "../../src/models/guard-model.ts";
import { RateLimiter } from "../../src/models/limits.ts";
import { createScriptedModel, type ScriptedOptions } from "../../src/models/scripted.ts";
import { estimatePromptTokens } from "../../src/models/token-estimate.ts";
import { makeChunk, makeHit } from "../fixtures/pipeline/material.ts";

const scripted = (script: ScriptedOptions["script"]): ChatModel => createScriptedModel({ script });
const ANSWERED: HistoryTurn[] = [
  { role: "user", content: "你好" },
  { role: "assistant", content: "你好！" },
];
const signal = new AbortController().signal;
const chunk = makeChunk("退宿须提前3个工作日发邮件至 APTService@pjlab.org.cn 申请。押金收据请保管好。");
const extractive: PassageAnswerer = {
  id: "extractive",
  answer: async (_question, passages) => ({
    text: `押金收据请保管好。 [${passages[0]?.n ?? 0}]`,
    model: "extractive",
    usage: { prompt: 0, completion: 0 },
    truncated: false,
    warnings: [],
  }),
};

function makeTurn(changes: Partial<Accepted> = {}): Accepted & { notes: string[] } {
  const notes: string[] = [];
  return {
    question: "怎么退宿？",
    query: "怎么退宿？",
    history: [],
    language: "zh",
    note: (text) => notes.push(text),
    onScores: () => {},
    face: { probability: 0.9 },
    hits: [makeHit(chunk)],
    evidence: {
      queryVector: new Float32Array(2),
      nearest: [0.9],
      centroid: 0.9,
      bestLexical: 3,
      knownTerms: 1,
      bestCoverage: 1,
    },
    scores: { question: 0.9, answerable: 0.9, threshold: 0.5 },
    notes,
    ...changes,
  };
}

function makeStep(model: ChatModel | undefined) {
  return answer({
    model,
    extractive,
    retriever: { neighbours: (each) => [each] },
    fold: (hits) => hits,
    maxContextChars: 6000,
    cite: true,
    createNonce: () => "nonce-0123456789",
  });
}

test("answers with the model's checked words", async () => {
  const result = await makeStep(scripted(["请提前三个工作日发邮件至 APTService@pjlab.org.cn。[1]"]))(
    makeTurn(),
    signal,
  );
  expect("next" in result && result.next.answer).toBe("请提前三个工作日发邮件至 APTService@pjlab.org.cn。[1]");
});

test("hands the material over as data between markers, the question outside of it", async () => {
  let seen: ChatRequest | undefined;
  const model = scripted((request) => {
    seen = request;
    return "押金收据请保管好。[1]";
  });
  await makeStep(model)(makeTurn({ history: ANSWERED }), signal);
  const content = seen?.messages.at(-1)?.content ?? "";
  const parts = content.split("<<<nonce-0123456789>>>");
  expect(parts).toHaveLength(3);
  expect(parts[1]).toContain("APTService@pjlab.org.cn");
  expect(parts[2]).toContain("怎么退宿？");
  expect(seen?.messages.map((message) => message.role)).toEqual(["system", "user", "assistant", "user"]);
});

test("takes a refusal of the model for unanswerable", async () => {
  const result = await makeStep(scripted([`${NO_ANSWER}.`]))(makeTurn(), signal);
  expect(result).toEqual({ end: { kind: "declined", reason: "unanswerable" } });
});

test("declines as unsupported when nothing of the reply is in the passages", async () => {
  const result = await makeStep(scripted(["公寓允许养猫，每月 300 元。[1]"]))(makeTurn(), signal);
  expect(result).toEqual({ end: { kind: "declined", reason: "unsupported" } });
});

test("falls back to the extractive answer with a note when the model fails", async () => {
  const turn = makeTurn();
  const failure = new AppError("model_unreachable", "gateway: no route");
  const result = await makeStep(scripted([failure]))(turn, signal);
  expect("next" in result && result.next.model).toBe("extractive");
  expect(turn.notes.join()).toContain("no route");
});

test("lets a bug through", async () => {
  const model = scripted(() => {
    throw new TypeError("bug");
  });
  await expect(makeStep(model)(makeTurn(), signal)).rejects.toThrow("bug");
});

test("streams what it answers and nothing of a refusal", async () => {
  const said: string[] = [];
  const model = scripted(["押金收据请保管好。[1]"]);
  const result = await makeStep(model)(makeTurn({ onText: (text) => said.push(text) }), signal);
  expect(said.join("")).toBe("next" in result ? result.next.answer : "");
  const refused: string[] = [];
  await makeStep(scripted([NO_ANSWER]))(makeTurn({ onText: (text) => refused.push(text) }), signal);
  expect(refused).toEqual([]);
});

test("asks the model once", async () => {
  let calls = 0;
  const model = scripted(() => {
    calls++;
    return "押金收据请保管好。[1]";
  });
  await makeStep(model)(makeTurn(), signal);
  expect(calls).toBe(1);
});

test("begins anew with the next model when a stream breaks and nobody has seen its text", async () => {
  const broken: ChatModel = {
    id: "test/broken",
    limits: { contextTokens: 8192, replyTokens: 1024 },
    complete: () => Promise.reject(new AppError("model_unreachable", "cut")),
    async stream(_request, onText) {
      onText("押金收据请保管好[1]。退宿须提前3个工作日发邮件至 APTService@pjlab.org.cn 申请[1]。然后");
      throw new AppError("model_unreachable", "cut in the middle");
    },
  };
  const chain = createFallbackModel([broken, scripted(["押金收据请保管好。[1]"])]);
  const turn = makeTurn();
  const result = await makeStep(chain)(turn, signal);
  expect("next" in result && result.next.answer).toBe("押金收据请保管好。[1]");
  expect(turn.notes).toEqual(["model-failed: test/broken: cut in the middle"]);
  const watched = makeStep(createFallbackModel([broken, scripted(["押金收据请保管好。[1]"])]));
  await expect(watched(makeTurn({ onText: () => {} }), signal)).rejects.toThrow("cut in the middle");
});

/** A model that says what it was given and cites nothing it was not. */
function small(limits: ModelLimits): ChatModel & { prompts: string[] } {
  const prompts: string[] = [];
  const bare = createScriptedModel({
    limits,
    script: ({ messages }) => {
      prompts.push(messages.map(({ content }) => content).join("\n"));
      return "押金收据请保管好。[1]";
    },
  });
  const clock = { now: () => 0, sleep: async () => {} };
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const limiter = new RateLimiter({ requestsPerMinute: 0, tokensPerMinute: 0 }, clock);
  return { ...guardModel(bare, { limiter, clock, random: () => 0, logger: silent }), prompts };
}

function longTurn(passages: number, chars: number): Accepted & { notes: string[] } {
  const hits = Array.from({ length: passages }, (_, position) =>
    makeHit(makeChunk(`${position}押金收据请保管好。`.padEnd(chars, "退宿须知"), { id: `chunk-${position}` })),
  );
  return makeTurn({ hits, history: [{ role: "user", content: "旧".repeat(500) }] });
}

test("a small window holds fewer passages, and always the whole question", async () => {
  const model = small({ contextTokens: 4096, replyTokens: 1024 });
  const turn = longTurn(12, 490);
  const result = await makeStep(model)(turn, signal);
  expect("next" in result && result.next.answer).toBe("押金收据请保管好。[1]");
  const [prompt = ""] = model.prompts;
  expect(estimatePromptTokens([{ role: "user", content: prompt }])).toBeLessThanOrEqual(3072);
  expect(prompt).toContain("怎么退宿？");
  expect(prompt).not.toContain("旧");
  const shown = [...prompt.matchAll(/^\[(\d+)\] /gmu)].map((match) => Number(match[1]));
  expect(shown).toEqual(Array.from({ length: shown.length }, (_, position) => position + 1));
  expect(shown.length).toBeGreaterThan(3);
  expect(turn.notes).toEqual([`material-cut: ${shown.length} of 12 passages fit the model's window`]);
});

test("a single passage that is too long is cut, the question is not", async () => {
  const model = small({ contextTokens: 2048, replyTokens: 512 });
  await makeStep(model)(longTurn(1, 6000), signal);
  const [prompt = ""] = model.prompts;
  expect(estimatePromptTokens([{ role: "user", content: prompt }])).toBeLessThanOrEqual(1536);
  expect(prompt).toContain("怎么退宿？");
});

test("each model of a chain gets as much as it holds", async () => {
  const [first, second] = [
    small({ contextTokens: 4096, replyTokens: 1024 }),
    small({ contextTokens: 32_768, replyTokens: 1024 }),
  ];
  const failing: ChatModel = {
    ...first,
    stream: async (request, onText, abort) => {
      await first.stream?.(request, onText, abort);
      throw new AppError("model_unreachable", "cut");
    },
  };
  await makeStep(createFallbackModel([failing, second]))(longTurn(12, 490), signal);
  expect(first.prompts[0]?.length).toBeLessThan(3500);
  expect(second.prompts[0]?.length).toBeGreaterThan(5500);
});
