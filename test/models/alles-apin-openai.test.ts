import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ChatModel, ChatRequest } from "../../src/core/model.ts";
import { createChatModels } from "../../src/models/create-chat-model.ts";
import type { LlmSettings } from "../../src/models/llm-settings.ts";
import { describeChatModel, type GatewayBehaviour } from "../conformance/chat-model.ts";
import { completion, faultOfChatBody } from "./stand-in/chat-completion.ts";
import { createJumpingClock, createRecordingLogger } from "./stand-in/clocks.ts";
import {
  sendJson,
  sendText,
  startGatewayServer,
  type Answer,
  type GatewayServer,
  type Received,
} from "./stand-in/gateway-server.ts";

const TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJ1aWQiOjF9.c2lnbmF0dXJl";
const PATH = "/gw/alles-apin-hub/v1/openai/v2/chat/completions";
const QUESTION: ChatRequest = {
  messages: [
    { role: "system", content: "Answer from the material." },
    { role: "user", content: "几天？" },
  ],
  temperature: 0,
};
const never = new AbortController().signal;

/** What the gateway's document refuses: its chapters 2.2, 2.4 and 3.2.4. */
function refuse({ method, path, headers, body }: Received): { status: number; body: unknown } | undefined {
  if (method !== "POST" || path !== PATH) {
    return { status: 404, body: { detail: "Not Found" } };
  }
  if (headers["alles-apin-token"] !== TOKEN || headers.authorization !== undefined) {
    return { status: 401, body: { msg: `unauthorised ${String(headers["alles-apin-token"])}` } };
  }
  const { region } = headers;
  const isKnownRegion = region === undefined || region === "cn1" || region === "us1";
  const isTimeoutOk = typeof body["timeout"] === "number" && body["stream"] === undefined;
  const fault = isKnownRegion && isTimeoutOk ? faultOfChatBody(body) : "region, timeout or stream";
  return fault === undefined ? undefined : { status: 400, body: { msg: fault } };
}

const success = (data: unknown): object => ({ msg: "ok", msgCode: "10000", data });
const failure = (data: unknown): object => ({ msg: "error", msgCode: "-1", data });
const reply =
  (value: unknown): Answer =>
  (response) =>
    sendJson(response, value);

async function createModel(
  url: string,
  changes: Partial<LlmSettings> = {},
  clock = createJumpingClock(),
): Promise<ChatModel> {
  const [model] = await createChatModels({
    llm: [
      {
        provider: "alles-apin",
        api: "openai",
        base_url: `${url}/gw/alles-apin-hub`,
        api_key_env: "ALLES_APIN_TOKEN",
        requests_per_minute: 30,
        tokens_per_minute: 0,
        timeout_s: 10,
        stream: true,
        max_tokens: 256,
        ...changes,
      },
    ],
    secret: () => TOKEN,
    fetch,
    clock,
    random: () => 0.5,
    logger: createRecordingLogger(),
  });
  if (model === undefined) {
    throw new Error("no model");
  }
  return model;
}

function answerTo(behaviour: GatewayBehaviour): Answer {
  return (response) => {
    switch (behaviour.kind) {
      case "answers":
      case "rate-limited-once":
        return sendJson(response, success(completion(behaviour.text)));
      case "cut-at-length":
        return sendJson(response, success(completion(behaviour.text, { finish: "length" })));
      case "empty":
        return sendJson(response, success(completion("")));
      case "malformed":
        return sendText(response, '{"msgCode": "10000", ', { type: "application/json" });
      case "unauthorised":
        return sendJson(response, {}, { status: 401 });
      case "silent":
        return undefined;
    }
  };
}

describeChatModel({
  name: "alles-apin openai",
  open: async (behaviour) => {
    const server = await startGatewayServer({ refuse, usual: answerTo(behaviour) });
    if (behaviour.kind === "rate-limited-once") {
      server.next((response) => sendJson(response, {}, { status: 429 }));
    }
    const asked = (): string[][] => server.received.map(({ body }) => contentsOf(body));
    return { model: await createModel(server.url), asked, close: () => server.close() };
  },
});

function contentsOf(body: Record<string, unknown>): string[] {
  const messages: unknown = body["messages"];
  return Array.isArray(messages) ? messages.map((message: { content: string }) => message.content) : [];
}

describe("alles-apin openai gateway", () => {
  let server: GatewayServer;

  beforeEach(async () => {
    server = await startGatewayServer({ refuse, usual: reply(success(completion("三天。"))) });
  });

  afterEach(async () => {
    await server.close();
  });

  test("sends the region, the timeout in seconds and the document's default model", async () => {
    await (await createModel(server.url, { region: "us1" })).complete(QUESTION, never);
    expect(server.received[0]?.headers).toMatchObject({ region: "us1" });
    expect(server.received[0]?.body).toMatchObject({ model: "gpt-3.5-turbo", timeout: 10, temperature: 0 });
  });

  test("an abnormal reply is tried again, as the document asks", async () => {
    const inactive = "Your account is not active, please check your billing details on our website";
    server.next(reply(failure(inactive)), reply(success({ error: { message: inactive } })));
    expect((await (await createModel(server.url)).complete(QUESTION, never)).text).toBe("三天。");
    expect(server.received).toHaveLength(3);
  });

  test("a reply that was cut in the middle is tried again", async () => {
    const whole = JSON.stringify(success(completion("三天。")));
    const cut = (text: string): Answer => {
      return (response) => sendText(response, text, { type: "application/json" });
    };
    server.next(cut(whole.slice(0, 40)), cut(""));
    expect((await (await createModel(server.url)).complete(QUESTION, never)).text).toBe("三天。");
    expect(server.received).toHaveLength(3);
  });

  test("the words of a business error reach the caller", async () => {
    const answer = reply(failure("Your account is not active"));
    server.next(answer, answer, answer);
    await expect((await createModel(server.url)).complete(QUESTION, never)).rejects.toMatchObject({
      code: "model_unreachable",
      message: 'alles-apin/gpt-3.5-turbo reported a business error: msgCode "-1": Your account is not active',
    });
  });

  test("a fault of the request is not tried again", async () => {
    server.next(reply(failure({ error_code: 336_003, error_msg: "the role of message must be assistant" })));
    await expect((await createModel(server.url)).complete(QUESTION, never)).rejects.toMatchObject({
      code: "model_rejected_request",
      message: expect.stringContaining("must be assistant"),
    });
    expect(server.received).toHaveLength(1);
  });

  test("a timeout that the gateway reports is one", async () => {
    const answer = reply(failure("Request timed out."));
    server.next(answer, answer, answer);
    await expect((await createModel(server.url)).complete(QUESTION, never)).rejects.toMatchObject({ code: "timeout" });
  });

  test("a bad token with status 200 names the variable", async () => {
    server.next(reply({ msgCode: "A0202", msg: `user check failed ${TOKEN}` }));
    const call = (await createModel(server.url)).complete(QUESTION, never);
    await expect(call).rejects.toMatchObject({
      code: "model_unauthorised",
      message: expect.stringMatching(/user check failed \[redacted\].*ALLES_APIN_TOKEN/),
    });
  });

  test("a number for msgCode and unknown fields do not matter", async () => {
    server.next(reply({ msgCode: 10_000, traceId: "t", data: { ...completion("好"), news: {} } }));
    expect((await (await createModel(server.url)).complete(QUESTION, never)).text).toBe("好");
  });

  test("a reply without msgCode is refused", async () => {
    const answer = reply({ hello: "world" });
    server.next(answer, answer, answer);
    await expect((await createModel(server.url)).complete(QUESTION, never)).rejects.toMatchObject({
      code: "model_bad_reply",
      message: expect.stringContaining('{"hello":"world"}'),
    });
  });

  test("never more than 30 calls a minute leave, though 40 are asked at once", async () => {
    const clock = createJumpingClock();
    const times: number[] = [];
    const counting = await startGatewayServer({
      refuse,
      usual: (response) => {
        times.push(clock.now());
        sendJson(response, success(completion("好")));
      },
    });
    const model = await createModel(counting.url, {}, clock);
    await Promise.all(Array.from({ length: 40 }, () => model.complete(QUESTION, new AbortController().signal)));
    expect(times).toHaveLength(40);
    expect(clock.sleeps).toEqual([60_000]);
    await counting.close();
  });
});
