import { expect, test, vi } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import type { Clock, Fetch } from "../../src/core/runtime.ts";
import { createChatModels } from "../../src/models/create-chat-model.ts";
import { createFallbackModel } from "../../src/models/fallback.ts";
import { contextTokensOf, VENDORS } from "../../src/models/vendors.ts";
import { completion } from "./stand-in/chat-completion.ts";
import { createJumpingClock, createManualClock, createRecordingLogger } from "./stand-in/clocks.ts";

const never = new AbortController().signal;
const QUESTION = { messages: [{ role: "user" as const, content: "?" }] };

interface Surroundings {
  env?: Record<string, string>;
  fetch?: Fetch;
  clock?: Clock;
}

async function create(llm: object[], { env = {}, fetch, clock: given }: Surroundings = {}) {
  const clock = createJumpingClock();
  const calls: string[] = [];
  const recording: Fetch = async (input) => {
    calls.push(input);
    return new Response(JSON.stringify(completion("ok")), { headers: { "content-type": "application/json" } });
  };
  const models = await createChatModels({
    llm: configSchema.parse({ llm }).llm,
    secret: (variable) => env[variable],
    fetch: fetch ?? recording,
    clock: given ?? clock,
    random: () => 0,
    logger: createRecordingLogger(),
  });
  return { models, clock, calls };
}

test.each(Object.keys(VENDORS))("%s is asked below its own address", async (provider) => {
  const { models, calls } = await create([{ provider, model: "m", api_key_env: "K" }], { env: { K: "key-1" } });
  await models[0]?.complete(QUESTION, never);
  expect(calls).toEqual([`${VENDORS[provider]?.baseUrl}/chat/completions`]);
});

test("an entry without its key leaves the next its turn", async () => {
  const { models, calls } = await create([
    { provider: "kimi", api_key_env: "KIMI_KEY" },
    { provider: "vllm", model: "m" },
  ]);
  const failures: string[] = [];
  const model = createFallbackModel(models, { onFallback: ({ error }) => failures.push(error.message) });
  expect((await model.complete(QUESTION, never)).model).toBe("vllm/m");
  expect(failures).toEqual([expect.stringContaining("KIMI_KEY is not set")]);
  expect(calls).toHaveLength(1);
});

test("entries on one account share the strictest limit", async () => {
  const shared = { provider: "kimi", api_key_env: "K" };
  const { models, clock } = await create(
    [
      { ...shared, requests_per_minute: 5 },
      { ...shared, model: "moonshot-v1-32k", requests_per_minute: 2 },
      { provider: "vllm", model: "m" },
    ],
    { env: { K: "key-1" } },
  );
  await models[0]?.complete(QUESTION, never);
  await models[1]?.complete(QUESTION, never);
  await models[2]?.complete(QUESTION, never);
  expect(clock.sleeps).toEqual([]);
  await models[0]?.complete(QUESTION, never);
  expect(clock.sleeps).toEqual([60_000]);
});

test("when a gateway asks one call to wait, the others of its account wait as well", async () => {
  const sentAt: number[] = [];
  const clock = createManualClock();
  const fetch: Fetch = async () => {
    const first = sentAt.push(clock.now()) === 1;
    const init = first ? { status: 429, headers: { "retry-after": "9" } } : {};
    return new Response(JSON.stringify(completion("ok")), {
      ...init,
      headers: { "content-type": "application/json", ...init.headers },
    });
  };
  const { models } = await create(
    [
      { provider: "vllm", model: "m" },
      { provider: "vllm", model: "n" },
    ],
    { fetch, clock },
  );
  const start = clock.now();
  const ask = async (position: number): Promise<unknown> => models[position]?.complete(QUESTION, never);
  const calls = [ask(0)];
  // Long enough for the reply to be read; the limiter's clock stands still.
  await vi.waitFor(() => expect(clock.sleeping()).toBe(1));
  calls.push(ask(1));
  await vi.waitFor(() => expect(clock.sleeping()).toBe(2));
  await clock.advance(9000);
  await Promise.all(calls);
  expect(sentAt.map((at) => at - start)).toEqual([0, 9000, 9000]);
});

test.each([
  ["moonshot-v1-32k", 32_768],
  ["gpt-4", 8192],
  ["gpt-4o-mini", 128_000],
  ["step-1-256k", 262_144],
  ["something", 8192],
])("the window of %s is %i tokens", (model, tokens) => {
  expect(contextTokensOf(model)).toBe(tokens);
});

test("context_tokens of the config wins and leaves half to the prompt", async () => {
  const { models } = await create([{ provider: "vllm", model: "m", context_tokens: 1000, max_tokens: 4000 }]);
  expect(models[0]?.limits).toEqual({ contextTokens: 1000, replyTokens: 500 });
});
