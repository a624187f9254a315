import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from "openai";
import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { createMemoryLimiter } from "../../src/http/access/rate-limiter.ts";
import { ANSWER, declinedTurn, PIECES, serveApi, type Api } from "./api-fixture.ts";

function clientOf({ url }: Api, apiKey = "any"): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
}

const question = { role: "user" as const, content: "如何退公寓？" };

async function faultOf(promise: Promise<unknown>): Promise<APIError> {
  const fault: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (fault instanceof APIError) return fault;
  throw new Error("no APIError");
}

test("a completion has OpenAI's fields and ours beside them", async () => {
  const api = await serveApi();
  const creating = clientOf(api).chat.completions.create({
    model: "xianheng",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "你好" },
      { role: "assistant", content: "你好！" },
      { role: "user", content: [{ type: "text", text: "如何退公寓？" }] },
    ],
    temperature: 0.2,
    n: 1,
  });
  const { data: completion, request_id: requestId } = await creating.withResponse();
  expect({ ...completion }).toEqual({
    id: expect.stringMatching(/^chatcmpl-\w+$/u),
    object: "chat.completion",
    created: 1_700_000_000,
    model: "xianheng",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: ANSWER, refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    xianheng: {
      outcome: "answered",
      citations: [
        { n: 1, source: "housing/move-out.md", title: "Moving out", headings: ["退房"], quote: "提前三天预约" },
      ],
      scores: { question: 0.9, answerable: 0.8, threshold: 0.5 },
    },
  });
  expect(requestId).toMatch(/^id-/u);
  expect(api.asked[0]).toMatchObject({
    question: "如何退公寓？",
    options: {
      history: [
        { role: "user", content: "你好" },
        { role: "assistant", content: "你好！" },
      ],
    },
  });
  expect(api.turns).toMatchObject([{ id: completion.id, via: "openai" }]);
});

test("a stream has the role first, then the text, our field with the end, and usage when asked", async () => {
  const api = await serveApi();
  const stream = await clientOf(api).chat.completions.create({
    model: "xianheng",
    messages: [question],
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  expect(new Set(chunks.map(({ id, created, object }) => `${id} ${created} ${object}`)).size).toBe(1);
  expect(chunks[0]?.choices[0]?.delta).toEqual({ role: "assistant", content: "" });
  expect(chunks.slice(1, 4).map(({ choices }) => choices[0]?.delta)).toEqual(PIECES.map((content) => ({ content })));
  expect(chunks[4]).toMatchObject({
    choices: [{ delta: {}, finish_reason: "stop" }],
    usage: null,
    xianheng: { outcome: "answered", citations: [{ n: 1 }] },
  });
  expect(chunks[5]).toMatchObject({
    choices: [],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  });
  expect(chunks.length).toBe(6);
});

test("a stream without usage has none, and ends in [DONE]; the client's own runner takes it", async () => {
  const api = await serveApi();
  const body = { model: "xianheng", messages: [question], stream: true };
  const text = await (await api.post("/v1/chat/completions", body)).text();
  expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  expect(text).not.toContain("usage");
  const runner = clientOf(api).chat.completions.stream({ model: "xianheng", messages: [question] });
  expect(await runner.finalContent()).toBe(ANSWER);
});

test.each([
  ["如何造火箭？", /^文档里[^\n]+$/u],
  ["How do I build a rocket?", /^The documents[^\n]+$/u],
])("what is declined is a completion of one line: %s", async (content, notice) => {
  const api = await serveApi({ ask: async () => declinedTurn() });
  const client = clientOf(api);
  const messages = [{ role: "user" as const, content }];
  const completion = await client.chat.completions.create({ model: "xianheng", messages });
  expect(completion.choices[0]).toMatchObject({ message: { content: expect.stringMatching(notice) } });
  expect(completion).toMatchObject({ xianheng: { outcome: "declined", reason: "unrelated", citations: [] } });
  const streamed = client.chat.completions.stream({ model: "xianheng", messages });
  expect(await streamed.finalContent()).toMatch(notice);
});

test.each([
  [{ n: 2 }, "n"],
  [{ temperature: 3 }, "temperature"],
  [{ temperature: "hot" }, "temperature"],
  [{ top_p: -1 }, "top_p"],
  [{ max_tokens: 0 }, "max_tokens"],
  [{ messages: [] }, "messages"],
  [{ messages: "hi" }, "messages"],
  [{ messages: [question, { role: "wizard", content: "x" }] }, "messages[1].role"],
  [{ messages: [{ role: "user", content: 5 }] }, "messages[0].content"],
  [{ messages: [{ role: "system", content: "x" }] }, "messages"],
  [{ messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] }, "messages"],
  [{ messages: [{ role: "user", content: "x".repeat(8001) }] }, "messages"],
  [{ messages: [{ role: "user", content: "😀".repeat(8001) }] }, "messages"],
  [{ logprobs: true, top_logprobs: 21 }, "top_logprobs"],
  [{ model: undefined }, "model"],
  [{ stream: "yes" }, "stream"],
])("%j is a BadRequestError with param %s", async (changes, param) => {
  const api = await serveApi();
  const body = { model: "xianheng", messages: [question], ...changes };
  const fault = await faultOf(clientOf(api).post("/chat/completions", { body }));
  expect(fault).toBeInstanceOf(BadRequestError);
  expect([fault.type, fault.param]).toEqual(["invalid_request_error", param]);
  expect(api.asked).toEqual([]);
});

test("faults are typed: model, key, rate, type, size, method, ours", async () => {
  const api = await serveApi({}, { apiKeys: "k1", rateLimiter: createMemoryLimiter(9), maxBodyBytes: 300 });
  const client = clientOf(api, "k1");
  const create = async (model: string, by = client): Promise<APIError> =>
    faultOf(by.chat.completions.create({ model, messages: [question] }));
  expect(await create("gpt-4o")).toMatchObject({ status: 404, code: "model_not_found" });
  expect(await create("gpt-4o")).toBeInstanceOf(NotFoundError);
  const stranger = await create("xianheng", clientOf(api, "wrong"));
  expect(stranger).toBeInstanceOf(AuthenticationError);
  expect(stranger).toMatchObject({ code: "invalid_api_key", type: "invalid_request_error" });
  const headers = { authorization: "Bearer k1" };
  const path = "/v1/chat/completions";
  const errorOf = async (response: Response): Promise<unknown> => [response.status, await response.json()];
  const typed = { error: { type: "invalid_request_error", param: null } };
  expect(await errorOf(await api.post(path, "{", headers))).toMatchObject([400, typed]);
  expect(await errorOf(await api.post(path, "a", { ...headers, "content-type": "text/plain" }))).toMatchObject([
    415,
    typed,
  ]);
  expect(await errorOf(await api.post(path, `"${"x".repeat(400)}"`, headers))).toMatchObject([413, typed]);
  expect(await errorOf(await fetch(api.url + path, { headers }))).toMatchObject([405, typed]);
  for (let used = 6; used < 9; used++) await client.models.list();
  const tooMany = await create("xianheng");
  expect(tooMany).toBeInstanceOf(RateLimitError);
  expect(tooMany).toMatchObject({ code: "rate_limit_exceeded", type: "rate_limit_exceeded" });
  expect(tooMany.headers?.get("retry-after")).toBe("60");
});

test("a turn that failed is a server error, before the stream begins or within it", async () => {
  const failed = {
    outcome: { kind: "failed" as const, code: "model_unreachable" as const, message: "Nothing listens." },
    scores: undefined,
    timings: {},
  };
  const failing = clientOf(await serveApi({ ask: async () => failed }));
  const request = { model: "xianheng", messages: [question] };
  const expected = { status: 503, type: "server_error", code: "model_unreachable" };
  expect(await faultOf(failing.chat.completions.create(request))).toMatchObject(expected);
  expect(await faultOf(failing.chat.completions.create({ ...request, stream: true }))).toMatchObject(expected);

  const breaking = await serveApi({
    async ask(_question, { onText }) {
      onText?.("Half");
      throw new AppError("model_bad_reply", "secret");
    },
  });
  const text = await (await breaking.post("/v1/chat/completions", { ...request, stream: true })).text();
  expect(text).toContain('"content":"Half"');
  expect(text).toContain('data: {"error":{');
  expect(text).not.toContain("[DONE]");
  const broken = clientOf(breaking);
  const read = async (): Promise<void> => {
    for await (const chunk of await broken.chat.completions.create({ ...request, stream: true })) void chunk;
  };
  expect((await faultOf(read())).type).toBe("server_error");
});

test("a client that aborts its stream ends the model call", async () => {
  let ended = false;
  const api = await serveApi({
    ask: (_question, { onText }, signal) =>
      new Promise((_resolve, reject) => {
        onText?.("Half");
        signal.addEventListener("abort", () => {
          ended = true;
          reject(new AppError("aborted", "aborted"));
        });
      }),
  });
  const stream = await clientOf(api).chat.completions.create({ model: "xianheng", messages: [question], stream: true });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content === "Half") break;
  await expect.poll(() => ended).toBe(true);
});

test("there is one model", async () => {
  const client = clientOf(await serveApi());
  const model = { id: "xianheng", object: "model", created: 0, owned_by: "xianheng" };
  expect((await client.models.list()).data).toEqual([model]);
  expect(await client.models.retrieve("xianheng")).toMatchObject(model);
  expect(await faultOf(client.models.retrieve("other/one"))).toMatchObject({ status: 404, code: "model_not_found" });
});

test("embeddings come as floats or as base64, which the client asks for by itself", async () => {
  const client = clientOf(await serveApi());
  const base64 = await client.embeddings.create({ model: "xianheng", input: ["ab", "abc"] });
  const vectors = [
    [2, 0.5, -1],
    [3, 0.5, -1],
  ];
  expect(base64.data.map(({ embedding }) => [...embedding])).toEqual(vectors);
  const floats = await client.embeddings.create({ model: "xianheng", input: "ab", encoding_format: "float" });
  expect(floats).toMatchObject({ object: "list", data: [{ object: "embedding", index: 0, embedding: vectors[0] }] });
  const param = async (changes: object): Promise<unknown> =>
    (await faultOf(client.post("/embeddings", { body: { model: "xianheng", input: "a", ...changes } }))).param;
  expect(await param({ input: "" })).toBe("input");
  expect(await param({ input: [1, 2] })).toBe("input");
  expect(await param({ dimensions: 5 })).toBe("dimensions");
});
