import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { ChatModel, ChatRequest } from "../../src/core/model.ts";
import { createChatModels } from "../../src/models/create-chat-model.ts";
import type { LlmSettings } from "../../src/models/llm-settings.ts";
import { describeChatModel, faultOf, type GatewayBehaviour } from "../conformance/chat-model.ts";
import { answerChat, completion, delta, faultOfChatBody, finished } from "./stand-in/chat-completion.ts";
import { createJumpingClock, createRecordingLogger } from "./stand-in/clocks.ts";
import {
  sendJson,
  sendText,
  startGatewayServer,
  writeEvents,
  type Answer,
  type GatewayServer,
  type Received,
} from "./stand-in/gateway-server.ts";

const KEY = "sk-test/Key+with=odd:chars";
const QUESTION: ChatRequest = { messages: [{ role: "user", content: "几天？" }], temperature: 0 };
const JUDGED: ChatRequest = {
  ...QUESTION,
  responseSchema: {
    name: "judgement",
    schema: {
      type: "object",
      properties: { score: { type: "integer" } },
      required: ["score"],
      additionalProperties: false,
    },
  },
};
const never = new AbortController().signal;

function refuse({ method, path, headers, body }: Received): { status: number; body: unknown } | undefined {
  if (method !== "POST" || path !== "/v1/chat/completions") {
    return { status: 404, body: { error: { message: `Unknown request URL: ${method} ${path}` } } };
  }
  if (headers.authorization !== `Bearer ${KEY}`) {
    // As careless as some gateways are: the error quotes the key.
    const message = `Incorrect API key provided: ${String(headers.authorization)}`;
    return { status: 401, body: { error: { message, code: "invalid_api_key" } } };
  }
  const isJson = headers["content-type"]?.startsWith("application/json") ?? false;
  const fault = isJson ? faultOfChatBody(body) : "not JSON";
  return fault === undefined ? undefined : { status: 400, body: { error: { message: fault } } };
}

const logger = createRecordingLogger();

async function createModel(
  url: string,
  changes: Partial<LlmSettings> = {},
  key: string | undefined = KEY,
): Promise<ChatModel> {
  const [model] = await createChatModels({
    llm: [
      {
        provider: "openai",
        model: "m",
        base_url: `${url}/v1`,
        api_key_env: "TEST_KEY",
        requests_per_minute: 0,
        tokens_per_minute: 0,
        timeout_s: 10,
        stream: true,
        max_tokens: 256,
        ...changes,
      },
    ],
    secret: (variable) => (variable === "TEST_KEY" ? key : undefined),
    fetch,
    clock: createJumpingClock(),
    random: () => 0.5,
    logger,
  });
  if (model === undefined) {
    throw new Error("no model");
  }
  return model;
}

function answerTo(behaviour: GatewayBehaviour): Answer {
  return (response, received) => {
    switch (behaviour.kind) {
      case "answers":
      case "rate-limited-once":
        return answerChat(response, received, behaviour.text);
      case "cut-at-length":
        return answerChat(response, received, behaviour.text, "length");
      case "empty":
        return answerChat(response, received, "");
      case "malformed":
        return sendText(response, '{"choices": [', { type: "application/json" });
      case "unauthorised":
        return sendJson(response, { error: { message: "no" } }, { status: 401 });
      case "silent":
        return undefined;
    }
  };
}

for (const stream of [true, false]) {
  describeChatModel({
    name: `openai dialect with stream = ${stream}`,
    open: async (behaviour) => {
      const server = await startGatewayServer({ refuse, usual: answerTo(behaviour) });
      if (behaviour.kind === "rate-limited-once") {
        server.next((response) => sendJson(response, {}, { status: 429, headers: { "retry-after": "2" } }));
      }
      const asked = (): string[][] => server.received.map(({ body }) => contentsOf(body));
      return { model: await createModel(server.url, { stream }), asked, close: () => server.close() };
    },
  });
}

function contentsOf(body: Record<string, unknown>): string[] {
  const messages: unknown = body["messages"];
  return Array.isArray(messages) ? messages.map((message: { content: string }) => message.content) : [];
}

describe("openai dialect", () => {
  let server: GatewayServer;

  beforeEach(async () => {
    server = await startGatewayServer({
      refuse,
      usual: (response, received) => answerChat(response, received, "三天。"),
    });
  });

  afterEach(async () => {
    await server.close();
  });

  async function messageOf(call: Promise<unknown>): Promise<string> {
    const error: unknown = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AppError);
    return error instanceof AppError ? error.message : "";
  }

  test("asks for streams and their usage when stream is on, and for neither when it is off", async () => {
    await (await createModel(server.url)).complete(QUESTION, never);
    await (await createModel(server.url, { stream: false })).complete(QUESTION, never);
    expect(server.received.map(({ body }) => [body["stream"], body["stream_options"]])).toEqual([
      [true, { include_usage: true }],
      [undefined, undefined],
    ]);
  });

  test("without streaming there is no stream method", async () => {
    expect(await createModel(server.url, { stream: false })).not.toHaveProperty("stream");
  });

  test("takes the usage that the gateway counted", async () => {
    expect((await (await createModel(server.url)).complete(QUESTION, never)).usage).toEqual({
      prompt: 11,
      completion: 7,
    });
  });

  test.each([true, false])("sends the schema of a reply (stream = %s)", async (stream) => {
    await (await createModel(server.url, { stream })).complete(JUDGED, never);
    expect(server.received[0]?.body["response_format"]).toEqual({
      type: "json_schema",
      json_schema: { name: "judgement", strict: true, schema: JUDGED.responseSchema?.schema },
    });
  });

  test("sends no response_format that nobody asked for", async () => {
    await (await createModel(server.url)).complete(QUESTION, never);
    expect(server.received[0]?.body).not.toHaveProperty("response_format");
  });

  test.each<[string, number, unknown]>([
    [
      "OpenAI",
      400,
      { error: { message: "Invalid parameter: 'response_format' of type 'json_schema' is not supported" } },
    ],
    ["DeepSeek", 400, { error: { message: "This response_format type is unavailable now" } }],
    ["FastAPI", 422, { detail: [{ loc: ["body", "response_format"], msg: "extra fields not permitted" }] }],
  ])("asks once more without the schema that %s refused, and not again", async (_vendor, status, body) => {
    for (const stream of [true, false]) {
      const model = await createModel(server.url, { stream });
      const before = server.received.length;
      server.next((response) => sendJson(response, body, { status }));
      const first = await model.complete(JUDGED, never);
      const second = await model.complete(JUDGED, never);
      expect([first.text, second.text]).toEqual(["三天。", "三天。"]);
      expect(first.warnings.join()).toContain("response_format");
      expect(server.received.slice(before).map((each) => "response_format" in each.body)).toEqual([true, false, false]);
    }
  });

  test("another refusal is no reason to leave the schema out", async () => {
    const model = await createModel(server.url);
    server.next((response) => sendJson(response, { error: { message: "context too long" } }, { status: 400 }));
    await expect(model.complete(JUDGED, never)).rejects.toMatchObject({ code: "model_rejected_request" });
    expect(server.received).toHaveLength(1);
    await model.complete(JUDGED, never);
    expect(server.received[1]?.body).toHaveProperty("response_format");
  });

  test("a gateway that refuses with and without the schema is asked twice", async () => {
    const refusal: Answer = (response) =>
      sendJson(response, { error: { message: "response_format is unknown" } }, { status: 400 });
    server.next(refusal, refusal);
    await expect((await createModel(server.url)).complete(JUDGED, never)).rejects.toMatchObject({
      code: "model_rejected_request",
    });
    expect(server.received).toHaveLength(2);
  });

  test("sends no Authorization header where no key is configured", async () => {
    const open = await startGatewayServer({
      refuse: ({ headers }) => (headers.authorization === undefined ? undefined : { status: 400, body: {} }),
      usual: (response, received) => answerChat(response, received, "ok"),
    });
    const model = await createModel(open.url, { provider: "vllm", api_key_env: undefined });
    expect((await model.complete(QUESTION, never)).text).toBe("ok");
    await open.close();
  });

  test("takes a plain JSON reply of a gateway that does not stream", async () => {
    server.next((response) => sendJson(response, completion("整篇")));
    let text = "";
    await (await createModel(server.url)).stream?.(QUESTION, (piece) => (text += piece), never);
    expect(text).toBe("整篇");
  });

  test("ignores fields it does not know, of any shape", async () => {
    server.next((response) => {
      writeEvents(response, [
        { ...delta("三"), extra: { deep: [1] }, usage: "none", system_fingerprint: null },
        {
          id: 7,
          choices: [{ delta: { content: "天", role: null, tool_calls: [], reasoning_content: "嗯" }, logprobs: 1 }],
        },
        { choices: [] },
        { ...finished(), usage: { prompt_tokens: "many", completion_tokens: -1 } },
        "[DONE]",
      ]);
      response.end();
    });
    const reply = await (await createModel(server.url)).complete(QUESTION, never);
    expect(reply.text).toBe("三天");
    expect(reply.usage.prompt).toBeGreaterThan(0);
  });

  test("accepts a stream that ends with a finish_reason and without [DONE]", async () => {
    server.next((response) => {
      writeEvents(response, [delta("好"), finished()]);
      response.end();
    });
    expect((await (await createModel(server.url)).complete(QUESTION, never)).text).toBe("好");
  });

  test("tries a stream again that was cut before its end", async () => {
    server.next((response) => {
      writeEvents(response, [delta("半")]);
      response.end();
    });
    expect((await (await createModel(server.url)).complete(QUESTION, never)).text).toBe("三天。");
    expect(server.received).toHaveLength(2);
  });

  test("does not begin a stream again of which something was shown", async () => {
    server.next((response) => {
      writeEvents(response, [delta("半")]);
      response.end();
    });
    let text = "";
    const call = (await createModel(server.url)).stream?.(QUESTION, (piece) => (text += piece), never);
    await expect(call).rejects.toMatchObject({ code: "model_unreachable", retryable: false });
    expect(text).toBe("半");
    expect(server.received).toHaveLength(1);
  });

  test("reports an error that comes inside the stream", async () => {
    const answer: Answer = (response) => {
      writeEvents(response, [{ error: { message: `quota of ${KEY}`, type: "invalid_request_error" } }]);
      response.end();
    };
    server.next(answer);
    const message = await messageOf((await createModel(server.url)).complete(QUESTION, never));
    expect(message).toBe("openai/m reported an error: quota of [redacted]");
  });

  test("an error page is named by its type and its start", async () => {
    const page = `<html><head><title>x</title></head><body>${"Welcome to the proxy ".repeat(20)}</body></html>`;
    server.next((response) => sendText(response, page));
    const message = await messageOf((await createModel(server.url)).complete(QUESTION, never));
    expect(message).toMatch(/^openai\/m answered text\/html; charset=utf-8 that is not JSON; got: <html>.{60,76}…$/);
  });

  test("a missing text shows what came instead", async () => {
    server.next((response) => sendJson(response, { result: "三天" }));
    const message = await messageOf((await createModel(server.url, { stream: false })).complete(QUESTION, never));
    expect(message).toBe('openai/m answered without a text (choices[0].message.content); got: {"result":"三天"}');
  });

  test.each([
    [500, "model_unreachable", 3],
    [503, "model_unreachable", 3],
    [408, "timeout", 3],
    [429, "model_rate_limited", 3],
    [400, "model_rejected_request", 1],
    [403, "model_unauthorised", 1],
    [422, "model_rejected_request", 1],
  ])("HTTP %i is %s after %i attempts", async (status, code, attempts) => {
    const answer: Answer = (response) => sendJson(response, { error: { message: "why" } }, { status });
    server.next(answer, answer, answer, answer);
    const call = (await createModel(server.url)).complete(QUESTION, never);
    await expect(call).rejects.toMatchObject({ code, message: expect.stringContaining("why") });
    expect(server.received).toHaveLength(attempts);
  });

  test("a refused key names its variable, never its value", async () => {
    const message = await messageOf((await createModel(server.url, {}, "sk-another-secret")).complete(QUESTION, never));
    expect(message).toContain("TEST_KEY");
    expect(message).not.toContain("sk-another");
  });

  test("an unset key names its variable and asks nothing", async () => {
    const [model] = [await createModel(server.url, { api_key_env: "NOT_SET" })];
    expect(await messageOf(model.complete(QUESTION, never))).toContain("NOT_SET is not set");
    expect(server.received).toEqual([]);
  });

  test("a key with a line break is refused before it reaches a header", async () => {
    const message = await messageOf((await createModel(server.url, {}, "sk-abc\nsk-def")).complete(QUESTION, never));
    expect(message).toContain("TEST_KEY");
    expect(message).not.toContain("sk-");
  });

  test("a gateway that answers too late is a timeout", async () => {
    server.next(
      () => undefined,
      () => undefined,
      () => undefined,
    );
    const call = (await createModel(server.url, { timeout_s: 0.3 })).complete(QUESTION, never);
    await expect(call).rejects.toMatchObject({ code: "timeout", retryable: true });
    expect(server.received).toHaveLength(3);
  });

  test("a stream that stops in the middle is a timeout", async () => {
    server.next((response) => writeEvents(response, [delta("半")]));
    const call = (await createModel(server.url, { timeout_s: 0.2 })).stream?.(QUESTION, () => undefined, never);
    await expect(call).rejects.toMatchObject({ code: "timeout" });
  });

  test("a connection that is reset is tried again", async () => {
    server.next((response) => void response.socket?.resetAndDestroy());
    expect((await (await createModel(server.url)).complete(QUESTION, never)).text).toBe("三天。");
  });

  test("a port where nothing listens is told in words and without query", async () => {
    const closed = await startGatewayServer({ refuse, usual: () => undefined });
    await closed.close();
    const message = await messageOf((await createModel(closed.url)).complete(QUESTION, never));
    expect(message).toMatch(
      /^openai\/m cannot be reached at http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions: nothing listens there/,
    );
  });

  test("a caller that hangs up in the middle of a stream ends the gateway's work", async () => {
    let isClosed = false;
    server.next((response) => {
      response.on("close", () => (isClosed = true));
      writeEvents(response, [delta("半")]);
    });
    const controller = new AbortController();
    const call = (await createModel(server.url)).stream?.(QUESTION, () => controller.abort(), controller.signal);
    expect(await faultOf(call ?? Promise.resolve())).toBe("aborted");
    await expect.poll(() => isClosed).toBe(true);
  });

  test("a redirect on the same host is followed with the body", async () => {
    server.next((response) => {
      response.writeHead(307, { location: "/v1/chat/completions" });
      response.end();
    });
    expect((await (await createModel(server.url)).complete(QUESTION, never)).text).toBe("三天。");
  });

  test("a redirect to another host is not followed, so that the key stays here", async () => {
    const other = await startGatewayServer({ refuse: () => undefined, usual: (response) => sendJson(response, {}) });
    server.next((response) => {
      response.writeHead(302, { location: `${other.url}/v1/chat/completions?token=x` });
      response.end();
    });
    const message = await messageOf((await createModel(server.url)).complete(QUESTION, never));
    expect(message).toContain("which was not followed");
    expect(message).not.toContain("token=x");
    expect(other.received).toEqual([]);
    await other.close();
  });

  test("redirects in a circle end", async () => {
    const again: Answer = (response) => {
      response.writeHead(307, { location: "/v1/chat/completions" });
      response.end();
    };
    server.next(again, again, again, again);
    expect(await faultOf((await createModel(server.url)).complete(QUESTION, never))).toBe("model_bad_reply");
    expect(server.received).toHaveLength(4);
  });

  test("a reply without end is given up", async () => {
    server.next((response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const block = " ".repeat(1024 * 1024);
      for (let mib = 0; mib < 10; mib += 1) {
        response.write(block);
      }
      response.end("{}");
    });
    const message = await messageOf((await createModel(server.url, { stream: false })).complete(QUESTION, never));
    expect(message).toContain("more than 8 MiB");
  });

  test("a reasoning model of OpenAI gets its own names and a warning", async () => {
    const reply = await (await createModel(server.url, { model: "o3-mini" })).complete(QUESTION, never);
    expect(server.received[0]?.body).toMatchObject({ max_completion_tokens: 256 });
    expect(server.received[0]?.body).not.toHaveProperty("temperature");
    expect(reply.warnings).toEqual(["o3-mini has no temperature"]);
  });

  test.each([
    [10, "moonshot-v1-8k"],
    [20_000, "moonshot-v1-32k"],
    [60_000, "moonshot-v1-128k"],
  ])("kimi takes a prompt of %i characters to %s", async (length, model) => {
    const messages = [{ role: "user" as const, content: "字".repeat(length) }];
    const reply = await (
      await createModel(server.url, { provider: "kimi", model: undefined })
    ).complete({ messages }, never);
    expect(server.received[0]?.body["model"]).toBe(model);
    expect(reply.model).toBe(`kimi/${model}`);
  });

  test("no line of log and no error holds the key", async () => {
    const echo: Answer = (response, { headers }) =>
      sendJson(response, { error: { message: headers } }, { status: 500 });
    const raw: Answer = (response, { headers }) => sendText(response, JSON.stringify(headers), { status: 400 });
    server.next(echo, echo, echo, raw);
    const model = await createModel(server.url);
    const messages = [
      await messageOf(model.complete(QUESTION, never)),
      await messageOf(model.complete(QUESTION, never)),
    ];
    const everything = [...messages, ...logger.lines].join("\n");
    for (const form of [KEY, encodeURIComponent(KEY), Buffer.from(KEY).toString("base64"), KEY.slice(3)]) {
      expect(everything).not.toContain(form);
    }
  });
});
