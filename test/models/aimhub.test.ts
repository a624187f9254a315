import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dialectOf } from "../../src/models/dialects.ts";
import { describeGateway, never, openGateway, QUESTION, type OpenGateway } from "../conformance/gateway.ts";
import { textsIn } from "./stand-in/alles-apin.ts";
import { sendJson } from "./stand-in/gateway-server.ts";
import { aimhubSuite, baidu, KEY } from "./stand-in/suites/aimhub.ts";

const whole = aimhubSuite({ stream: false }, "baidu");

for (const stream of [true, false]) {
  describeGateway(aimhubSuite({ stream }, "baidu"));
  describeGateway(aimhubSuite({ stream, model: "gpt-4" }, "openai"));
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
