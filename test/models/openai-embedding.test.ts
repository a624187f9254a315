import { afterEach, beforeEach, expect, test } from "vitest";
import type { EmbeddingModel } from "../../src/core/model.ts";
import { createOpenAiEmbedding, type OpenAiEmbeddingOptions } from "../../src/models/openai-embedding.ts";
import { createJumpingClock } from "./stand-in/clocks.ts";
import {
  sendJson,
  startGatewayServer,
  type Answer,
  type GatewayServer,
  type Received,
} from "./stand-in/gateway-server.ts";

const never = new AbortController().signal;
let server: GatewayServer;

function inputsOf({ body }: Received): string[] {
  const input: unknown = body["input"];
  return Array.isArray(input) ? input.map(String) : [];
}

/** Vectors that tell the length of their text, in reverse order. */
const usual: Answer = (response, received) => {
  const data = inputsOf(received).map((text, index) => ({
    index,
    embedding: [text.length, 1, 0, 0],
    object: "embedding",
  }));
  sendJson(response, { object: "list", data: data.toReversed(), usage: { prompt_tokens: 1 } });
};

beforeEach(async () => {
  server = await startGatewayServer({
    refuse: (received) => {
      const { path, headers } = received;
      const inputs = inputsOf(received);
      if (path !== "/v1/embeddings") {
        return { status: 404, body: {} };
      }
      if (headers.authorization !== "Bearer sk-key-1") {
        return { status: 401, body: { error: { message: "bad key" } } };
      }
      const isRefused =
        inputs.length === 0 || inputs.length > 64 || inputs.some((text) => text === "" || !text.isWellFormed());
      return isRefused ? { status: 400, body: { error: { message: "bad input" } } } : undefined;
    },
    usual,
  });
});

afterEach(async () => {
  await server.close();
});

function create(changes: Partial<OpenAiEmbeddingOptions> = {}): Promise<EmbeddingModel> {
  return createOpenAiEmbedding({
    baseUrl: `${server.url}/v1`,
    model: "bge-m3",
    apiKey: "sk-key-1",
    apiKeyEnv: "EMBEDDING_KEY",
    dimensions: 4,
    timeoutMs: 5000,
    requestsPerMinute: 0,
    fetch,
    clock: createJumpingClock(),
    random: () => 0,
    ...changes,
  });
}

test("embeds in batches of 64 and keeps the order by index", async () => {
  const model = await create();
  const texts = Array.from({ length: 130 }, (_, index) => "x".repeat(index + 1));
  const vectors = await model.embed(texts, "passage", never);
  expect(server.received.map((received) => inputsOf(received).length)).toEqual([64, 64, 2]);
  vectors.forEach((vector, index) => {
    expect((vector[0] ?? 0) / (vector[1] ?? 1)).toBeCloseTo(index + 1, 3);
    expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
  });
});

test("asks for the dimensions once where they are not configured", async () => {
  expect((await create({ dimensions: undefined })).dimensions).toBe(4);
  expect(server.received).toHaveLength(1);
});

test("empty texts and broken surrogates reach no gateway", async () => {
  expect(await (await create()).embed(["", "a\uD800"], "query", never)).toHaveLength(2);
});

test("vectors of another length than configured are refused", async () => {
  const model = await create({ dimensions: 5 });
  await expect(model.embed(["x"], "query", never)).rejects.toMatchObject({
    code: "model_bad_reply",
    message: expect.stringContaining("4 numbers where 5 belong"),
  });
});

test.each([
  ["too few", { data: [] }],
  ["no vectors", { result: 1 }],
  [
    "one index twice",
    {
      data: [
        { index: 0, embedding: [1, 0, 0, 0] },
        { index: 0, embedding: [1, 0, 0, 0] },
      ],
    },
  ],
  ["no direction", { data: [{ embedding: [0, 0, 0, 0] }, { embedding: [0, 0, 0, 1] }] }],
])("a reply with %s is refused", async (_name, value) => {
  server.next((response) => sendJson(response, value));
  await expect((await create()).embed(["x", "y"], "query", never)).rejects.toMatchObject({ code: "model_bad_reply" });
});

test("tries again when it was limited", async () => {
  server.next((response) => sendJson(response, {}, { status: 429, headers: { "retry-after": "1" } }));
  expect(await (await create()).embed(["x"], "query", never)).toHaveLength(1);
});

test("a refused and an unset key name their variable", async () => {
  const model = await create({ apiKey: "sk-wrong-key" });
  await expect(model.embed(["x"], "query", never)).rejects.toMatchObject({
    code: "model_unauthorised",
    message: expect.stringContaining("EMBEDDING_KEY"),
  });
  await expect(create({ apiKey: undefined })).rejects.toMatchObject({
    code: "model_unauthorised",
    message: expect.stringContaining("EMBEDDING_KEY is not set"),
  });
});

test("a cancelled call stops", async () => {
  const model = await create();
  await expect(model.embed(["x"], "query", AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
});

test("the size of a batch and the longest text are those of the configuration", async () => {
  const model = await create({ batch: 3, maxInputTokens: 5, maxInputChars: 17 });
  await model.embed(["一二三四五六七", "a", "b", "c", "😀".repeat(9), "one two three four five"], "passage", never);
  expect(server.received.map(inputsOf)).toEqual([
    ["一二三四五", "a", "b"],
    ["c", `${"😀".repeat(8)}\uFFFD`, "one two three "],
  ]);
});

test("questions and passages have their prefixes; the passages' one is part of the id, the address is not", async () => {
  const model = await create({ queryPrefix: "query: ", passagePrefix: "passage: " });
  await model.embed([" 水费 "], "query", never);
  await model.embed(["水费", ""], "passage", never);
  expect(server.received.map(inputsOf)).toEqual([["query: 水费"], ["passage: 水费", "passage:  "]]);
  const plain = await create();
  expect(plain.id).toBe("openai/bge-m3");
  expect((await create({ queryPrefix: "query: " })).id).toBe(plain.id);
  expect((await create({ baseUrl: `${server.url}/v1/elsewhere` })).id).toBe(plain.id);
  expect(model.id).toBe('openai/bge-m3 passage_prefix="passage: "');
});

test("when it is asked to wait its other batches wait as well", async () => {
  const clock = createJumpingClock();
  const model = await create({ clock, batch: 1 });
  server.next((response) => sendJson(response, {}, { status: 429, headers: { "retry-after": "9" } }));
  await model.embed(["a", "b"], "passage", never);
  expect(clock.sleeps.reduce((sum, ms) => sum + ms, 0)).toBe(9000);
});
