import { expect, test } from "vitest";
import type { HistoryTurn } from "../../src/core/message.ts";
import { AppError } from "../../src/core/errors.ts";
import type { ChatModel, ChatRequest, PassageAnswerer } from "../../src/core/model.ts";
import { answer } from "../../src/pipeline/answer.ts";
import { NO_ANSWER } from "../../src/pipeline/prompt.ts";
import type { Accepted } from "../../src/pipeline/turn.ts";
import { createFallbackModel } from "../../src/models/fallback.ts";
import { createScriptedModel, type ScriptedOptions } from "../../src/models/scripted.ts";
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
  const clock = { now: () => 0, sleep: async () => {} };
  const chain = createFallbackModel([broken, scripted(["押金收据请保管好。[1]"])], { clock });
  const turn = makeTurn();
  const result = await makeStep(chain)(turn, signal);
  expect("next" in result && result.next.answer).toBe("押金收据请保管好。[1]");
  expect(turn.notes).toEqual(["model-failed: test/broken: cut in the middle"]);
  const watched = makeStep(createFallbackModel([broken, scripted(["押金收据请保管好。[1]"])], { clock }));
  await expect(watched(makeTurn({ onText: () => {} }), signal)).rejects.toThrow("cut in the middle");
});
