import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { HistoryTurn } from "../../src/core/message.ts";
import type { ChatModel, ChatRequest } from "../../src/core/model.ts";
import type { Clock } from "../../src/core/runtime.ts";
import { detectQuestion } from "../../src/pipeline/detect-question.ts";
import { rewriteByModel } from "../../src/pipeline/rewrite-by-model.ts";
import { rewrite } from "../../src/pipeline/rewrite.ts";
import { pipeline } from "../../src/pipeline/step.ts";
import type { FaceVerdict } from "../../src/pipeline/turn.ts";

const signal = new AbortController().signal;
const HISTORY: HistoryTurn[] = [
  { role: "user", content: "退公寓需要提前多久申请？" },
  { role: "assistant", content: "提前 3 个工作日。[1]" },
];
const ASLEEP: Pick<Clock, "sleep"> = {
  sleep: (_ms, inner) =>
    new Promise((_, reject) => inner?.addEventListener("abort", () => reject(new AppError("aborted", "off")))),
};

/** A line of two characters is too short, one for 小王 is his, the rest is as likely a question as `probability` says. */
function judgeFace(line: string, probability = 0.9): FaceVerdict {
  if (line.startsWith("@")) return { probability: 0.1, reason: "addressed-to-someone-else" };
  return line.replace(/\W/u, "").length <= 3 ? { probability: 0.01, reason: "too-short" } : { probability };
}

function scripted(reply: string | Error): { model: ChatModel; requests: ChatRequest[] } {
  const requests: ChatRequest[] = [];
  const model: ChatModel = {
    id: "test/scripted",
    limits: { contextTokens: 8000, replyTokens: 1000 },
    async complete(request) {
      requests.push(request);
      if (reply instanceof Error) throw reply;
      return {
        text: reply,
        model: "test/scripted",
        usage: { prompt: 1, completion: 1 },
        truncated: false,
        warnings: [],
      };
    },
  };
  return { model, requests };
}

interface Given {
  history?: HistoryTurn[];
  model?: ChatModel;
  probability?: number;
  clock?: Pick<Clock, "sleep">;
  takeCall?: () => boolean;
}

async function ask(
  line: string,
  { history = HISTORY, model, probability, clock = ASLEEP, takeCall = () => true }: Given,
) {
  const notes: string[] = [];
  const face = (text: string): FaceVerdict => judgeFace(text, probability);
  const askModel = model && rewriteByModel({ model, createNonce: () => "n0nce", clock, takeCall });
  const run = pipeline("detect-question", detectQuestion(face, 0.35))
    .step("rewrite", rewrite({ judgeFace: face, questionFloor: 0.5, askModel }))
    .build(() => 0);
  const turn = {
    question: line,
    history,
    language: "zh" as const,
    note: (text: string) => notes.push(text),
    onScores() {},
  };
  const result = await run(turn, signal);
  return { notes, ...("end" in result ? { end: result.end } : { ...result.next, notes }) };
}

test("search, gate and answer see the question in full, and its face", async () => {
  expect(await ask("那换房呢？", {})).toMatchObject({
    question: "换房需要提前多久申请？",
    query: "换房需要提前多久申请？",
    face: { probability: 0.9 },
  });
});

test("a short follow-up goes on where there is something it leans on", async () => {
  expect(await ask("多久", {})).toMatchObject({ question: "退公寓多久" });
  expect(await ask("多久", { history: [] })).toMatchObject({ end: { kind: "declined", reason: "too-short" } });
  expect(await ask("多久", { history: [{ role: "user", content: "哈哈" }] })).toMatchObject({
    end: { kind: "declined", reason: "too-short" },
  });
  expect(await ask("嗯", {})).toMatchObject({ end: { kind: "declined", reason: "too-short" } });
});

test("chit-chat after a question keeps its own face", async () => {
  expect(await ask("好的谢谢你", { probability: 0.1 })).toMatchObject({
    question: "好的谢谢你",
    face: { probability: 0.1 },
  });
});

test("a line for somebody else is not made ours", async () => {
  expect(await ask("@小王 那押金呢？", {})).toMatchObject({
    question: "@小王 那押金呢？",
    face: { reason: "addressed-to-someone-else" },
  });
});

test("a model is asked for what rules cannot resolve, with the conversation fenced as data", async () => {
  const { model, requests } = scripted("“退公寓为什么要提前申请？”");
  expect(await ask("那就这样吧", { model })).toMatchObject({ question: "那就这样吧" });
  expect(requests).toHaveLength(0);
  expect(await ask("还有别的办法吗？", { model })).toMatchObject({ question: "退公寓为什么要提前申请？" });
  expect(requests).toHaveLength(1);
  const content = requests[0]?.messages.at(-1)?.content ?? "";
  expect(content.split("<<<n0nce>>>")[1]).toContain("退公寓需要提前多久申请？");
  expect(content.split("<<<n0nce>>>")[1]).toContain("还有别的办法吗？");
});

test("nothing is spent on lines that rules resolve, that stand alone or that the face check declines", async () => {
  const { model, requests } = scripted("退公寓怎么办？");
  await ask("那换房呢？", { model });
  await ask("押金什么时候退？", { model });
  await ask("还有别的办法吗？", { model, history: [] });
  await ask("还有别的办法吗？", { model, probability: 0.4 });
  await ask("@小王 还有别的办法吗？", { model });
  expect(requests).toHaveLength(0);
});

test.each(["", "无", "NONE", "NO_ANSWER", "两行\n回复", "长".repeat(201), "```\ncode", "？？", "<<<n0nce>>>"])(
  "the reply %j leaves the line as it is",
  async (reply) => {
    expect(await ask("还有别的办法吗？", { model: scripted(reply).model })).toMatchObject({
      question: "还有别的办法吗？",
    });
  },
);

test("a model that fails, that is late or that has no call left leaves the line as it is, with a note", async () => {
  const failing = await ask("还有别的办法吗？", { model: scripted(new AppError("model_unreachable", "down")).model });
  expect(failing).toMatchObject({ question: "还有别的办法吗？", notes: ["rewrite-failed: down"] });
  const never: ChatModel = { ...scripted("").model, complete: () => new Promise(() => undefined) };
  const late = await ask("还有别的办法吗？", { model: never, clock: { sleep: async () => undefined } });
  expect(late.notes).toEqual([expect.stringMatching(/^rewrite-failed: .* 8 s/u)]);
  const { model, requests } = scripted("退公寓怎么办？");
  const spent = await ask("还有别的办法吗？", { model, takeCall: () => false });
  expect(spent.notes).toEqual([expect.stringMatching(/^judge-limit/u)]);
  expect(requests).toHaveLength(0);
});
