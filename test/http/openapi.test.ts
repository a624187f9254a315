import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { OPERATIONS } from "../../src/http/openapi/operations.ts";
import { serveApi, type Api } from "./api-fixture.ts";
import {
  createResponseCheck,
  operationsOf,
  readDocument,
  routesOf,
  type DocumentedOperation,
} from "./documented-api.ts";

const document = readDocument();
const documented = operationsOf(document);
const check = createResponseCheck(document);

/** A request of each operation that is answered; others need no more than their path. */
const SAMPLES: Record<string, { path?: string; body?: unknown; headers?: Record<string, string> }> = {
  "post /v1/query": { body: { question: "如何退公寓？", history: [{ role: "user", content: "你好" }], top_k: 3 } },
  "get /v1/search": { path: "/v1/search?q=leave&top_k=5" },
  "post /v1/score": { body: { lines: ["hi"], explain: true } },
  "post /v1/feedback": { body: { id: "q1", vote: "up" } },
  "get /v1/ledger": { path: "/v1/ledger?limit=5" },
  "get /v1/ledger/{id}": { path: "/v1/ledger/hr%2Fhr%2Fom%252F1?language=zh" },
  "put /v1/ledger/{id}/label": { path: "/v1/ledger/q1/label", body: { right: true } },
  "put /v1/groups/{id}/mute": { path: "/v1/groups/hr%2Fhr%2Foc/mute", body: { minutes: 60 } },
  "delete /v1/groups/{id}/mute": { path: "/v1/groups/hr%2Fhr%2Foc/mute" },
  "put /v1/groups/{id}/quiet-hours": {
    path: "/v1/groups/hr%2Fhr%2Foc/quiet-hours",
    body: { quiet_hours: ["22:00-08:00"] },
  },
  "delete /v1/groups/{id}/quiet-hours": { path: "/v1/groups/hr%2Fhr%2Foc/quiet-hours" },
  "post /v1/health/checks": { path: "/v1/health/checks?language=zh" },
  "get /v1/gate": { path: "/v1/gate?group=oc" },
  "post /v1/gate/tune": { body: { max_wrong: 0.01 } },
  "delete /v1/ledger/{id}/label": { path: "/v1/ledger/q1/label" },
  "post /v1/documents": { body: upload() },
  "get /v1/documents/{id}": { path: "/v1/documents/d1" },
  "delete /v1/documents/{id}": { path: "/v1/documents/d1" },
  "get /v1/documents/{id}/file": { path: "/v1/documents/d1/file" },
  "get /v1/sources": { path: "/v1/sources?source=corpus%2Fa.md" },
  "get /v1/sources/file": { path: "/v1/sources/file?source=corpus%2Fa.md" },
  "post /v1/channels/{name}/messages": { path: "/v1/channels/hr/messages", body: { markdown: "Hello" } },
  "post /v1/chat/completions": { body: { model: "xianheng", messages: [{ role: "user", content: "如何？" }] } },
  "get /v1/models/{id}": { path: "/v1/models/xianheng" },
  "post /v1/embeddings": { body: { model: "xianheng", input: ["a"] } },
  "post /huixiangdou_inference": { body: { text: "如何？" } },
  "post /huixiangdou_stream": { body: { text: "如何？" } },
  "post /mcp": {
    headers: {
      accept: "application/json, text/event-stream",
      "mcp-method": "tools/list",
      "mcp-protocol-version": "2026-07-28",
    },
    body: {
      jsonrpc: "2.0",
      id: 1,
      method: "tools/list",
      params: {
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientInfo": { name: "test", version: "1.0.0" },
          "io.modelcontextprotocol/clientCapabilities": {},
        },
      },
    },
  },
  "get /assets/{name}": { path: "/assets/index-B1.js" },
  "get /webhooks/lark/{app}": { path: "/webhooks/lark/hr" },
  "post /webhooks/lark/{app}": { path: "/webhooks/lark/hr" },
  "get /webhooks/wecom/{app}": { path: "/webhooks/wecom/work" },
  "post /webhooks/wecom/{app}": { path: "/webhooks/wecom/work" },
  "get /webhooks/wechat/{app}": { path: "/webhooks/wechat/official" },
  "post /webhooks/wechat/{app}": { path: "/webhooks/wechat/official" },
  "get /api/v1/message/v1/wechat/{suffix}": { path: "/api/v1/message/v1/wechat/s3cret" },
  "post /api/v1/message/v1/wechat/{suffix}": { path: "/api/v1/message/v1/wechat/s3cret" },
};

function upload(): FormData {
  const form = new FormData();
  form.append("file", new Blob(["# A\n\ntext\n"]), "a.md");
  return form;
}

async function openApi(): Promise<Api> {
  return serveApi(
    {
      search: async () => [
        {
          rank: 1,
          score: 0.5,
          dense: 0.5,
          lexical: 1,
          source: "a.md",
          title: "A",
          mediaType: "text/markdown",
          chunk: { id: "c", documentId: "d", text: "t", headings: [], start: 0, end: 1 },
        },
      ],
    },
    { apiKeys: "k1" },
  );
}

/** The headers of whoever may use it: the admin's where only that key will do. */
function keyOf({ security }: DocumentedOperation): Record<string, string> {
  const key = security.some((one) => "key" in one) ? "k1" : "admin-key";
  return security.length === 0 ? {} : { authorization: `Bearer ${key}` };
}

test("the document is served to anybody", async () => {
  const api = await openApi();
  const response = await fetch(`${api.url}/openapi.json`);
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(await response.json()).toEqual(document);
});

test("the document is sound: parameters, references, schemas, names and faults", () => {
  expect(document.openapi).toBe("3.1.0");
  expect(document.info).toMatchObject({ title: "Xianheng", version: expect.any(String) });
  const ids = documented.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(documented).toHaveLength(OPERATIONS.length);
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, validateFormats: false });
  for (const { name, path, operationId, summary, security, parameters = [], requestBody, responses } of documented) {
    expect([name, operationId]).toEqual([name, expect.stringMatching(/^[a-z][A-Za-z\d]*$/u)]);
    expect([name, summary]).toEqual([name, expect.stringMatching(/\S/u)]);
    const placeholders = [...path.matchAll(/\{(\w+)\}/gu)].map(([, one]) => one);
    expect([name, parameters.filter((one) => one.in === "path").map((one) => one.name)]).toEqual([name, placeholders]);
    expect(parameters.every((one) => one.in === "query" || one.required)).toBe(true);
    for (const scheme of security.flatMap((one) => Object.keys(one))) {
      expect(document.components.securitySchemes).toHaveProperty(scheme);
    }
    const statuses = Object.keys(responses);
    expect([name, statuses.filter((status) => !/^[2-5]\d\d$/u.test(status))]).toEqual([name, []]);
    expect([name, statuses.filter((status) => status.startsWith("2")).length]).toEqual([name, expect.any(Number)]);
    expect([name, statuses.includes("401")]).toEqual([
      name,
      security.length > 0 || path.includes("wechat") || path.includes("webhooks"),
    ]);
    const contents = [requestBody?.content ?? {}, ...Object.values(responses).map(({ content = {} }) => content)];
    for (const { schema } of contents.flatMap((content) => Object.values(content))) {
      if (schema !== undefined && !("$ref" in schema)) expect(() => ajv.compile(schema)).not.toThrow();
    }
    expect(Object.values(responses).every(({ description }) => description !== "")).toBe(true);
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/gu)];
  expect(references.length).toBeGreaterThan(documented.length);
  for (const [, name = ""] of references) expect(document.components.schemas).toHaveProperty(name);
});

test("every route that is served is documented, and the other way round", async () => {
  const { routes } = await openApi();
  const served = routesOf(routes);
  const names = new Set(documented.map(({ name }) => name));
  const paths = new Set(documented.map(({ path }) => path));
  // A route of every method answers those that are not documented with 405.
  const isDocumented = ({ method, path }: (typeof served)[number]): boolean =>
    method === undefined ? paths.has(path) : names.has(`${method} ${path}`);
  expect(served.filter((route) => !isDocumented(route))).toEqual([]);
  const isServed = ({ method, path }: DocumentedOperation): boolean =>
    served.some((route) => route.path === path && (route.method ?? method) === method);
  expect(documented.filter((operation) => !isServed(operation)).map(({ name }) => name)).toEqual([]);
});

test.each(documented.map((operation) => [operation.name, operation] as const))(
  "%s answers as the document says, with the key that it names and no other method",
  async (name, operation) => {
    const api = await openApi();
    const { path = operation.path, body, headers: own = {} } = SAMPLES[name] ?? {};
    const isForm = body instanceof FormData;
    const send = async (headers: Record<string, string>, method = operation.method): Promise<[Response, string]> => {
      const response = await fetch(api.url + path, {
        method: method.toUpperCase(),
        headers: { ...own, ...headers, ...(body !== undefined && !isForm && { "content-type": "application/json" }) },
        ...(body !== undefined && method === operation.method && { body: isForm ? body : JSON.stringify(body) }),
      });
      return [response, await response.text()];
    };
    const [response, text] = await send(keyOf(operation));
    const status = OPERATIONS.find((one) => `${one.method} ${one.path}` === name)?.status;
    expect([name, response.status, text.slice(0, 200)]).toEqual([name, status, text.slice(0, 200)]);
    expect(check.faultOf(operation, response, text)).toBeUndefined();
    const answer = OPERATIONS.find((one) => `${one.method} ${one.path}` === name)?.answer;
    if (answer !== undefined) expect(answer.safeParse(JSON.parse(text)).error?.issues ?? []).toEqual([]);

    const [closed, closedText] = await send({});
    expect([name, closed.status]).toEqual([name, operation.security.length === 0 ? status : 401]);
    expect(check.faultOf(operation, closed, closedText)).toBeUndefined();
    if (operation.security.every((one) => "admin" in one) && operation.security.length > 0) {
      expect((await send({ authorization: "Bearer k1" }))[0].status).toBe(401);
    }
    const [other] = await send(keyOf(operation), "PATCH");
    expect([name, other.status]).toEqual([name, 405]);
    expect(other.headers.get("allow")).toContain(operation.method.toUpperCase());
  },
);
