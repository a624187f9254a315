import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { APARTMENT, createProject, PRINTERS, runCli } from "./run-cli.ts";
import { freePort, startServing, type Serving } from "./serving.ts";

const QUESTION = "退房要提前多久申请？";
const REPLY = ["退房请提前三个工作日", "发邮件到 apartment@example.org 申请", "[1]。"];
const env = { XIANHENG_API_KEYS: "key-a, key-b", XIANHENG_ADMIN_KEY: "admin-key" };
const files = { "corpus/apartment.md": APARTMENT, "corpus/printers.md": PRINTERS };

const header = (key: string) => ({ authorization: `Bearer ${key}`, "content-type": "application/json" });

/** A gateway whose replies stop in the middle until they are let go. */
async function openGateway() {
  const waiting: ServerResponse[] = [];
  const state = { calls: 0, hungUp: 0, waiting };
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      state.calls++;
      response.once("close", () => {
        if (!response.writableFinished) state.hungUp++;
      });
      response.setHeader("content-type", "text/event-stream");
      response.write(chunk({ role: "assistant", content: REPLY[0] }));
      waiting.push(response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    ...state,
    state,
    url: typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}/v1` : "",
    letGo() {
      for (const response of waiting.splice(0)) {
        for (const content of REPLY.slice(1)) response.write(chunk({ content }));
        response.write(chunk({}, "stop"));
        response.end("data: [DONE]\n\n");
      }
    },
    close: () => server.close(),
  };
}

function chunk(delta: object, finishReason: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices })}\n\n`;
}

describe("serve over HTTP", () => {
  let port = 0;
  let cwd = "";
  let url = "";
  let serving: Serving;

  beforeAll(async () => {
    port = await freePort();
    url = `http://127.0.0.1:${port}`;
    cwd = createProject(files, `[corpus]\npaths = ["corpus"]\n[server]\nport = ${port}\n`);
    serving = startServing({ cwd, env, port });
    await serving.whenReady();
  });

  afterAll(() => {
    serving.child.kill("SIGKILL");
  });

  async function query(question: string, key = "key-a"): Promise<Record<string, unknown>> {
    const init = { method: "POST", headers: header(key), body: JSON.stringify({ question }) };
    const document: unknown = await (await fetch(`${url}/v1/query`, init)).json();
    return Object.fromEntries(Object.entries(document ?? {}));
  }

  test("a query has the document of ask --json, and needs a key", async () => {
    const { id, timings: _ours, ...document } = await query(QUESTION);
    expect(id).toEqual(expect.any(String));
    const printed = await runCli(["ask", QUESTION, "--json"], { cwd });
    const { timings: _theirs, ...asked } = JSON.parse(printed.stdout);
    expect(document).toEqual(asked);
    expect(document["outcome"]).toBe("answered");
    expect(await query(QUESTION, "wrong")).toMatchObject({ status: 401 });
  });

  test("OpenAI's client gets the same answer", async () => {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "key-b" });
    const messages = [{ role: "user" as const, content: QUESTION }];
    const completion = await client.chat.completions.create({ model: "xianheng", messages });
    expect(completion.choices[0]?.message.content).toBe((await query(QUESTION))["answer"]);
    const { data } = await client.embeddings.create({ model: "xianheng", input: [QUESTION, "x"] });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([384, 384]);
  });

  test("turns outlive the process: the ledger has them, and they can be rated", async () => {
    const { id } = await query("打印机卡纸了怎么办？");
    serving.child.kill("SIGTERM");
    expect((await serving.end).code).toBe(0);
    serving = startServing({ cwd, env, port });
    await serving.whenReady();
    const vote = await fetch(`${url}/v1/feedback`, {
      method: "POST",
      headers: header("key-a"),
      body: JSON.stringify({ id, vote: "up" }),
    });
    expect(vote.status).toBe(204);
    const ledger = await fetch(`${url}/v1/ledger?limit=1`, { headers: header("admin-key") });
    expect(await ledger.json()).toMatchObject({ records: [{ id, text: "打印机卡纸了怎么办？", channel: "http" }] });
    expect((await fetch(`${url}/v1/ledger`, { headers: header("key-a") })).status).toBe(401);
  });
});

test("streams that are open at SIGTERM come to their end; who hangs up ends the model call", async () => {
  const gateway = await openGateway();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config =
    `[corpus]\npaths = ["corpus"]\n[gate]\njudge = "never"\n[server]\nport = ${port}\n` +
    `[[llm]]\nprovider = "vllm"\nmodel = "m"\nbase_url = "${gateway.url}"\nstream = true\n`;
  const serving = startServing({ cwd: createProject(files, config), env: {}, port });
  try {
    await serving.whenReady();
    const open = async (signal?: AbortSignal): Promise<Response> =>
      fetch(`${url}/v1/query`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "text/event-stream" },
        body: JSON.stringify({ question: QUESTION }),
        ...(signal !== undefined && { signal }),
      });
    const leaving = new AbortController();
    await open(leaving.signal);
    await expect.poll(() => gateway.state.calls).toBe(1);
    leaving.abort();
    await expect.poll(() => gateway.state.hungUp).toBe(1);
    gateway.letGo();

    const complete = async (): Promise<Response> =>
      fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "xianheng", stream: true, messages: [{ role: "user", content: QUESTION }] }),
      });
    const streams = Promise.all(Array.from({ length: 4 }, async () => open()));
    const completions = Promise.all(Array.from({ length: 4 }, async () => complete()));
    await expect.poll(() => gateway.state.calls, { timeout: 10_000 }).toBe(9);
    serving.child.kill("SIGTERM");
    await expect
      .poll(async () =>
        fetch(`${url}/healthz`).then(
          () => "open",
          () => "closed",
        ),
      )
      .toBe("closed");
    gateway.letGo();
    for (const stream of await streams) {
      expect(await stream.text()).toMatch(/event: done\ndata: .*"outcome":"answered"/u);
    }
    for (const completion of await completions) {
      const text = await completion.text();
      expect(text).toMatch(/"finish_reason":"stop".*"outcome":"answered"/u);
      expect(text).toMatch(/data: \[DONE\]\n\n$/u);
    }
    expect((await serving.end).code).toBe(0);
  } finally {
    serving.child.kill("SIGKILL");
    gateway.close();
  }
});

test("beyond this machine it does not listen without a key", async () => {
  const cwd = createProject(files, '[corpus]\npaths = ["corpus"]\n[server]\nhost = "0.0.0.0"\nport = 0\n');
  const { code, stderr } = await runCli(["serve"], { cwd, env: { XIANHENG_API_KEYS: " , " } });
  expect(code).toBe(2);
  expect(stderr).toContain("XIANHENG_API_KEYS");
});
