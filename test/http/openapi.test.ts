import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { openApiDocument } from "../../src/http/openapi/openapi-document.ts";
import { OPERATIONS, type Operation } from "../../src/http/openapi/operations.ts";
import { fastApiErrorSchema, openAiErrorSchema, problemSchema } from "../../src/http/openapi/response-schemas.ts";
import { ledgerRecord, serveApi, type Api } from "./api-fixture.ts";

const KEYS: Record<Operation["key"], Record<string, string>> = {
  admin: { authorization: "Bearer admin-key" },
  api: { authorization: "Bearer k1" },
  none: {},
};

/** A request of each operation that is answered. */
const SAMPLES: Record<string, { path?: string; body?: unknown }> = {
  "/v1/query": { body: { question: "如何退公寓？", history: [{ role: "user", content: "你好" }], top_k: 3 } },
  "/v1/search": { path: "/v1/search?q=leave&top_k=5" },
  "/v1/score": { body: { lines: ["hi"], explain: true } },
  "/v1/feedback": { body: { id: "q1", vote: "up" } },
  "/v1/ledger": { path: "/v1/ledger?limit=5" },
  "/v1/channels/{name}/messages": { path: "/v1/channels/hr/messages", body: { markdown: "Hello" } },
  "/v1/chat/completions": { body: { model: "xianheng", messages: [{ role: "user", content: "如何？" }] } },
  "/v1/models/{id}": { path: "/v1/models/xianheng" },
  "/v1/embeddings": { body: { model: "xianheng", input: ["a"] } },
  "/huixiangdou_inference": { body: { text: "如何？" } },
  "/huixiangdou_stream": { body: { text: "如何？" } },
};

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
      ledger: async () => [ledgerRecord(), ledgerRecord({ conversation: { id: "g", kind: "group" }, leadId: "x" })],
    },
    { apiKeys: "k1" },
  );
}

async function send(api: Api, operation: Operation, path: string, body: unknown): Promise<Response> {
  return fetch(api.url + path, {
    method: operation.method.toUpperCase(),
    headers: {
      ...KEYS[operation.key],
      ...(operation.body !== undefined && { "content-type": "application/json" }),
    },
    ...(operation.body !== undefined && { body: JSON.stringify(body) }),
  });
}

test("the document is served to anybody and has every route", async () => {
  const api = await openApi();
  const response = await fetch(`${api.url}/openapi.json`);
  expect(response.headers.get("content-type")).toContain("application/json");
  const document: unknown = await response.json();
  expect(document).toEqual(openApiDocument());
  const routes = OPERATIONS.map(({ path, method }) => `${method} ${path}`);
  expect(new Set(routes).size).toBe(routes.length);
  // Without a key, a path that is documented as closed is closed; with a wrong method it names the right ones.
  for (const { path, method, key } of OPERATIONS) {
    const sample = SAMPLES[path]?.path ?? path;
    expect([path, (await fetch(api.url + sample, { method })).status]).toEqual([path, key === "none" ? 200 : 401]);
    if (key === "none") continue;
    const other = await fetch(api.url + sample, { method: "PATCH", headers: KEYS[key] });
    expect([path, other.status]).toEqual([path, 405]);
    expect(other.headers.get("allow")).toContain(method.toUpperCase());
  }
});

test.each(OPERATIONS.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
  "%s answers as the document says",
  async (_name, operation) => {
    const api = await openApi();
    const { path = operation.path, body } = SAMPLES[operation.path] ?? {};
    const response = await send(api, operation, path, body);
    expect(response.status).toBe(operation.status);
    if (operation.streams === "only") expect(response.headers.get("content-type")).toContain("text/event-stream");
    if (operation.answer === undefined) return;
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(operation.answer.safeParse(await response.json()).error?.issues ?? []).toEqual([]);
  },
);

/** Values of a JSON schema, and now and then others. */
function valuesOf(schema: z.core.JSONSchema._JSONSchema): fc.Arbitrary<unknown> {
  if (typeof schema === "boolean") return fc.jsonValue();
  return fc.oneof({ weight: 6, arbitrary: fitting(schema) }, { weight: 1, arbitrary: fc.jsonValue() });
}

function fitting(schema: z.core.JSONSchema.JSONSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(valuesOf));
  switch (schema.type) {
    case "object": {
      const { properties = {}, required = [] } = schema;
      const known: Record<string, fc.Arbitrary<unknown>> = {};
      for (const [name, value] of Object.entries(properties)) {
        known[name] = required.includes(name) ? valuesOf(value) : fc.option(valuesOf(value), { nil: undefined });
      }
      return fc.record(known);
    }
    case "array":
      return fc.array(Array.isArray(schema.items) ? fc.jsonValue() : valuesOf(schema.items ?? true), { maxLength: 5 });
    case "string":
      return fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.constantFrom("xianheng", "如何退公寓？", "12"));
    case "integer":
      return fc.integer({ min: -1, max: 60 });
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case undefined:
      return fc.jsonValue();
  }
  // Several types at once, which the declaration does not know.
  return fc.oneof(fc.boolean(), fc.constant(null), fc.integer({ min: -3, max: 3 }), fc.string());
}

test.each(OPERATIONS.filter(({ key }) => key !== "none").map((operation) => [operation.path, operation] as const))(
  "whatever %s is sent, it is answered or refused as the document says",
  async (_path, operation) => {
    const api = await openApi();
    const bodies = operation.body === undefined ? fc.constant(undefined) : valuesOf(jsonSchema(operation.body));
    const queries = operation.query === undefined ? fc.constant({}) : valuesOf(jsonSchema(operation.query));
    const names = fc.oneof(fc.constantFrom("xianheng", "hr"), fc.webSegment());
    await fc.assert(
      fc.asyncProperty(bodies, queries, names, async (body, query, name) => {
        const path = operation.path.replaceAll(/\{\w+\}/gu, encodeURIComponent(name) || "x");
        const search = typeof query === "object" && query !== null ? queryText(query) : "";
        const response = await send(api, operation, path + search, body);
        const text = await response.text();
        expect(response.status).toBeLessThan(500);
        if (response.status < 400) {
          expect(response.status).toBe(operation.status);
          if (response.headers.get("content-type")?.includes("json") === true)
            operation.answer?.parse(JSON.parse(text));
          return;
        }
        faultSchema(operation).parse(JSON.parse(text));
        const type = operation.faults === undefined ? "application/problem+json" : "application/json";
        expect(response.headers.get("content-type")).toContain(type);
      }),
      { numRuns: 40 },
    );
  },
);

function jsonSchema(schema: z.ZodType): z.core.JSONSchema.JSONSchema {
  return z.toJSONSchema(schema, { io: "input" });
}

function queryText(query: object): string {
  const text = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return `?${text.toString()}`;
}

function faultSchema({ faults }: Operation): z.ZodType {
  if (faults === "openai") return openAiErrorSchema;
  return faults === "fastapi" ? fastApiErrorSchema : problemSchema;
}
