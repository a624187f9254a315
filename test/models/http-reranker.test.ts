import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Reranker } from "../../src/core/retriever.ts";
import { createHttpReranker, type RerankSettings } from "../../src/models/http-reranker.ts";
import { createJumpingClock } from "./stand-in/clocks.ts";
import {
  sendJson,
  sendText,
  startGatewayServer,
  type Answer,
  type GatewayServer,
  type Received,
} from "./stand-in/gateway-server.ts";

const never = new AbortController().signal;
const PASSAGES = ["苹果", "香蕉", "水果", "蔬菜"];
const KNOWN = new Set(["model", "query", "documents", "top_n", "return_documents", "max_chunks_per_doc"]);
let server: GatewayServer;

/** What Jina, SiliconFlow and vLLM refuse. */
function faultOf({ method, path, headers, body }: Received): { status: number; body: unknown } | undefined {
  if (method !== "POST" || path !== "/v1/rerank") return { status: 404, body: { detail: "Not Found" } };
  if (headers.authorization !== "Bearer sk-key-1") return { status: 401, body: { detail: "Invalid token" } };
  const { model, query, documents, top_n: topN } = body;
  const isText = (value: unknown): boolean => typeof value === "string" && value !== "" && value.isWellFormed();
  const fits =
    Object.keys(body).every((key) => KNOWN.has(key)) &&
    isText(model) &&
    isText(query) &&
    Array.isArray(documents) &&
    documents.length > 0 &&
    documents.every(isText) &&
    Number.isInteger(topN) &&
    Number(topN) >= 1 &&
    Number(topN) <= documents.length;
  return fits ? undefined : { status: 422, body: { detail: "validation error" } };
}

const usual: Answer = (response) =>
  sendJson(response, {
    id: "rerank-1",
    model: "m",
    usage: { total_tokens: 9 },
    results: [
      { index: 2, relevance_score: 0.9, document: { text: "水果" } },
      { index: 0, relevance_score: 0.5 },
    ],
    meta: { tokens: {} },
  });

beforeEach(async () => {
  server = await startGatewayServer({ refuse: faultOf, usual });
});

afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

function create(changes: Partial<RerankSettings> = {}, key = "sk-key-1"): Reranker {
  const settings: RerankSettings = {
    provider: "siliconflow",
    base_url: `${server.url}/v1`,
    api_key_env: "RERANK_KEY",
    timeout_s: 5,
    requests_per_minute: 0,
    ...changes,
  };
  const secret = (variable: string): string | undefined => (variable === "RERANK_KEY" ? key || undefined : undefined);
  return createHttpReranker(settings, { secret, fetch, clock: createJumpingClock(), random: () => 0 });
}

test("sends what the documents say and gives the order", async () => {
  expect(await create().rerank("苹果?", PASSAGES, { limit: 2 }, never)).toEqual([2, 0]);
  expect(server.received[0]?.body).toEqual({
    model: "BAAI/bge-reranker-v2-m3",
    query: "苹果?",
    documents: PASSAGES,
    top_n: 2,
  });
});

test("no passage needs no call; fewer passages than wanted, blanks and broken characters are sendable", async () => {
  expect(await create().rerank("?", [], { limit: 3 }, never)).toEqual([]);
  server.next((response) => sendJson(response, { results: [{ index: 1, relevance_score: 1 }] }));
  expect(await create().rerank("\uD800", ["", "a\uDC00"], { limit: 9 }, never)).toEqual([1]);
  expect(server.received).toHaveLength(1);
});

test.each([
  [
    "data and score",
    {
      data: [
        { index: 1, score: 0.2 },
        { index: 3, score: 0.7 },
      ],
    },
    [3, 1],
  ],
  [
    "no order of their own",
    {
      results: [
        { index: 0, relevance_score: -3 },
        { index: 1, relevance_score: 2 },
      ],
    },
    [1, 0],
  ],
  [
    "both scores",
    {
      results: [
        { index: 0, relevance_score: 1, score: null },
        { index: 2, relevance_score: 2 },
      ],
    },
    [2, 0],
  ],
  ["more than wanted", { results: PASSAGES.map((_, index) => ({ index, relevance_score: -index })) }, [0, 1]],
])("takes replies with %s", async (_name, value, order) => {
  server.next((response) => sendJson(response, value));
  expect(await create().rerank("?", PASSAGES, { limit: 2 }, never)).toEqual(order);
});

test.each([
  ["a place outside", { results: [{ index: 4, relevance_score: 1 }] }],
  [
    "a place twice",
    {
      results: [
        { index: 1, relevance_score: 1 },
        { index: 1, relevance_score: 2 },
      ],
    },
  ],
  ["no scores", { results: [{ index: 1 }] }],
  ["nothing", { results: [] }],
  ["another shape", { scores: [1, 2] }],
])("a reply with %s is refused", async (_name, value) => {
  server.next((response) => sendJson(response, value));
  await expect(create().rerank("?", PASSAGES, { limit: 2 }, never)).rejects.toMatchObject({ code: "model_bad_reply" });
});

test("a limit is waited for once, HTML is told, a wrong and an unset key name their variable", async () => {
  server.next((response) => sendJson(response, {}, { status: 429, headers: { "retry-after": "1" } }));
  expect(await create().rerank("?", PASSAGES, { limit: 2 }, never)).toEqual([2, 0]);
  server.next((response) => sendText(response, "<html>busy</html>"));
  await expect(create().rerank("?", PASSAGES, { limit: 2 }, never)).rejects.toMatchObject({ code: "model_bad_reply" });
  await expect(create({}, "sk-wrong-1").rerank("?", PASSAGES, { limit: 2 }, never)).rejects.toMatchObject({
    code: "model_unauthorised",
    message: expect.stringContaining("RERANK_KEY"),
  });
  expect(() => create({}, "")).toThrow("RERANK_KEY is not set");
});

test("one that keeps failing is left out until it has cooled down", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const reranker = create();
  const down: Answer = (response) => sendJson(response, {}, { status: 503 });
  server.next(...Array.from({ length: 6 }, () => down));
  const ask = (): Promise<number[]> => reranker.rerank("?", PASSAGES, { limit: 2 }, never);
  for (let call = 0; call < 5; call += 1) await expect(ask()).rejects.toMatchObject({ code: "model_unreachable" });
  expect(server.received).toHaveLength(6);
  await expect(ask()).rejects.toThrow("is left out for a while");
  vi.setSystemTime(Date.now() + 30_000);
  expect(await ask()).toEqual([2, 0]);
});

test("a server of one's own needs the model's name, and a call can be cancelled", async () => {
  expect(() => create({ provider: "vllm" })).toThrow("[rerank] model");
  const reranker = create({ provider: "vllm", model: "m" });
  await expect(reranker.rerank("?", PASSAGES, { limit: 2 }, AbortSignal.abort())).rejects.toMatchObject({
    code: "aborted",
  });
});
