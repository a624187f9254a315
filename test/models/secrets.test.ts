import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import type { Fetch } from "../../src/core/runtime.ts";
import { createChatModels } from "../../src/models/create-chat-model.ts";
import { createEmbedding } from "../../src/models/create-embedding.ts";
import { createFallbackModel } from "../../src/models/fallback.ts";
import { createHttpReranker } from "../../src/models/http-reranker.ts";
import { UsageLedger } from "../../src/models/usage-ledger.ts";
import { VENDORS } from "../../src/models/vendors.ts";
import { createJumpingClock, createRecordingLogger } from "./stand-in/clocks.ts";

/** Every variable that a config can name, each with a value that looks different when it is encoded. */
const SECRETS: Record<string, string> = {
  API_KEY: "k3y+/ab=c&d?e%f~Zz-7741",
  ACCESS_KEY: "AK!9f0a+1/2=3",
  SECRET_KEY: "SK(77)ee+9/8=7",
  OTHER_KEY: "an0ther:one/of+the=file",
};
/** Given out by the gateway itself. */
const TOKEN = "24.t0ken+of/the=gateway.2592000";
const QUESTION = { messages: [{ role: "user" as const, content: "水费多少？" }] };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secrets-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const ALLES_APIN =
  "minimax openai-v1 openai-completions openai openai-assistants palm-chat palm-text gemini claude claude-slack wenxin spark".split(
    " ",
  );

const ENTRIES: [name: string, entry: object][] = [
  ...ALLES_APIN.map((api): [string, object] => [
    `alles-apin ${api}`,
    { provider: "alles-apin", api, api_key_env: "API_KEY" },
  ]),
  ["aimhub", { provider: "aimhub", api_key_env: "API_KEY" }],
  ...(["token", "iam"] as const).map((auth): [string, object] => [
    `qianfan by ${auth}`,
    { provider: "qianfan", access_key_env: "ACCESS_KEY", secret_key_env: "SECRET_KEY", endpoint: "dolly", auth },
  ]),
  ["puyu", { provider: "puyu", api_key_env: "API_KEY" }],
  ...Object.keys(VENDORS).map((provider): [string, object] => [
    provider,
    { provider, model: "m", api_key_env: "API_KEY" },
  ]),
  ["langchain", { provider: "langchain", model: "openai:gpt-4o-mini", api_key_env: "API_KEY" }],
];

/** The whole request as a careless gateway would show it, and every secret in every form. */
function echoOf(url: string, init: RequestInit | undefined): string {
  const headers = [...new Headers(init?.headers)].map(([name, value]) => `${name}: ${value}`);
  const body = typeof init?.body === "string" ? init.body : "";
  return [url, ...headers, body, ...Object.values(SECRETS).flatMap(formsOf), ...formsOf(TOKEN)].join(" ; ");
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    Buffer.from(`user:${secret}`).toString("base64").replace(/=+$/, ""),
    bytes.toString("hex"),
  ];
}

function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });
}

const FAULTS: Record<string, (echo: string) => Response | Error> = {
  "401 echoing the key": (echo) => json({ error: { message: `Incorrect API key provided: ${echo}` } }, 401),
  "403 in plain text": (echo) => new Response(echo, { status: 403 }),
  "500 HTML echoing the request": (echo) =>
    new Response(`<html><title>Oops</title><body><pre>${echo}</pre></body></html>`, {
      status: 500,
      headers: { "content-type": "text/html" },
    }),
  "400 with a field": (echo) => json({ detail: echo, message: echo }, 400),
  "429 with a wait": (echo) =>
    new Response(echo, { status: 429, headers: { "retry-after": "1", "x-echo": encodeURIComponent(echo) } }),
  "a redirect elsewhere": (echo) =>
    new Response(null, { status: 302, headers: { location: `https://elsewhere.example/${encodeURIComponent(echo)}` } }),
  "a redirect on the same host": (echo) =>
    new Response(null, { status: 307, headers: { location: `/${encodeURIComponent(encodeURIComponent(echo))}` } }),
  "an address that is none": (echo) =>
    new Response(null, { status: 307, headers: { location: `http://[${encodeURIComponent(echo)}` } }),
  "malformed JSON": (echo) =>
    new Response(`{"choices": [{"message": ${echo}`, { headers: { "content-type": "application/json" } }),
  "JSON of another shape": (echo) => json({ result_of: echo, echo: { deep: [echo] } }),
  "a business error": (echo) => json({ msgCode: "-1", msg: echo, data: { error_code: 336003, error_msg: echo } }),
  "an error inside 200": (echo) => json({ error: { message: echo, code: echo }, error_code: 17, error_msg: echo }),
  "a stream that breaks": (echo) =>
    new Response(`data: {"error":{"message":${JSON.stringify(echo)}}}\n\ndata: {"choi${echo}`, {
      headers: { "content-type": "text/event-stream" },
    }),
  "a stream of lines": (echo) =>
    new Response(`{"success":"false","msg":${JSON.stringify(echo)}}\n${echo}`, {
      headers: { "content-type": "text/plain" },
    }),
  "a failing connection": (echo) => new TypeError("fetch failed", { cause: new Error(`bad header ${echo}`) }),
};

/** Answers every call with the fault; a token, where one is asked for, is given first when `givesToken`. */
function faultyFetch(fault: (echo: string) => Response | Error, givesToken: boolean): Fetch {
  return async (url, init) => {
    if (givesToken && url.includes("/oauth/")) return json({ access_token: TOKEN, expires_in: 2_592_000 });
    const answer = fault(echoOf(url, init));
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

/** Everything that a log or a page could hold of an error. */
function tellAll(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 8) return [String(error)];
  const fields = Object.entries(error).map(
    ([name, value]) => `${name}=${value instanceof Error ? "" : JSON.stringify(value)}`,
  );
  const inner = error instanceof AggregateError ? error.errors : [];
  return [
    error.message,
    error.stack ?? "",
    ...fields,
    ...[error.cause, ...inner].filter(Boolean).flatMap((each) => tellAll(each, depth + 1)),
  ];
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => readFile(join(entry.parentPath, entry.name), "utf8")),
  );
}

function expectNoSecret(told: readonly string[], context: string): void {
  const all = told.join("\n");
  for (const secret of [...Object.values(SECRETS), TOKEN]) {
    for (const form of formsOf(secret)) {
      const at = all.indexOf(form);
      expect(at < 0 ? undefined : all.slice(Math.max(0, at - 80), at + form.length), context).toBeUndefined();
    }
  }
}

const secret = (variable: string): string | undefined => SECRETS[variable];
const secretValues = Object.values(SECRETS);

test.each(ENTRIES)("%s tells no secret, whatever the gateway does", async (_name, entry) => {
  for (const [name, fault] of Object.entries(FAULTS)) {
    const logger = createRecordingLogger();
    const clock = createJumpingClock();
    const told: string[] = [];
    const models = await createChatModels({
      llm: configSchema.parse({ llm: [{ ...entry, requests_per_minute: 0 }] }).llm,
      secret,
      secretValues,
      fetch: faultyFetch(fault, name !== "401 echoing the key"),
      clock,
      random: () => 0,
      logger,
      ledger: new UsageLedger({ folder, clock, logger }),
    });
    const onFallback = (failure: unknown): void => void told.push(JSON.stringify(failure));
    const model = createFallbackModel(models, { onFallback });
    const request = {
      ...QUESTION,
      onFailure: (id: string, error: Error) => void told.push(id, ...tellAll(error)),
    };
    const never = new AbortController().signal;
    for (const ask of [
      async () => model.complete(request, never),
      async () => model.stream?.(request, () => {}, never),
    ]) {
      const reply = await ask().catch((error: unknown) => void told.push(...tellAll(error)));
      // What a model says is the model's; what is said about it is ours.
      told.push(reply?.model ?? "", ...(reply?.warnings ?? []));
    }
    expectNoSecret([...told, ...logger.lines, ...(await filesIn(folder))], name);
    expect(told.length, name).toBeGreaterThan(2);
  }
});

test("embeddings and rerankers tell no secret either", async () => {
  for (const [name, fault] of Object.entries(FAULTS)) {
    const runtime = { secret, secretValues, clock: createJumpingClock(), random: () => 0 };
    const fetch = faultyFetch(fault, false);
    const never = new AbortController().signal;
    const told: string[] = [];
    const settings = { base_url: "http://gateway.example/v1", model: "m", api_key_env: "API_KEY", timeout_s: 5 };
    const tell = (error: unknown): void => void told.push(...tellAll(error));
    for (const dimensions of [undefined, 4]) {
      const made = createEmbedding(
        { ...settings, provider: "openai", dimensions, requests_per_minute: 0 },
        { ...runtime, fetch, checkFile: "unused" },
      );
      await made.then(async (model) => model.embed(["水费"], "query", never)).catch(tell);
    }
    const reranker = createHttpReranker(
      { ...settings, provider: "vllm", requests_per_minute: 0 },
      { ...runtime, fetch },
    );
    await reranker.rerank("水费", ["a", "b"], { limit: 2 }, never).catch(tell);
    expectNoSecret(told, name);
    expect(told.length, name).toBeGreaterThan(5);
  }
});
