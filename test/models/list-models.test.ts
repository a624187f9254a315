import { afterEach, expect, test } from "vitest";
import { createGateways, type ConfiguredGateway } from "../../src/models/create-chat-model.ts";
import type { LlmSettings } from "../../src/models/llm-settings.ts";
import { createJumpingClock, createRecordingLogger } from "./stand-in/clocks.ts";
import { sendJson, startGatewayServer, type GatewayServer } from "./stand-in/gateway-server.ts";

const never = new AbortController().signal;
const servers: GatewayServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function open(reply: unknown, changes: Partial<LlmSettings> = {}, key: string | undefined = "sk-12345678") {
  const server = await startGatewayServer({
    refuse: ({ method, path, headers }) =>
      method === "GET" && path === "/v1/models" && headers.authorization === `Bearer ${key}`
        ? undefined
        : { status: 401, body: {} },
    usual: (response) => sendJson(response, reply),
  });
  servers.push(server);
  const settings: LlmSettings = {
    provider: "deepseek",
    base_url: `${server.url}/v1`,
    api_key_env: "KEY",
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

async function list(gateway: ConfiguredGateway): Promise<unknown> {
  return gateway.listModels?.(never);
}

test.each([
  [
    "OpenAI's",
    {
      object: "list",
      data: [
        { id: "b", owned_by: "maker" },
        { id: "a", created: 1 },
      ],
    },
  ],
  ["a plain list", [{ id: "b", owned_by: "maker" }, "a"]],
  ["Ollama's", { models: [{ name: "b", owned_by: "maker", size: 1 }, { model: "a" }] }],
])("%s shape is read, by name", async (_name, reply) => {
  const { gateway } = await open(reply);
  expect(await list(gateway)).toEqual([{ name: "a" }, { name: "b", family: "maker" }]);
});

test("windows are taken where they are told, and odd fields break nothing", async () => {
  const data = [
    { id: "a", max_model_len: 4096 },
    { id: "b", context_length: 8192 },
    { id: "c", context_length: "many", owned_by: 7 },
    { id: "a", max_model_len: 4096 },
    { nothing: true },
  ];
  const { gateway } = await open({ data });
  expect(await list(gateway)).toEqual([
    { name: "a", contextTokens: 4096 },
    { name: "b", contextTokens: 8192 },
    { name: "c" },
  ]);
});

test("a page that is no list is told", async () => {
  const { gateway } = await open({ hello: "world" });
  await expect(list(gateway)).rejects.toMatchObject({ code: "model_bad_reply" });
});

test("without its key a gateway is not asked", async () => {
  const { gateway, server } = await open({ data: [] }, {}, "");
  await expect(list(gateway)).rejects.toMatchObject({ code: "model_unauthorised" });
  expect(server.received).toEqual([]);
});

test("the rows' own models are known without a question", async () => {
  const { gateway } = await open({}, { provider: "kimi" });
  expect(gateway.modelName).toBe("auto");
  expect(gateway.knownModels.map(({ name }) => name)).toEqual([
    "moonshot-v1-8k",
    "moonshot-v1-32k",
    "moonshot-v1-128k",
  ]);
});
