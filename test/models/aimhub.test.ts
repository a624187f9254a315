import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { dialectOf } from "../../src/models/dialects.ts";
import { estimateTokens } from "../../src/models/token-estimate.ts";
import {
  describeGateway,
  never,
  openGateway,
  QUESTION,
  type GatewaySuite,
  type OpenGateway,
} from "../conformance/gateway.ts";
import { alternating, piecesOf, textsIn, words } from "./stand-in/alles-apin.ts";
import { answerChat } from "./stand-in/chat-completion.ts";
import { sendJson, writeEvents } from "./stand-in/gateway-server.ts";

const KEY = "sk-aimhub-0123456789abcdef";

const body = z.strictObject({
  model: words,
  messages: alternating(
    "role",
    ["user", "assistant"],
    z.strictObject({ role: z.enum(["user", "assistant"]), content: words }),
  ).refine(
    (messages) => estimateTokens(textsIn(messages, "content").at(-1) ?? "") <= 3000,
    "the last message has more than 3000 tokens",
  ),
  temperature: z.number().gt(0).max(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  penalty_score: z.number().min(1).max(2).optional(),
  stream: z.boolean().optional(),
  system: z.string().min(1).max(1024).optional(),
  user_id: words.optional(),
});

const usage = { prompt_tokens: 7, completion_tokens: 67, total_tokens: 74 };
const baidu = (result: string, extra: object = {}): object => ({
  id: "as-bcmt5ct4iy",
  object: "chat.completion",
  created: 1_680_167_072,
  result,
  is_truncated: false,
  need_clear_history: false,
  usage,
  ...extra,
});

function suiteOf(entry: Record<string, unknown>, shape: "baidu" | "openai"): GatewaySuite {
  return {
    name: `aimhub ${shape} ${JSON.stringify(entry)}`,
    entry: { provider: "aimhub", api_key_env: "AIMHUB_KEY", requests_per_minute: 0, ...entry },
    basePath: "/v1",
    env: { AIMHUB_KEY: KEY },
    refuse: ({ method, path, headers, body: sent }) => {
      if (method !== "POST" || path !== "/v1/chat/completions") return { status: 404, body: {} };
      if (headers.authorization !== `Bearer ${KEY}`)
        return { status: 401, body: { error: { message: "invalid key" } } };
      if (headers.accept === undefined) return { status: 400, body: { error: { message: "Accept is required" } } };
      const result = body.safeParse(sent);
      return result.success ? undefined : { status: 400, body: { error: { message: z.prettifyError(result.error) } } };
    },
    answer(response, received, { text, truncated }) {
      if (shape === "openai") return answerChat(response, received, text, truncated === true ? "length" : "stop");
      if (received.body["stream"] !== true)
        return sendJson(response, baidu(text, { is_truncated: truncated === true }));
      const pieces = piecesOf(text);
      const events = (pieces.length === 0 ? [""] : pieces).map((piece, index) => {
        const isEnd = index >= pieces.length - 1;
        return baidu(piece, { sentence_id: index, is_end: isEnd, is_truncated: isEnd && truncated === true });
      });
      writeEvents(response, events);
      response.end();
    },
    contentsOf: ({ body: sent }) => textsIn(sent["messages"], "content"),
    streams: entry["stream"] === true,
  };
}

const whole = suiteOf({ stream: false }, "baidu");

for (const stream of [true, false]) {
  describeGateway(suiteOf({ stream }, "baidu"));
  describeGateway(suiteOf({ stream, model: "gpt-4" }, "openai"));
}

describe("aimhub", () => {
  let open: OpenGateway;

  beforeEach(async () => {
    open = await openGateway(whole);
  });

  afterEach(async () => {
    await open.server.close();
  });

  test("a system text goes into its field, a long one before the question", async () => {
    const ask = (system: string) =>
      open.model.complete({ messages: [{ role: "system", content: system }, ...QUESTION.messages] }, never);
    await ask("Be short.");
    await ask("长".repeat(1025));
    const [short, long] = open.server.received.map(({ body: sent }) => sent);
    expect(short).toMatchObject({ system: "Be short.", messages: QUESTION.messages });
    expect(long).not.toHaveProperty("system");
    expect(textsIn(long?.["messages"], "content")[0]).toMatch(/^长{1025}\n\n退公寓/u);
  });

  test("a question beyond 3,000 tokens is refused before it is sent, with what to do", async () => {
    const call = open.model.complete({ messages: [{ role: "user", content: "长".repeat(3001) }] }, never);
    await expect(call).rejects.toMatchObject({
      code: "model_rejected_request",
      message: expect.stringContaining("max_context_chars"),
    });
    expect(open.server.received).toEqual([]);
  });

  test("temperature 0 is sent as the least that is allowed", async () => {
    await open.model.complete({ ...QUESTION, temperature: 0 }, never);
    expect(open.server.received[0]?.body["temperature"]).toBe(0.01);
  });

  test("its wish to forget the conversation is handed on", async () => {
    open.server.next((response) => sendJson(response, baidu("换个话题吧", { need_clear_history: true })));
    expect(await open.model.complete(QUESTION, never)).toMatchObject({ text: "换个话题吧", clearHistory: true });
  });

  test("lists what the gateway offers, with families and windows of the document", async () => {
    const dialect = await dialectOf({ provider: "aimhub" });
    const fetch = async (): Promise<Response> =>
      Response.json({ object: "list", data: [{ id: "qwen-max-1201" }, { id: "brand-new" }] });
    const gateway = {
      id: "aimhub",
      fetch,
      clock: { now: () => 0, sleep: async () => undefined },
      redact: (x: string) => x,
    };
    const context = {
      gateway,
      baseUrl: "http://x.test/v1",
      keys: { api: KEY },
      settings: {
        provider: "aimhub",
        requests_per_minute: 0,
        tokens_per_minute: 0,
        timeout_s: 1,
        stream: true,
        max_tokens: 64,
      },
      timeoutMs: 1000,
      hide: () => undefined,
      pace: async () => undefined,
    };
    expect(await dialect.listModels?.(context, never)).toEqual([
      { name: "qwen-max-1201", family: "Qwen", contextTokens: 8192 },
      { name: "brand-new" },
    ]);
  });
});
