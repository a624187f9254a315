import { afterEach, expect, test } from "vitest";
import type { Locale } from "../../src/core/runtime.ts";
import { findGatewayFault, type CheckedGateway } from "../../src/health/check-gateway.ts";
import { createGateways } from "../../src/models/create-chat-model.ts";
import type { LlmSettings } from "../../src/models/llm-settings.ts";
import { answerChat } from "../models/stand-in/chat-completion.ts";
import { createJumpingClock, createRecordingLogger } from "../models/stand-in/clocks.ts";
import { sendJson, sendText, startGatewayServer, type Answer } from "../models/stand-in/gateway-server.ts";

const never = new AbortController().signal;
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

interface Setting {
  chat?: Answer;
  models?: string[];
  changes?: Partial<LlmSettings>;
  key?: string | undefined;
  path?: string;
}

const status =
  (code: number, body: unknown): Answer =>
  (response) =>
    sendJson(response, body, { status: code });

async function openGateway({ chat, models, changes = {}, key = "sk-12345678", path = "/v1" }: Setting) {
  const server = await startGatewayServer({
    refuse: () => undefined,
    usual: (response, received) => {
      if (received.path === "/v1/models" && models !== undefined) {
        return sendJson(response, { data: models.map((id) => ({ id })) });
      }
      if (received.path === "/v1/chat/completions") {
        return (chat ?? ((one, two) => answerChat(one, two, "OK")))(response, received);
      }
      return sendJson(response, { detail: "Not Found" }, { status: 404 });
    },
  });
  closing.push(() => server.close());
  const settings: LlmSettings = {
    provider: "deepseek",
    base_url: `${server.url}${path}`,
    api_key_env: "DEEPSEEK_KEY",
    requests_per_minute: 0,
    tokens_per_minute: 0,
    timeout_s: 10,
    stream: true,
    max_tokens: 100,
    ...changes,
  };
  const [gateway] = await createGateways({
    llm: [settings],
    secret: () => key,
    fetch,
    clock: createJumpingClock(),
    random: () => 0.5,
    logger: createRecordingLogger(),
  });
  if (gateway === undefined) throw new Error("no gateway");
  return { gateway, server };
}

async function look(gateway: CheckedGateway, locale: Locale = "en", hasProxy = false) {
  return findGatewayFault(gateway, { locale, hasProxy }, never);
}

test("a gateway that answers has no fault, be the reply ever so short", async () => {
  const { gateway } = await openGateway({});
  expect(await look(gateway)).toBeUndefined();
});

test("a reply that is empty because the model was still thinking is a reply", async () => {
  const { gateway } = await openGateway({ chat: (response, received) => answerChat(response, received, "", "length") });
  expect(await look(gateway)).toBeUndefined();
});

test("an unset key is named, in both languages", async () => {
  const { gateway } = await openGateway({});
  const unset = { ...gateway, model: (await withoutKey()).model };
  expect(await look(unset)).toEqual({
    detail: "deepseek/deepseek-chat: DEEPSEEK_KEY is not set",
    remedy: "Set the key where Xianheng is started: export DEEPSEEK_KEY=…",
  });
  expect(await look(unset, "zh")).toEqual({
    detail: "deepseek/deepseek-chat：环境变量 DEEPSEEK_KEY 没有设置",
    remedy: "请在启动咸亨的环境里设置密钥：export DEEPSEEK_KEY=…",
  });
});

async function withoutKey(): Promise<CheckedGateway> {
  const [gateway] = await createGateways({
    llm: [
      {
        provider: "deepseek",
        api_key_env: "DEEPSEEK_KEY",
        requests_per_minute: 0,
        tokens_per_minute: 0,
        timeout_s: 10,
        stream: true,
        max_tokens: 100,
      },
    ],
    secret: () => undefined,
    fetch,
    clock: createJumpingClock(),
    random: () => 0.5,
    logger: createRecordingLogger(),
  });
  if (gateway === undefined) throw new Error("no gateway");
  return gateway;
}

test.each<[string, Setting, string, string]>([
  ["a key with a line break", { key: "sk-\n1" }, "line breaks", "Copy the key again"],
  [
    "a refused key",
    { chat: status(401, { error: { message: "bad key" } }) },
    "refused the key",
    "holds a key of 127.0.0.1",
  ],
  [
    "an empty account",
    { chat: status(402, { error: { message: "Insufficient Balance" } }) },
    "no quota or money left",
    "Top the account",
  ],
  ["a limit", { chat: status(429, {}) }, "limits us", "lower requests_per_minute"],
  [
    "a wrong model, with the nearest right one",
    {
      chat: status(400, { error: { message: "Model Not Exist" } }),
      models: ["deepseek-chat", "deepseek-reasoner"],
      changes: { model: "deepseek-chta" },
    },
    'no model "deepseek-chta"',
    'Did you mean model = "deepseek-chat"?',
  ],
  [
    "a wrong model of which the gateway does not speak",
    { chat: status(404, {}), models: ["deepseek-chat"], changes: { model: "deepseek" } },
    'no model "deepseek"',
    'model = "deepseek-chat"',
  ],
  [
    "a model like none there is",
    {
      chat: status(404, { error: { message: "The model `x` does not exist" } }),
      models: ["deepseek-chat", "deepseek-reasoner"],
      changes: { model: "claude-3" },
    },
    'no model "claude-3"',
    "It offers deepseek-chat, deepseek-reasoner",
  ],
  [
    "a wrong model where there is no list",
    { chat: status(404, { error: { message: "The model `x` does not exist" } }) },
    "no model",
    "letter by letter",
  ],
  ["an address without its version", { path: "" }, "no such interface", '/v1".'],
  ["an address with too much of it", { path: "/v1/chat/completions" }, "no such interface", "leave that part out"],
  [
    "an address that has no version",
    { path: "", changes: { provider: "alles-apin", model: undefined } },
    "no such interface",
    "Check the path of base_url",
  ],
  ["another path", { path: "/v2" }, "no such interface", "Check the path of base_url"],
  ["a web page", { chat: (response) => sendText(response, "<html>Sign in</html>") }, "a web page", "sign-in page"],
  ["trouble on the other side", { chat: status(503, {}) }, "in trouble", "some minutes"],
  ["an odd answer", { chat: status(200, { hello: 1 }) }, "not what its document promises", "Check that provider"],
  ["a refused request", { chat: status(400, { error: { message: "too long" } }) }, "too long", "Its words say why"],
  ["no reply in time", { chat: () => undefined, changes: { timeout_s: 0.1 } }, "no reply in time", "Raise timeout_s"],
  [
    "a redirect to another host",
    {
      chat: (response) => {
        response.writeHead(302, { location: "https://login.example.org/" });
        response.end();
      },
    },
    "leads elsewhere",
    "final address",
  ],
])("%s has its own words and its own remedy", async (_name, setting, detail, remedy) => {
  const { gateway } = await openGateway(setting);
  const fault = await look(gateway);
  expect(fault?.detail).toContain(detail);
  expect(fault?.remedy).toContain(remedy);
  const chinese = await look((await openGateway(setting)).gateway, "zh");
  expect(`${chinese?.detail}${chinese?.remedy}`).toMatch(/\p{Script=Han}{4}/u);
  expect(`${chinese?.detail}${fault?.detail}${fault?.remedy}`).not.toContain("sk-12345678");
});

test("a server of one's own that is not started is told apart from a name that nobody knows", async () => {
  const { gateway, server } = await openGateway({ changes: { provider: "ollama", model: "qwen" } });
  await server.close();
  expect(await look(gateway)).toMatchObject({
    detail: expect.stringContaining("nothing listens at 127.0.0.1"),
    remedy: expect.stringContaining("ollama serve"),
  });
});

function failing(code: string): typeof fetch {
  return async () => {
    throw new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
  };
}

test.each([
  ["ENOTFOUND", "no host api.example.org", true],
  ["UND_ERR_CONNECT_TIMEOUT", "cannot be reached", true],
  ["CERT_HAS_EXPIRED", "certificate", false],
])("the network's %s is explained, and the proxy only where it may help", async (code, detail, mentionsProxy) => {
  const [gateway] = await createGateways({
    llm: [
      {
        provider: "openai",
        model: "m",
        base_url: "https://api.example.org/v1",
        requests_per_minute: 0,
        tokens_per_minute: 0,
        timeout_s: 10,
        stream: true,
        max_tokens: 100,
      },
    ],
    secret: () => undefined,
    fetch: failing(code),
    clock: createJumpingClock(),
    random: () => 0.5,
    logger: createRecordingLogger(),
  });
  if (gateway === undefined) throw new Error("no gateway");
  const fault = await look(gateway);
  expect(fault?.detail).toContain(detail);
  expect(fault?.remedy.includes("set HTTPS_PROXY=")).toBe(mentionsProxy);
  expect((await look(gateway, "en", true))?.remedy).not.toContain("set HTTPS_PROXY=");
});

test("a call that is cancelled is no finding", async () => {
  const { gateway } = await openGateway({ chat: () => undefined });
  const controller = new AbortController();
  const call = findGatewayFault(gateway, { locale: "en", hasProxy: false }, controller.signal);
  controller.abort(new Error("stop"));
  await expect(call).rejects.toThrow("stop");
});
