import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { APARTMENT, createProject, PRINTERS, runCli } from "./run-cli.ts";
import { freePort, startServing } from "./serving.ts";

const MAIN = join(import.meta.dirname, "..", "..", "..", "dist", "cli", "main.js");
const QUESTION = "退房要提前多久申请？";
const FILES = { "corpus/apartment.md": APARTMENT, "corpus/printers.md": PRINTERS };

type Protocol = "2025-11-25" | "2026-07-28";

/** The official client, which starts `xianheng mcp` itself. */
async function connect(cwd: string, protocol: Protocol): Promise<{ client: Client; stderr: string[] }> {
  const mode = protocol === "2026-07-28" ? { pin: protocol } : "legacy";
  const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode } });
  const env = { PATH: process.env["PATH"] ?? "", HOME: cwd, LC_ALL: "C.UTF-8" };
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [MAIN, "mcp"],
    cwd,
    env,
    stderr: "pipe",
  });
  const stderr: string[] = [];
  transport.stderr?.on("data", (part: Buffer) => stderr.push(part.toString("utf8")));
  await client.connect(transport);
  onTestFinished(async () => client.close());
  return { client, stderr };
}

function textOf(result: { content: { type: string; text?: string }[] }): string {
  return result.content.map(({ text = "" }) => text).join("");
}

const lines = (...messages: object[]): string => messages.map((one) => `${JSON.stringify(one)}\n`).join("");

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } },
};

describe.each(["2025-11-25", "2026-07-28"] as const)("xianheng mcp, protocol %s", (protocol) => {
  let cwd = "";
  beforeAll(() => {
    cwd = createProject(FILES);
  });

  test("makes the index first, answers as ask --json does, stays silent, lists and reads documents", async () => {
    const { client, stderr } = await connect(cwd, protocol);
    expect(client.getNegotiatedProtocolVersion()).toBe(protocol);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["ask", "search"]);

    const answered = await client.callTool({ name: "ask", arguments: { question: QUESTION } });
    const { timings: _ours, ...document } = Object.fromEntries(Object.entries(answered.structuredContent ?? {}));
    const printed = await runCli(["ask", QUESTION, "--json"], { cwd });
    const { timings: _theirs, ...asked } = JSON.parse(printed.stdout);
    expect(document).toEqual(asked);
    expect(document["outcome"]).toBe("answered");
    expect(textOf(answered)).toContain("[1] 员工公寓指南 (corpus/apartment.md)");

    const silent = await client.callTool({ name: "ask", arguments: { question: "今天天气真好啊" } });
    expect(silent.isError ?? false).toBe(false);
    expect(silent.structuredContent).toMatchObject({ outcome: "declined", answer: "" });

    const found = await client.callTool({ name: "search", arguments: { query: "toner cartridge", top_k: 1 } });
    expect(found.structuredContent).toMatchObject({ hits: [{ rank: 1, source: "corpus/printers.md" }] });

    const { resources } = await client.listResources();
    expect(resources.map(({ name }) => name)).toEqual(["corpus/apartment.md", "corpus/printers.md"]);
    const { contents } = await client.readResource({ uri: resources[1]?.uri ?? "" });
    expect(contents).toMatchObject([{ mimeType: "text/markdown", text: PRINTERS }]);
    expect(stderr.join("")).toContain("There is no index yet");
  });
});

test("what was asked before stdin ended is answered; then it ends with 0, and stdout holds messages alone", async () => {
  const cwd = createProject(FILES);
  const asking = {
    jsonrpc: "2.0",
    id: 2,
    method: "tools/call",
    params: { name: "ask", arguments: { question: QUESTION } },
  };
  const { code, stdout, stderr } = await runCli(["mcp", "--verbose"], { cwd, input: lines(INITIALIZE, asking) });
  expect([code, stderr]).toEqual([0, expect.stringContaining("ingest.done")]);
  const messages = stdout
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(messages).toMatchObject([
    { jsonrpc: "2.0", id: 1, result: { protocolVersion: "2025-11-25" } },
    { jsonrpc: "2.0", id: 2, result: { structuredContent: { outcome: "answered" } } },
  ]);
});

test("an empty stdin ends it with 0 at once; broken lines are passed over", async () => {
  const cwd = createProject(FILES);
  await runCli(["ingest", "-q"], { cwd });
  expect(await runCli(["mcp", "-q"], { cwd })).toEqual({ code: 0, stdout: "", stderr: "" });
  const { code, stdout } = await runCli(["mcp", "-q"], { cwd, input: `{bad\n\n${lines(INITIALIZE)}` });
  expect([code, stdout.trimEnd().split("\n").length]).toEqual([0, 1]);
});

test("what the owner must mend is told to the client, and the process goes on", async () => {
  const cwd = createProject({}, '[corpus]\npaths = ["nowhere"]\n');
  const { client } = await connect(cwd, "2025-11-25");
  const result = await client.callTool({ name: "ask", arguments: { question: QUESTION } });
  expect(result.isError).toBe(true);
  expect(textOf(result)).toContain("nowhere");
});

test("beside serve it works on the same index; turns over stdio and HTTP are in one ledger, and counted", async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const cwd = createProject(FILES, `[corpus]\npaths = ["corpus"]\n[server]\nport = ${port}\n`);
  const env = { XIANHENG_ADMIN_KEY: "admin-key", XIANHENG_API_KEYS: "bot:key-12345" };
  const serving = startServing({ cwd, env, port });
  try {
    await serving.whenReady();
    const { client } = await connect(cwd, "2026-07-28");
    await client.callTool({ name: "ask", arguments: { question: QUESTION } });
    await client.close();
    const overHttp = new Client({ name: "test", version: "1.0.0" });
    const requestInit = { headers: { authorization: "Bearer key-12345" } };
    await overHttp.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }));
    const answered = await overHttp.callTool({ name: "ask", arguments: { question: QUESTION } });
    expect(answered.structuredContent).toMatchObject({ outcome: "answered" });
    expect((await overHttp.listResources()).resources.length).toBe(2);
    await overHttp.close();
    const headers = { authorization: "Bearer admin-key" };
    await expect
      .poll(async () => (await fetch(`${url}/v1/ledger`, { headers })).json())
      .toMatchObject({
        records: [
          { text: QUESTION, senderId: "bot", outcome: "answered" },
          { text: QUESTION, senderId: "stdio", outcome: "answered" },
        ],
      });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^bot_answers_total\{[^}]*platform="http"[^}]*\} 1$/mu);
    expect(metrics).toMatch(/http_request_duration_seconds_count\{[^}]*route="\/mcp"/u);
    expect((await fetch(`${url}/mcp`, { method: "POST", body: "{}" })).status).toBe(401);
  } finally {
    serving.child.kill("SIGKILL");
    await serving.end.catch(() => undefined);
  }
});
