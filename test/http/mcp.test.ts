import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, onTestFinished, test } from "vitest";
import { toAskDocument } from "../../src/core/ask-document.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Hit } from "../../src/core/retriever.ts";
import { ANSWER, answeredTurn, declinedTurn, serveApi } from "./api-fixture.ts";

const VERSION = "io.modelcontextprotocol/protocolVersion";
const ENVELOPE = {
  [VERSION]: "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1.0.0" },
  "io.modelcontextprotocol/clientCapabilities": {},
};
const BOTH = "application/json, text/event-stream";
const QUESTION = "如何退公寓？";

type Protocol = "2025-11-25" | "2026-07-28";

/** The official client. */
async function connect(url: string, protocol: Protocol, headers: Record<string, string> = {}): Promise<Client> {
  const mode = protocol === "2026-07-28" ? { pin: protocol } : "legacy";
  const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit: { headers } }));
  onTestFinished(async () => client.close());
  return client;
}

/** A message as bytes. */
async function say(url: string, message: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/mcp`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: BOTH, ...headers },
    body: typeof message === "string" ? message : JSON.stringify(message),
  });
}

const call = (id: number, method: string, params?: object) => ({
  jsonrpc: "2.0",
  id,
  method,
  ...(params !== undefined && { params }),
});

const HIT: Hit = {
  rank: 1,
  score: 0.5,
  dense: 0.5,
  lexical: 1,
  source: "handbook.pdf",
  title: "Handbook",
  mediaType: "application/pdf",
  chunk: { id: "c", documentId: "d", text: "Open the rear tray.", headings: ["Paper jam"], page: 3, start: 0, end: 1 },
};

function textOf(result: { content: { type: string; text?: string }[] }): string {
  return result.content.map(({ text = "" }) => text).join("");
}

describe.each(["2025-11-25", "2026-07-28"] as const)("the official client, protocol %s", (protocol) => {
  test("is told who we are, how to use us, and what there is", async () => {
    const { url } = await serveApi();
    const client = await connect(url, protocol);
    expect(client.getNegotiatedProtocolVersion()).toBe(protocol);
    expect(client.getServerVersion()).toMatchObject({ name: "xianheng", version: "1.2.3" });
    expect(client.getInstructions()).toMatch(/documents/u);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["ask", "search"]);
    expect(tools.map(({ annotations }) => annotations?.readOnlyHint)).toEqual([true, true]);
    for (const { inputSchema, outputSchema, description } of tools) {
      expect(inputSchema.properties?.["top_k"]).toMatchObject({
        type: "integer",
        minimum: 1,
        maximum: expect.any(Number),
      });
      expect(outputSchema).toMatchObject({ type: "object", properties: expect.any(Object) });
      expect(description?.length).toBeGreaterThan(100);
    }
    expect(tools[0]?.inputSchema.properties?.["question"]).toMatchObject({ type: "string", maxLength: 8000 });
    expect(tools[0]?.description).toMatch(/silent/u);
  });

  test("ask gives the document of ask --json, and a text with numbered sources", async () => {
    const api = await serveApi();
    const client = await connect(api.url, protocol);
    const given = { question: QUESTION, top_k: 3, group: "hr", language: "zh" };
    const result = await client.callTool({ name: "ask", arguments: given });
    expect(result.structuredContent).toEqual(toAskDocument(answeredTurn()));
    expect(textOf(result)).toBe(`${ANSWER}\n\n来源：\n[1] Moving out (housing/move-out.md)`);
    expect(result.isError).toBeUndefined();
    expect(api.asked).toMatchObject([{ question: QUESTION, options: { topK: 3, group: "hr", language: "zh" } }]);
    expect(api.turns).toMatchObject([{ question: QUESTION, via: "mcp", group: "hr", callerId: "anonymous" }]);
  });

  test("silence is a result with its reason and no error", async () => {
    const { url } = await serveApi({ ask: async () => declinedTurn() });
    const result = await (await connect(url, protocol)).callTool({ name: "ask", arguments: { question: QUESTION } });
    expect(result.isError ?? false).toBe(false);
    expect(result.structuredContent).toMatchObject({ outcome: "declined", reason: "unrelated", answer: "" });
    expect(textOf(result)).toMatch(/^[^\n]+\(unrelated\)$/u);
  });

  test("a turn that failed is an error that says why", async () => {
    const { url } = await serveApi({
      ask: async () => {
        throw new AppError("model_unreachable", "The gateway does not answer: start it.");
      },
    });
    const result = await (await connect(url, protocol)).callTool({ name: "ask", arguments: { question: QUESTION } });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toContain("The gateway does not answer: start it.");
    expect(result.structuredContent).toMatchObject({ outcome: "failed", reason: "model_unreachable" });
  });

  test("search gives the hits, and their text with page and source", async () => {
    const { url, calls } = await serveApi({ search: async () => [HIT] });
    const client = await connect(url, protocol);
    const result = await client.callTool({ name: "search", arguments: { query: "jam" } });
    expect(result.structuredContent).toEqual({
      hits: [
        {
          rank: 1,
          score: 0.5,
          dense: 0.5,
          lexical: 1,
          source: "handbook.pdf",
          title: "Handbook",
          headings: ["Paper jam"],
          page: 3,
          chunk: "c",
          text: "Open the rear tray.",
        },
      ],
    });
    expect(textOf(result)).toBe("1. Handbook, p. 3 (handbook.pdf)\nPaper jam\n\nOpen the rear tray.");
    expect(calls.find(([first]) => first === "jam")?.[1]).toEqual({ limit: 10 });
  });

  test.each([
    ["ask", {}],
    ["ask", { question: "" }],
    ["ask", { question: "a".repeat(8001) }],
    ["ask", { question: "a?", top_k: 51 }],
    ["ask", { question: "a?", top_k: 1.5 }],
    ["ask", { question: "a?", language: "fr" }],
    ["ask", { question: "a?", unknown: 1 }],
    ["search", { query: "a", top_k: 101 }],
    ["search", { query: 1 }],
  ])("bad arguments of %s are a result that is an error: %j", async (name, given) => {
    const api = await serveApi();
    const result = await (await connect(api.url, protocol)).callTool({ name, arguments: given });
    expect(result.isError).toBe(true);
    expect(textOf(result)).toMatch(/Invalid arguments/u);
    expect(api.asked).toEqual([]);
  });

  test("an unknown tool is -32602", async () => {
    const client = await connect((await serveApi()).url, protocol);
    await expect(client.callTool({ name: "delete", arguments: {} })).rejects.toMatchObject({ code: -32602 });
  });

  test("documents are listed by pages, told by a template and read as Markdown", async () => {
    const documents = Array.from({ length: 250 }, (_, at) => {
      const name = String(at).padStart(3, "0");
      return { id: `d${name}`, source: `a/文档 ${name}.md`, title: `T${at}`, modifiedAt: 1_700_000_000_000 };
    });
    const shelf = {
      listDocuments: async () => documents,
      readDocument: async (id: string) => (documents.some((one) => one.id === id) ? `# ${id}\n` : undefined),
    };
    const client = await connect((await serveApi({}, { shelf })).url, protocol);
    const first = await client.listResources({ cursor: undefined });
    expect(first.resources[0]).toMatchObject({
      uri: "xianheng://documents/d000",
      name: "a/文档 000.md",
      title: "T0",
      mimeType: "text/markdown",
    });
    // Without a cursor the client walks all pages by itself.
    expect(first.resources.map(({ uri }) => uri)).toEqual(documents.map(({ id }) => `xianheng://documents/${id}`));
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(["xianheng://documents/{id}"]);
    const { contents } = await client.readResource({ uri: "xianheng://documents/d249" });
    expect(contents).toEqual([{ uri: "xianheng://documents/d249", mimeType: "text/markdown", text: "# d249\n" }]);
    await expect(client.readResource({ uri: "xianheng://documents/none" })).rejects.toMatchObject({ code: -32602 });
    await expect(client.readResource({ uri: "file:///etc/passwd" })).rejects.toMatchObject({ code: -32602 });
    await expect(client.listResources({ cursor: "!" })).rejects.toMatchObject({ code: -32602 });
  });

  test("a client that wants to know is told of each step", async () => {
    const { url } = await serveApi({
      async ask(_question, { onStep }) {
        for (const name of ["retrieve", "answer"]) onStep?.(name, 1);
        return answeredTurn();
      },
    });
    const told: unknown[] = [];
    const given = { name: "ask", arguments: { question: QUESTION } };
    const onprogress = (progress: unknown): void => void told.push(progress);
    const result = await (await connect(url, protocol)).callTool(given, { onprogress });
    expect(result.structuredContent).toMatchObject({ outcome: "answered" });
    expect(told).toEqual([
      { progress: 1, message: "retrieve" },
      { progress: 2, message: "answer" },
    ]);
  });

  test("a call that is cancelled ends the model call", async () => {
    const api = await serveApi({ ask: async (_question, _options, signal) => untilAborted(signal) });
    const client = await connect(api.url, protocol);
    const leaving = new AbortController();
    const asking = client.callTool({ name: "ask", arguments: { question: QUESTION } }, { signal: leaving.signal });
    await expect.poll(() => signalOf(api.calls)).toBeDefined();
    leaving.abort();
    await expect(asking).rejects.toThrow();
    await expect.poll(() => signalOf(api.calls)?.aborted).toBe(true);
    await expect.poll(() => api.turns).toMatchObject([{ ended: undefined, via: "mcp" }]);
  });

  test("a key is needed where keys are set, and names the caller", async () => {
    const api = await serveApi({}, { apiKeys: "bot:key-12345" });
    await expect(connect(api.url, protocol)).rejects.toThrow();
    const client = await connect(api.url, protocol, { authorization: "Bearer key-12345" });
    await client.callTool({ name: "ask", arguments: { question: QUESTION } });
    expect(api.turns[0]?.callerId).toBe("bot");
  });
});

async function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new AppError("aborted", "Aborted.")), { once: true });
  });
}

function signalOf(calls: unknown[][]): AbortSignal | undefined {
  return calls.flat().find((one) => one instanceof AbortSignal);
}

test("initialize is answered by an event, without a session, in the client's protocol", async () => {
  const { url } = await serveApi();
  for (const protocolVersion of ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]) {
    const params = { protocolVersion, capabilities: {}, clientInfo: { name: "t", version: "1" } };
    const response = await say(url, call(1, "initialize", params));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(response.headers.get("mcp-session-id")).toBeNull();
    const [event, data] = (await response.text()).split("\n");
    expect(event).toBe("event: message");
    expect(JSON.parse(data?.slice(6) ?? "")).toMatchObject({ jsonrpc: "2.0", id: 1, result: { protocolVersion } });
  }
});

test("server/discover of 2026-07-28 is answered as JSON", async () => {
  const { url } = await serveApi();
  const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "server/discover" };
  const response = await say(url, call(1, "server/discover", { _meta: ENVELOPE }), headers);
  expect(await response.json()).toMatchObject({
    result: { supportedVersions: ["2026-07-28"], resultType: "complete", capabilities: { tools: {}, resources: {} } },
  });
});

test("a version that is not ours is refused", async () => {
  const { url } = await serveApi();
  expect((await say(url, call(1, "ping"), { "mcp-protocol-version": "1999-01-01" })).status).toBe(400);
  const headers = { "mcp-protocol-version": "2099-01-01", "mcp-method": "ping" };
  const response = await say(url, call(1, "ping", { _meta: { ...ENVELOPE, [VERSION]: "2099-01-01" } }), headers);
  expect([response.status, await response.json()]).toMatchObject([400, { error: { code: -32022 } }]);
});

test("notifications are 202 without a body", async () => {
  const { url } = await serveApi();
  const response = await say(url, { jsonrpc: "2.0", method: "notifications/initialized" });
  expect([response.status, await response.text()]).toEqual([202, ""]);
});

test.each(["application/json", "text/event-stream", "text/html"])(
  "a client that accepts %s alone is 406",
  async (accept) => {
    const { url } = await serveApi();
    const modern = call(1, "tools/list", { _meta: ENVELOPE });
    for (const message of [call(1, "tools/list"), modern]) {
      const response = await say(url, message, { accept });
      expect([response.status, await response.json()]).toMatchObject([406, { error: { code: -32000 }, id: null }]);
    }
  },
);

test.each(["GET", "DELETE", "PUT", "HEAD"])("%s is 405", async (method) => {
  const { url } = await serveApi();
  const response = await fetch(`${url}/mcp`, { method, headers: { accept: "text/event-stream" } });
  expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
});

test.each([
  ["broken JSON", "{", 400, -32700],
  ["nothing", "", 400, -32600],
  ["null", "null", 400, -32600],
  ["no message", "{}", 400, -32600],
  ["an empty list", "[]", 400, -32600],
  ["lists in lists", "[".repeat(5000) + "]".repeat(5000), 400, -32700],
  ["too much", JSON.stringify({ question: "a".repeat(100_000) }), 413, -32000],
])("%s is a fault in JSON-RPC", async (_what, body, status, code) => {
  const { url } = await serveApi();
  const response = await say(url, body);
  expect([response.status, await response.json()]).toMatchObject([
    status,
    { jsonrpc: "2.0", error: { code }, id: null },
  ]);
});

test("another type than JSON is 415", async () => {
  const { url } = await serveApi();
  const response = await say(url, "a", { "content-type": "text/plain" });
  expect([response.status, await response.json()]).toMatchObject([415, { error: { code: -32000 } }]);
});

test("a list of messages, as 2025-03-26 has it, is answered message by message", async () => {
  const { url } = await serveApi();
  const response = await say(url, [call(1, "ping"), call(2, "nope")], { "mcp-protocol-version": "2025-03-26" });
  const answers = (await response.text()).matchAll(/^data: (.*)$/gmu);
  expect([...answers].map(([, data = ""]) => JSON.parse(data)).toSorted((one, two) => one.id - two.id)).toMatchObject([
    { id: 1, result: {} },
    { id: 2, error: { code: -32601 } },
  ]);
});

test("without the right key it is 401, with a foreign Host or Origin 403, all in JSON-RPC", async () => {
  const { url } = await serveApi({}, { apiKeys: "k1" });
  for (const headers of [{}, { authorization: "Bearer wrong" }] as Record<string, string>[]) {
    const response = await say(url, call(1, "tools/list"), headers);
    expect([response.status, await response.json()]).toMatchObject([401, { jsonrpc: "2.0", error: {}, id: null }]);
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer/u);
  }
  const foreign = await say(url, call(1, "tools/list"), { origin: "https://evil.example", authorization: "Bearer k1" });
  expect([foreign.status, await foreign.json()]).toMatchObject([403, { jsonrpc: "2.0" }]);
});

test("beyond loopback, too, a page of another site is 403", async () => {
  const { url } = await serveApi({}, { apiKeys: "k1", host: "0.0.0.0", publicUrl: "https://bot.example.com" });
  const statusFrom = async (origin: string, path = "/mcp") => {
    const headers = { "content-type": "application/json", accept: BOTH, authorization: "Bearer k1", origin };
    return (await fetch(url + path, { method: "POST", headers, body: JSON.stringify(call(1, "ping")) })).status;
  };
  expect(await statusFrom("https://evil.example")).toBe(403);
  expect(await statusFrom("https://evil.example", "/MCP/")).toBe(403);
  expect(await statusFrom("null")).toBe(403);
  expect(await statusFrom("https://bot.example.com")).toBe(200);
  expect(await statusFrom(url)).toBe(200);
});

test("whoever hangs up ends the model call", async () => {
  const api = await serveApi({ ask: async (_question, _options, signal) => untilAborted(signal) });
  const leaving = new AbortController();
  const asking = fetch(`${api.url}/mcp`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: BOTH },
    body: JSON.stringify(call(1, "tools/call", { name: "ask", arguments: { question: QUESTION } })),
    signal: leaving.signal,
  }).then(async (response) => response.text());
  await expect.poll(() => signalOf(api.calls)).toBeDefined();
  leaving.abort();
  await expect(asking).rejects.toThrow();
  await expect.poll(() => signalOf(api.calls)?.aborted).toBe(true);
});

test("where two requests of one address have the same id, a notice of cancellation ends neither", async () => {
  const api = await serveApi({ ask: async (_question, _options, signal) => untilAborted(signal) });
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const body = JSON.stringify(call(7, "tools/call", { name: "ask", arguments: { question: QUESTION } }));
  for (let one = 0; one < 2; one++) {
    fetch(`${api.url}/mcp`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: BOTH },
      body,
      signal: leaving.signal,
    }).catch(() => undefined);
  }
  const signals = (): AbortSignal[] => api.calls.flat().filter((one) => one instanceof AbortSignal);
  await expect.poll(() => signals().length).toBe(2);
  await say(api.url, { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } });
  expect(signals().map(({ aborted }) => aborted)).toEqual([false, false]);
});

test("a bug is told in the log and not to the caller", async () => {
  const api = await serveApi({
    search: async () => {
      throw new TypeError("secret detail");
    },
  });
  const result = await (await connect(api.url, "2025-11-25")).callTool({ name: "search", arguments: { query: "a" } });
  expect(result.isError).toBe(true);
  expect(textOf(result)).not.toContain("secret detail");
  expect(api.logged.join("\n")).toContain("secret detail");
});

test("while there is no index yet, a tool says so", async () => {
  const api = await serveApi({
    ask: async () => {
      throw new AppError("index_missing", "No index.");
    },
  });
  const client = await connect(api.url, "2026-07-28");
  const result = await client.callTool({ name: "ask", arguments: { question: QUESTION } });
  expect(result.isError).toBe(true);
  expect(textOf(result)).toMatch(/still being read/u);
});
