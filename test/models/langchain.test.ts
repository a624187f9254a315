import { createServer } from "node:http";
import { MODEL_PROVIDER_CONFIG } from "langchain/chat_models/universal";
import { ChatOpenAI } from "@langchain/openai";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { afterEach, expect, test, vi } from "vitest";
import type { ChatModel } from "../../src/core/model.ts";
import { createChatModels } from "../../src/models/create-chat-model.ts";
import { LANGCHAIN_PROVIDERS } from "../../src/models/langchain-providers.ts";
import { isLengthReason, readLangChainMessage } from "../../src/models/langchain-reply.ts";
import type { LangChainChatModel } from "../../src/models/langchain-model.ts";
import type { LlmSettings } from "../../src/models/llm-settings.ts";
import { fromLangChain, type ModelRuntime } from "../../src/models/own-models.ts";
import { describeChatModel, type GatewayBehaviour } from "../conformance/chat-model.ts";
import { createJumpingClock, createRecordingLogger } from "./stand-in/clocks.ts";
import { answerChat } from "./stand-in/chat-completion.ts";
import { startGatewayServer } from "./stand-in/gateway-server.ts";

const never = new AbortController().signal;
const question = { messages: [{ role: "user" as const, content: "退公寓要提前几天？" }] };

function createRuntime(): ModelRuntime {
  return { fetch, clock: createJumpingClock(), random: () => 0.5, logger: createRecordingLogger() };
}

/** A model as LangChain's are, that does what the test says. */
function createOwnModel(behaviour: GatewayBehaviour): { model: LangChainChatModel; asked: string[][] } {
  const asked: string[][] = [];
  let isLimited = behaviour.kind === "rate-limited-once";
  async function reply(messages: [string, string][]): Promise<unknown> {
    asked.push(messages.map(([, content]) => content));
    if (behaviour.kind === "silent") return new Promise(() => {});
    if (behaviour.kind === "unauthorised") throw Object.assign(new Error("no"), { status: 401 });
    if (behaviour.kind === "malformed") throw new SyntaxError("Unexpected token < in JSON");
    if (behaviour.kind === "empty") return { content: "", response_metadata: {} };
    if (isLimited) {
      isLimited = false;
      throw Object.assign(new Error("slow down"), { status: 429, headers: { "Retry-After": "2" } });
    }
    const finish_reason = behaviour.kind === "cut-at-length" ? "length" : "stop";
    return {
      content: [
        { type: "reasoning", text: "hm" },
        { type: "text", text: behaviour.text },
      ],
      response_metadata: { finish_reason },
      usage_metadata: { input_tokens: 11, output_tokens: 7 },
    };
  }
  const model: LangChainChatModel = {
    invoke: reply,
    async stream(messages) {
      const whole = await reply(messages);
      return (async function* pieces() {
        yield whole;
      })();
    },
  };
  return { model, asked };
}

describeChatModel({
  name: "a model of LangChain that code brings along",
  open: async (behaviour) => {
    const { model, asked } = createOwnModel(behaviour);
    return { model: fromLangChain(model, "own/model")(createRuntime()), asked: () => asked, close: async () => {} };
  },
});

async function createModel(
  settings: Partial<LlmSettings>,
  secret: string | undefined = "k-123456",
): Promise<ChatModel> {
  const [model] = await createChatModels({
    llm: [
      {
        provider: "langchain",
        requests_per_minute: 0,
        tokens_per_minute: 0,
        timeout_s: 20,
        stream: true,
        max_tokens: 100,
        ...settings,
      },
    ],
    secret: () => secret,
    ...createRuntime(),
  });
  if (model === undefined) throw new Error("no model");
  return model;
}

test("LangChain's own classes fit, with their streams", async () => {
  const fake = new FakeListChatModel({ responses: ["<think>hm</think>提前三天。"] });
  const model = fromLangChain(fake, "fake/list")(createRuntime());
  expect((await model.complete(question, never)).text).toBe("提前三天。");
  let text = "";
  await model.stream?.(question, (piece) => (text += piece), never);
  expect(text).toBe("提前三天。");
});

test("a class of an integration fits, made by the code that brings it along", async () => {
  const server = await startGatewayServer({
    refuse: () => undefined,
    usual: (response, received) => answerChat(response, received, "提前三天。"),
  });
  const made = new ChatOpenAI({
    model: "gpt-4o",
    apiKey: "k-123456",
    maxRetries: 0,
    configuration: { baseURL: `${server.url}/v1` },
  });
  const model = fromLangChain(made, "openai/gpt-4o")(createRuntime());
  const reply = await model.stream?.(question, () => undefined, never);
  await server.close();
  expect(reply).toMatchObject({ text: "提前三天。", model: "openai/gpt-4o", usage: { prompt: 11, completion: 7 } });
  expect(model.limits.contextTokens).toBe(128_000);
});

test("the table has every provider of LangChain, with its package", () => {
  const theirs = Object.entries(MODEL_PROVIDER_CONFIG).map(([name, config]) => [name, config.package]);
  expect(Object.entries(LANGCHAIN_PROVIDERS).map(([name, provider]) => [name, provider.package])).toEqual(theirs);
});

test("a package that is not installed is named", async () => {
  const model = await createModel({ model: "cohere:command-r" });
  await expect(model.complete(question, never)).rejects.toMatchObject({
    code: "package_missing",
    message: expect.stringContaining("npm install @langchain/cohere"),
  });
});

test.each(["gpt-4o-mini", "opnai:gpt-4o", "openai:", "__proto__:x"])(
  "%s is told with the providers there are",
  async (model) => {
    await expect(createModel({ model })).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("openai, anthropic, azure_openai"),
    });
  },
);

test("an address is refused where the integration takes none", async () => {
  const entry = { model: "cohere:command-r", base_url: "http://127.0.0.1:1" };
  await expect(createModel(entry)).rejects.toMatchObject({ code: "config_invalid" });
});

test("nothing listens: the address is told", async () => {
  const server = await startGatewayServer({ refuse: () => undefined, usual: () => undefined });
  await server.close();
  const model = await createModel({ model: "openai:gpt-4o", base_url: `${server.url}/v1`, api_key_env: "K" });
  await expect(model.complete(question, never)).rejects.toMatchObject({
    code: "model_unreachable",
    message: expect.stringContaining(`${server.url}/v1: nothing listens there`),
  });
});

test("settings reach the integration, and a reasoning model is asked without temperature", async () => {
  const server = await startGatewayServer({
    refuse: () => undefined,
    usual: (response, received) => answerChat(response, received, "好"),
  });
  const entry = { base_url: `${server.url}/v1`, api_key_env: "K" };
  const plain = await createModel({ ...entry, model: "openai:gpt-4o" });
  await plain.complete({ ...question, temperature: 0, maxTokens: 50 }, never);
  const reasoning = await createModel({ ...entry, model: "openai:o3-mini" });
  const reply = await reasoning.complete({ ...question, temperature: 0 }, never);
  await server.close();
  expect(server.received.map(({ body }) => body)).toMatchObject([
    { model: "gpt-4o", temperature: 0, max_tokens: 50 },
    { model: "o3-mini", max_completion_tokens: 100 },
  ]);
  expect(server.received[1]?.body).not.toHaveProperty("temperature");
  expect(reply.warnings).toEqual(["o3-mini has no temperature"]);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

test("nothing is told to LangSmith, whatever the environment asks for", async () => {
  const told: string[] = [];
  const smith = createServer((request, response) => {
    told.push(request.url ?? "");
    response.end("{}");
  });
  await new Promise<void>((resolve) => smith.listen(0, "127.0.0.1", resolve));
  const address = smith.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  for (const name of ["LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGCHAIN_TRACING"]) {
    vi.stubEnv(name, "true");
  }
  for (const name of ["LANGSMITH_ENDPOINT", "LANGCHAIN_ENDPOINT"]) vi.stubEnv(name, url);
  for (const name of ["LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"]) vi.stubEnv(name, "ls-key");
  const fake = new FakeListChatModel({ responses: ["好"] });
  // Without our guard the tracer reports the call: the stand-in is the right one.
  await fake.invoke([["user", "hi"]]);
  await expect.poll(() => told.length, { timeout: 5000 }).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 500));
  told.length = 0;
  const server = await startGatewayServer({
    refuse: () => undefined,
    usual: (response, received) => answerChat(response, received, "好"),
  });
  const real = await createModel({ model: "openai:gpt-4o", base_url: `${server.url}/v1`, api_key_env: "K" });
  for (const model of [fromLangChain(fake, "fake/list")(createRuntime()), real]) {
    await model.complete(question, never);
    await model.stream?.(question, () => undefined, never);
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await server.close();
  smith.closeAllConnections();
  await new Promise((resolve) => smith.close(resolve));
  expect(told).toEqual([]);
});

test.each([
  ["length", true],
  ["max_tokens", true],
  ["MAX_TOKENS", true],
  ["stop", false],
  [undefined, false],
])("the reason %s means cut: %s", (reason, expected) => {
  expect(isLengthReason(reason)).toBe(expected);
});

test("thoughts, calls of tools and pictures in a message are no text", () => {
  const content = [
    { type: "thinking", thinking: "hm" },
    { type: "tool_use", name: "x", input: {} },
    { type: "image_url", image_url: "x" },
    { type: "text", text: "a" },
    "b",
  ];
  expect(readLangChainMessage({ content, additional_kwargs: { stop_reason: "max_tokens" } })).toEqual({
    text: "ab",
    reason: "max_tokens",
    usage: undefined,
  });
  expect(readLangChainMessage("text")).toBeUndefined();
});
