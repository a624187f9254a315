import { expect, test } from "vitest";
import type { GatewayListing } from "../../src/app.ts";
import { runModels } from "../../src/cli/models.ts";
import { AppError } from "../../src/core/errors.ts";
import { createCommandRun } from "./command-fixture.ts";

const listed: GatewayListing = {
  provider: "deepseek",
  baseUrl: "https://api.deepseek.com/v1",
  models: [
    { name: "deepseek-chat", contextTokens: 65_536, family: "deepseek", configured: true },
    { name: "deepseek-reasoner", configured: false },
  ],
  source: "gateway",
  missing: [],
};
const known: GatewayListing = {
  provider: "puyu",
  baseUrl: "",
  models: [{ name: "ChatPJLM-latest", contextTokens: 8192, configured: true }],
  source: "document",
  missing: [],
};
const failed: GatewayListing = {
  ...known,
  provider: "vllm",
  models: [],
  error: new AppError("model_unreachable", "vllm/m cannot be reached"),
};

test("shows each gateway's models, the configured one marked", async () => {
  const { context, stdout } = await createCommandRun({ assistant: { models: async () => [listed, known] } });
  expect(await runModels(context, undefined)).toBe(0);
  expect(stdout()).toBe(
    [
      "deepseek (https://api.deepseek.com/v1)",
      "  * deepseek-chat      65536 tokens      deepseek",
      "    deepseek-reasoner",
      "",
      "puyu",
      "  by its document:",
      "  * ChatPJLM-latest  8192 tokens",
      "",
    ].join("\n"),
  );
});

test("prints one JSON array of rows, a failed gateway among them", async () => {
  const { context, stdout } = await createCommandRun({
    json: true,
    assistant: { models: async () => [listed, failed] },
  });
  expect(await runModels(context, undefined)).toBe(0);
  expect(JSON.parse(stdout())).toEqual([
    { provider: "deepseek", model: "deepseek-chat", context_tokens: 65_536, family: "deepseek", configured: true },
    { provider: "deepseek", model: "deepseek-reasoner" },
    { provider: "vllm", error: "model_unreachable", message: "vllm/m cannot be reached" },
  ]);
});

test("exits 1 only when every gateway failed", async () => {
  const { context, stdout } = await createCommandRun({
    locale: "zh",
    assistant: { models: async () => [failed, failed] },
  });
  expect(await runModels(context, undefined)).toBe(1);
  expect(stdout()).toContain("✗ ");
});

test("without any [[llm]] it says so and ends well", async () => {
  for (const [locale, words] of [
    ["zh", "没有配置 [[llm]]"],
    ["en", "No [[llm]] is configured"],
  ] as const) {
    const { context, stdout } = await createCommandRun({ locale, assistant: { models: async () => [] } });
    expect(await runModels(context, undefined)).toBe(0);
    expect(stdout()).toContain(words);
  }
});

test("a configured model that is not offered is noted with the nearest one", async () => {
  const listing = { ...listed, missing: [{ name: "deepseek-chta", nearest: "deepseek-chat" }] };
  const { context, stderr } = await createCommandRun({ assistant: { models: async () => [listing] } });
  await runModels(context, undefined);
  expect(stderr()).toContain(
    'deepseek does not list the configured model "deepseek-chta" (did you mean "deepseek-chat"?)',
  );
});

test("the provider is handed on", async () => {
  let asked: string | undefined;
  const models = async ({ provider }: { provider?: string }) => {
    asked = provider;
    return [known];
  };
  const { context } = await createCommandRun({ assistant: { models } });
  await runModels(context, "puyu");
  expect(asked).toBe("puyu");
});
