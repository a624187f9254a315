import { afterEach, expect, test } from "vitest";
import { createGateways } from "../../src/models/create-chat-model.ts";
import { listGateways, listProvider } from "../../src/models/list-gateways.ts";
import { createJumpingClock, createRecordingLogger } from "./stand-in/clocks.ts";
import { sendJson, startGatewayServer, type GatewayServer } from "./stand-in/gateway-server.ts";

const never = new AbortController().signal;
const runtime = {
  secret: () => "sk-12345678",
  fetch,
  clock: createJumpingClock(),
  random: () => 0.5,
  logger: createRecordingLogger(),
};
const servers: GatewayServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function list(models: (string | undefined)[], changes: { provider?: string; base_url?: string } = {}) {
  const server = await startGatewayServer({
    refuse: () => undefined,
    usual: (response) => sendJson(response, { data: [{ id: "deepseek-chat" }, { id: "deepseek-reasoner" }] }),
  });
  servers.push(server);
  const gateways = await createGateways({
    ...runtime,
    llm: models.map((model) => ({
      provider: "deepseek",
      base_url: `${server.url}/v1`,
      api_key_env: "K",
      model,
      requests_per_minute: 0,
      tokens_per_minute: 0,
      timeout_s: 10,
      stream: true,
      max_tokens: 100,
      ...changes,
    })),
  });
  return { listings: await listGateways(gateways, never), server };
}

test("a gateway with two entries is asked once, and both models are marked", async () => {
  const { listings, server } = await list(["deepseek-chat", "deepseek-reasoner"]);
  expect(server.received).toHaveLength(1);
  expect(listings).toMatchObject([
    {
      source: "gateway",
      missing: [],
      models: [
        { name: "deepseek-chat", contextTokens: 65_536, configured: true },
        { name: "deepseek-reasoner", configured: true },
      ],
    },
  ]);
});

test("a configured model that is not offered is missing, with the nearest one", async () => {
  const { listings } = await list(["deepseek-chta"]);
  expect(listings).toMatchObject([{ missing: [{ name: "deepseek-chta", nearest: "deepseek-chat" }] }]);
});

test("a gateway that cannot be asked keeps what its document says, and its error", async () => {
  const { listings } = await list([undefined], { base_url: "http://127.0.0.1:9/v1" });
  expect(listings).toMatchObject([
    { source: "document", error: { code: "model_unreachable" }, models: [{ name: "deepseek-chat", configured: true }] },
  ]);
});

test("a dialect that cannot be asked gives its document's models", async () => {
  const { listings, server } = await list(["openai:gpt-4o"], { provider: "langchain" });
  expect(server.received).toEqual([]);
  expect(listings[0]?.source).toBe("document");
  expect(listings[0]?.models).toEqual([{ name: "openai:gpt-4o", configured: true }]);
});

test("a provider that is not configured gives its row, and an unknown one is told", async () => {
  expect(await listProvider("step", runtime, never)).toMatchObject([
    { source: "document", models: [{ name: "step-1-8k" }, {}, {}, { name: "step-1-256k", contextTokens: 262_144 }] },
  ]);
  const [allesApin] = await listProvider("alles-apin", runtime, never);
  expect(allesApin?.models).toEqual(
    expect.arrayContaining([
      { name: "abab5.5-chat", contextTokens: 16_384, family: "minimax", configured: false },
      { name: "gpt-4", contextTokens: 8192, family: "openai", configured: false },
      { name: "text-bison-001", contextTokens: 9220, family: "palm-text", configured: false },
    ]),
  );
  await expect(listProvider("nobody", runtime, never)).rejects.toMatchObject({ code: "usage" });
});
