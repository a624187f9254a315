import { expect, test } from "vitest";
import type { Span, SpanFacts, SpanStart, Tracer } from "../../src/core/tracer.ts";
import { serveApi } from "./api-fixture.ts";

interface SeenSpan {
  name: string;
  start: SpanStart | undefined;
  facts: SpanFacts;
  fault?: string;
  hasEnded: boolean;
}

/** Keeps the spans it was asked for. */
function createSeeingTracer(): { tracer: Tracer; spans: SeenSpan[] } {
  const spans: SeenSpan[] = [];
  const begin = (name: string, start?: SpanStart): Span => {
    const seen: SeenSpan = { name, start, facts: { ...start?.facts }, hasEnded: false };
    spans.push(seen);
    return {
      traceId: "trace-1",
      rename: (next) => void (seen.name = next),
      set: (facts) => void Object.assign(seen.facts, facts),
      fail: (code) => void (seen.fault = code),
      end: () => void (seen.hasEnded = true),
      run: (work) => work(),
    };
  };
  return { tracer: { begin }, spans };
}

async function loggedBy(api: { logged: string[] }, count: number): Promise<Record<string, unknown>[]> {
  const requests = (): Record<string, unknown>[] =>
    api.logged.map((line) => JSON.parse(line)).filter(({ event }) => event === "http.request");
  await expect.poll(() => requests().length).toBe(count);
  return requests();
}

test("a request is one line: method, route, status, time, id and the caller's name; no key, query, body or path", async () => {
  const api = await serveApi({}, { apiKeys: "alice:s3cret-key" });
  const headers = { authorization: "Bearer s3cret-key", "x-request-id": "r-7" };
  await api.post("/v1/query?x=s3cret-query", { question: "s3cret-body?" }, headers);
  await fetch(`${api.url}/v1/models/s3cret-path`, { headers });
  await fetch(`${api.url}/s3cret-place`, { headers });
  await fetch(`${api.url}/v1/models`, { headers: { authorization: "Bearer s3cret-guess" } });
  const lines = await loggedBy(api, 4);
  expect(lines).toEqual([
    { event: "http.request", method: "POST", route: "/v1/query", status: 200, ms: 0, id: "r-7", caller: "alice" },
    { event: "http.request", method: "GET", route: "/v1/models/:id", status: 404, ms: 0, id: "r-7", caller: "alice" },
    { event: "http.request", method: "GET", route: "none", status: 404, ms: 0, id: "r-7", caller: "alice" },
    expect.objectContaining({ route: "none", status: 401, caller: "anonymous" }),
  ]);
  expect(api.logged.join("\n")).not.toContain("s3cret");
});

test("who hangs up is told apart", async () => {
  const leaving = new AbortController();
  const api = await serveApi({
    async ask() {
      leaving.abort();
      return new Promise(() => undefined);
    },
  });
  const asking = fetch(`${api.url}/v1/query`, {
    method: "POST",
    body: JSON.stringify({ question: "a?" }),
    headers: { "content-type": "application/json" },
    signal: leaving.signal,
  });
  await expect(asking).rejects.toThrow();
  expect(await loggedBy(api, 1)).toMatchObject([{ cut: true }]);
});

test("a request is a span by its route, which goes on with the caller's trace; probes are none", async () => {
  const { tracer, spans } = createSeeingTracer();
  const api = await serveApi({ ask: () => Promise.reject(new Error("bug")) }, { tracer });
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await api.post("/v1/query?x=s3cret", { question: "s3cret?" }, { traceparent });
  await fetch(`${api.url}/healthz`);
  await fetch(`${api.url}/metrics`);
  await expect.poll(() => spans.every(({ hasEnded }) => hasEnded)).toBe(true);
  expect(spans).toHaveLength(1);
  expect(spans[0]).toMatchObject({
    name: "POST /v1/query",
    start: { kind: "server", parent: { traceparent } },
    facts: { "http.request.method": "POST", "http.route": "/v1/query", "http.response.status_code": 500 },
    fault: "500",
  });
  expect(JSON.stringify(spans)).not.toContain("s3cret");
  expect((await loggedBy(api, 3))[0]).toMatchObject({ trace: "trace-1" });
});
