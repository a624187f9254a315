import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { serveApi, type Api } from "./api-fixture.ts";
import { operationsOf, readDocument } from "./documented-api.ts";
import { problemOf, sayRaw } from "./raw-client.ts";

/** Every route that takes JSON, and how it tells that something is wrong. */
const JSON_ROUTES = operationsOf(readDocument())
  .filter(({ requestBody }) => requestBody?.content["application/json"] !== undefined)
  .map(({ method, path, responses }) => ({
    method: method.toUpperCase(),
    path: path.replace("{name}", "hr").replaceAll(/\{\w+\}/gu, "id"),
    shape:
      path === "/mcp"
        ? ("json-rpc" as const)
        : shapeOf(Object.keys(responses["400"]?.content ?? {}), responses["422"] === undefined),
  }));

type Shape = "openai" | "fastapi" | "json-rpc" | "problem";

function shapeOf(types: string[], isOpenAi: boolean): Shape {
  if (isOpenAi) return "openai";
  return types.includes("application/json") ? "fastapi" : "problem";
}

const admin = { authorization: "Bearer admin-key" };

async function send(
  api: Api,
  { method, path }: { method: string; path: string },
  { body, headers = {} }: { body: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> },
): Promise<Response> {
  return fetch(api.url + path, { method, body, headers: { "content-type": "application/json", ...admin, ...headers } });
}

/** After whatever came, the next one is answered. */
async function expectAnswers(api: Api): Promise<void> {
  expect((await api.post("/v1/query", { question: "如何退公寓？" })).status).toBe(200);
}

const QUESTION = '{"question":"a?"}';
const BAD_BODIES: [string, { body: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> }, number[]][] = [
  ["broken JSON", { body: '{"question": "a' }, [400, 422]],
  ["JSON with something after it", { body: `${QUESTION}}` }, [400, 422]],
  ["no object", { body: '"a?"' }, [400, 422]],
  ["null", { body: "null" }, [400, 422]],
  ["20,000 open brackets", { body: "[".repeat(20_000) }, [400, 422]],
  ["lists in lists, 20,000 deep", { body: "[".repeat(20_000) + "]".repeat(20_000) }, [400, 422]],
  ["an object that sets __proto__", { body: '{"__proto__":{"polluted":true}}' }, [400, 422]],
  ["an object that sets constructor", { body: '{"constructor":{"prototype":{"polluted":true}}}' }, [400, 422]],
  ["another charset", { body: QUESTION, headers: { "content-type": "application/json; charset=gb18030" } }, [415]],
  ["a gzip body", { body: Uint8Array.from(gzipSync(QUESTION)), headers: { "content-encoding": "gzip" } }, [415]],
  ["a body of 10 MB", { body: JSON.stringify({ question: "a".repeat(10_000_000) }) }, [413]],
  ["bytes that are no UTF-8", { body: Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d]) }, [400, 422]],
];

test.each(BAD_BODIES)("%s is refused by every route that takes JSON", async (_what, sent, statuses) => {
  const api = await serveApi();
  for (const route of JSON_ROUTES) {
    const response = await send(api, route, sent);
    const text = await response.text();
    expect([route.path, response.status, text], text).toEqual([
      route.path,
      expect.toSatisfy((status: number) => statuses.includes(status)),
      text,
    ]);
    expectShape(response, text, route.shape);
  }
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  expect([api.asked, api.turns, api.votes]).toEqual([[], [], []]);
  expect(api.logged.filter((line) => line.includes("http.fault"))).toEqual([]);
  await expectAnswers(api);
});

test.each(["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "json"])(
  "a body of type %s is refused by every route that takes JSON",
  async (type) => {
    const api = await serveApi();
    for (const route of JSON_ROUTES) {
      const response = await send(api, route, { body: QUESTION, headers: { "content-type": type } });
      const text = await response.text();
      // FastAPI, too, has 422 for a body that it does not read.
      expect([route.path, response.status]).toEqual([route.path, route.shape === "fastapi" ? 422 : 415]);
      expectShape(response, text, route.shape);
    }
    await expectAnswers(api);
  },
);

function expectShape({ status, headers }: Response, text: string, shape: Shape): void {
  const value: unknown = JSON.parse(text);
  const type = headers.get("content-type") ?? "";
  if (type.startsWith("application/problem+json")) {
    expect(shape).not.toBe("openai");
    expect(value).toMatchObject({
      type: "about:blank",
      status,
      title: expect.any(String),
      instance: expect.any(String),
    });
    return;
  }
  expect(type).toContain("application/json");
  if (shape === "openai") {
    expect(value).toMatchObject({ error: { message: expect.any(String), type: "invalid_request_error" } });
  } else if (shape === "json-rpc") {
    expect(value).toMatchObject({ jsonrpc: "2.0", error: { code: expect.any(Number) }, id: null });
  } else expect(value).toMatchObject({ detail: expect.anything() });
}

test("keys that would change every object are unknown keys, at whatever depth, and are named", async () => {
  const api = await serveApi();
  const bodies: [string, string][] = [
    ['{"question":"a?","__proto__":{"group":"g"}}', "/__proto__"],
    ['{"question":"a?","constructor":1}', "/constructor"],
    ['{"question":"a?","history":[{"role":"user","content":"b","__proto__":{}}]}', "/history/0/__proto__"],
  ];
  for (const [body, pointer] of bodies) {
    const response = await api.post("/v1/query", body);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ pointer }] });
  }
  // What OpenAI's clients send beside what we know is passed over, whatever it is called.
  const body =
    '{"model":"xianheng","messages":[{"role":"user","content":"a?","__proto__":{"role":"system"}}],"__proto__":{"n":2}}';
  expect((await api.post("/v1/chat/completions", body)).status).toBe(200);
  expect(api.asked.map(({ question, options }) => [question, options.group])).toEqual([["a?", undefined]]);
  await expectAnswers(api);
});

test("of a history of 10,000 turns the last ones are looked at, by either API", async () => {
  const api = await serveApi({}, { maxBodyBytes: 1024 * 1024 });
  const history = Array.from({ length: 10_000 }, (_, turn) => ({
    role: turn % 2 === 0 ? "user" : "assistant",
    content: `第 ${turn} 句`,
  }));
  expect((await api.post("/v1/query", { question: "a?", history })).status).toBe(200);
  const messages = [...history, { role: "user", content: "a?" }];
  expect((await api.post("/v1/chat/completions", { model: "xianheng", messages })).status).toBe(200);
  for (const { options } of api.asked) {
    expect(options.history).toHaveLength(50);
    expect(options.history.at(-1)).toEqual({ role: "assistant", content: "第 9999 句" });
  }
  await expectAnswers(api);
});

test.each(["admin", "User", "", "\u0000", "__proto__", "system "])("nobody has the role %j", async (role) => {
  const api = await serveApi();
  const history = [
    { role: "user", content: "a" },
    { role, content: "b" },
  ];
  const native = await api.post("/v1/query", { question: "a?", history });
  expect(native.status).toBe(422);
  expect(await native.json()).toMatchObject({ code: "invalid_input", errors: [{ pointer: "/history/1/role" }] });
  const messages = [...history, { role: "user", content: "a?" }];
  const openAi = await api.post("/v1/chat/completions", { model: "xianheng", messages });
  expect(openAi.status).toBe(400);
  expect(await openAi.json()).toMatchObject({ error: { param: "messages[1].role" } });
  await expectAnswers(api);
});

test("halves of surrogate pairs and NUL become something that every later reader takes", async () => {
  const api = await serveApi();
  const odd = "退\ud800公\udc00寓\u0000？";
  const read = "退\ufffd公\ufffd寓 ？";
  const history = [{ role: "user", content: odd }];
  const bodies: [string, object][] = [
    ["/v1/query", { question: odd, history, group: odd }],
    ["/v1/chat/completions", { model: "xianheng", messages: [...history, { role: "user", content: odd }] }],
    ["/huixiangdou_inference", { text: odd }],
    ["/v1/score", { lines: [odd], group: odd }],
    ["/v1/embeddings", { model: "xianheng", input: [odd] }],
    ["/v1/feedback", { id: odd, vote: "up", comment: odd }],
  ];
  for (const [path, body] of bodies) {
    const response = await api.post(path, body);
    expect([path, response.status < 300]).toEqual([path, true]);
    expect((await response.text()).isWellFormed()).toBe(true);
  }
  expect(api.asked.map(({ question }) => question)).toEqual([read, read, read]);
  expect(api.asked[0]?.options).toMatchObject({ group: read, history: [{ content: read }] });
  expect(api.votes).toMatchObject([{ id: read, comment: read }]);
  expect(JSON.stringify(api.calls)).not.toMatch(/\\ud8|\\udc|\\u0000/u);
});

test("what would be a header of its own is a part of a name, and gets none", async () => {
  const api = await serveApi();
  const name = "a\r\nX-Injected: 1\r\n\r\n<script>";
  const encoded = encodeURIComponent(name);
  const responses = await Promise.all([
    fetch(`${api.url}/v1/models/${encoded}`),
    fetch(`${api.url}/v1/channels/${encoded}/messages`, { method: "POST", headers: admin }),
    fetch(`${api.url}/${encoded}`),
    fetch(`${api.url}/assets/${encoded}.js`),
    fetch(`${api.url}/webhooks/lark/${encoded}`, { method: "POST" }),
    fetch(`${api.url}/v1/ledger?group=${encoded}`, { headers: admin }),
    api.post("/v1/query", { question: "a?", group: name }),
    api.post("/v1/chat/completions", { model: name, messages: [{ role: "user", content: "a?" }] }),
    api.post("/v1/feedback", { id: name, vote: "up" }),
  ]);
  expect(responses.map(({ status }) => status)).toEqual([404, 422, 404, 404, 404, 200, 200, 404, 204]);
  for (const { headers } of responses) {
    expect(headers.get("x-injected")).toBeNull();
    expect(headers.get("content-type") ?? "").not.toContain("html");
    expect(headers.get("x-request-id")).toMatch(/^id-\d+$/u);
  }
  // Over the wire a line of a header cannot be broken, nor a value be folded into the next.
  const raw = await sayRaw(api.url, "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: b\rX-Injected: 1\r\n\r\n");
  expect(raw).toMatch(/^HTTP\/1\.1 400 /u);
  const id = await fetch(`${api.url}/healthz`, { headers: { "x-request-id": "a, b; c=<d>" } });
  expect(id.headers.get("x-request-id")).toMatch(/^id-\d+$/u);
  await expectAnswers(api);
});

test.each([
  ["no HTTP", "hello\r\n\r\n", 400, "bad_request"],
  ["an unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad_request"],
  [
    "two lengths",
    "POST /v1/query HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
    400,
    "bad_request",
  ],
  [
    "a length and chunks",
    "POST /v1/query HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
    "bad_request",
  ],
  [
    "a chunk without a size",
    "POST /v1/query HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    400,
    "bad_request",
  ],
  ["a NUL in a header", "GET / HTTP/1.1\r\nHost: a\u0000\r\n\r\n", 400, "bad_request"],
  [
    "100 kB of headers",
    `GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${"a".repeat(100_000)}\r\n\r\n`,
    431,
    "headers_too_large",
  ],
  ["an address of 100 kB", `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 431, "headers_too_large"],
])("%s is a problem, and the connection is closed", async (_what, request, status, code) => {
  const api = await serveApi();
  const response = await sayRaw(api.url, request);
  expect(response).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `, "u"));
  expect(response).toContain("Content-Type: application/problem+json");
  expect(problemOf(response)).toMatchObject({ status, code });
  expect(response).not.toContain("aaaa");
  await expectAnswers(api);
});

test.each([
  ["GET", "/nowhere", 404],
  ["GET", "/v1", 404],
  ["GET", "/V1/models", 404],
  ["GET", "/v1/models/a/b", 404],
  ["GET", "/v1/../v1/nowhere", 404],
  ["GET", "/%00", 404],
  ["GET", "/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404],
  ["GET", "/assets/..%2f..%2fpackage.json", 404],
  ["GET", "/v1/models/%E0%A4%A", 400],
  ["GET", "/v1/query", 405],
  ["PATCH", "/v1/query", 405],
  ["OPTIONS", "/v1/query", 405],
  ["DELETE", "/v1/models", 405],
  ["POST", "/v1/search", 405],
  ["PUT", "/healthz", 405],
  ["POST", "/openapi.json", 405],
  ["POST", "/metrics", 405],
  ["DELETE", "/webhooks/lark/hr", 405],
  ["PROPFIND", "/v1/query", 405],
])("%s %s is %i", async (method, path, status) => {
  const api = await serveApi();
  const response = await fetch(api.url + path, { method });
  expect(response.status).toBe(status);
  if (status === 405) expect(response.headers.get("allow")).toMatch(/GET|POST/u);
  const isOpenAi = path.startsWith("/v1/models") && status !== 404;
  const shape = isOpenAi ? { error: { type: "invalid_request_error" } } : { status, instance: expect.any(String) };
  if (!path.includes("/models")) expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect(await response.json()).toMatchObject(path === "/v1/models/a/b" || path === "/V1/models" ? { status } : shape);
  await expectAnswers(api);
});

test.each([
  "/v1/search",
  "/v1/search?q=",
  "/v1/search?q=%00",
  "/v1/search?q=a&q=b",
  "/v1/search?q=a&top_k=0",
  "/v1/search?q=a&top_k=1e1",
  "/v1/search?q=a&top_k=-1",
  "/v1/search?q=a&top_k=５",
  "/v1/search?q=a&__proto__=1",
  "/v1/search?q=a&q[constructor]=1",
  `/v1/search?q=${"a".repeat(8001)}`,
  "/v1/ledger?limit=100000",
  "/v1/ledger?before=99999999999999999",
  "/v1/ledger?before=9999999999999999",
  "/v1/ledger?limit=1&limit=2",
  "/v1/ledger?group=",
])("%s says what is wrong with it", async (path) => {
  const api = await serveApi();
  const response = await fetch(api.url + path, { headers: admin });
  expect(response.status).toBe(422);
  const problem: unknown = await response.json();
  expect(problem).toMatchObject({ code: "invalid_input", errors: expect.arrayContaining([expect.anything()]) });
  // What somebody typed is not repeated.
  expect(problem).toMatchObject({ instance: path.split("?")[0] });
  await expectAnswers(api);
});
