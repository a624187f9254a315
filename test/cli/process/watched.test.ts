import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { APARTMENT, createProject } from "./run-cli.ts";
import { freePort, startServing } from "./serving.ts";

const QUESTION = "退房要提前多久申请？";
const KEY = "gateway-s3cret-key";

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
}

/** Answers like an OpenAI-compatible gateway. */
const gateway: RequestListener = (request, response) => {
  request.resume();
  request.on("end", () => {
    response.setHeader("content-type", "application/json");
    const message = { role: "assistant", content: "退房请提前三个工作日申请 [1]。" };
    response.end(
      JSON.stringify({
        id: "c",
        object: "chat.completion",
        created: 1,
        model: "m-1",
        choices: [{ index: 0, message, finish_reason: "stop" }],
        usage: { prompt_tokens: 50, completion_tokens: 9, total_tokens: 59 },
      }),
    );
  });
};

interface SentSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
}

interface SentBody {
  resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[];
}

async function openService(telemetry: (collector: string) => string, collect: RequestListener) {
  const [collector, model, port] = await Promise.all([listen(collect), listen(gateway), freePort()]);
  const cwd = createProject(
    { "corpus/apartment.md": APARTMENT },
    `[corpus]\npaths = ["corpus"]\n[gate]\njudge = "never"\n[server]\nport = ${port}\n${telemetry(collector)}\n` +
      `[[llm]]\nprovider = "vllm"\nmodel = "m"\nbase_url = "${model}/v1"\napi_key_env = "GATEWAY_KEY"\nstream = false\n`,
  );
  const env = {
    XIANHENG_API_KEYS: "alice:caller-s3cret-key",
    GATEWAY_KEY: KEY,
    OTLP_HEADERS: "x-token=collector-s3cret",
  };
  const serving = startServing({ cwd, env, port });
  onTestFinished(() => void serving.child.kill("SIGKILL"));
  await serving.whenReady();
  const url = `http://127.0.0.1:${port}`;
  const ask = async (headers: Record<string, string> = {}): Promise<Record<string, unknown>> => {
    const response = await fetch(`${url}/v1/query`, {
      method: "POST",
      headers: { authorization: "Bearer caller-s3cret-key", "content-type": "application/json", ...headers },
      body: JSON.stringify({ question: QUESTION, group: "group-s3cret" }),
    });
    const document: unknown = await response.json();
    return Object.fromEntries(Object.entries(document ?? {}));
  };
  return { serving, url, ask };
}

test("a turn is traced from the request to the model, counted, and logged, without a word or a key of anybody", async () => {
  const bodies: string[] = [];
  const { serving, url, ask } = await openService(
    (collector) => `[telemetry]\notlp_endpoint = "${collector}"\nheaders_env = "OTLP_HEADERS"`,
    (request, response) => {
      expect(request.headers["x-token"]).toBe("collector-s3cret");
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        bodies.push(Buffer.concat(parts).toString("utf8"));
        response.end("{}");
      });
    },
  );
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const document = await ask({ traceparent: `00-${traceId}-b7ad6b7169203331-01` });
  expect(document).toMatchObject({ outcome: "answered", model: "vllm/m" });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  serving.child.kill("SIGTERM");
  const { code, stderr } = await serving.end;
  expect(code).toBe(0);

  const spans = bodies.flatMap((body) => {
    const { resourceSpans }: SentBody = JSON.parse(body);
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  });
  const parentOf = (name: string): string | undefined => {
    const span = spans.find((one) => one.name === name);
    return spans.find(({ spanId }) => spanId === span?.parentSpanId)?.name;
  };
  expect(spans.every((span) => span.traceId === traceId)).toBe(true);
  expect(spans.find(({ name }) => name === "POST /v1/query")?.parentSpanId).toBe("b7ad6b7169203331");
  expect(parentOf("turn")).toBe("POST /v1/query");
  for (const step of ["detect-question", "rewrite", "retrieve", "reject", "answer"])
    expect(parentOf(step)).toBe("turn");
  expect([parentOf("review"), parentOf("chat m")]).toEqual(["answer", "answer"]);
  expect(bodies.join("")).not.toMatch(/s3cret|退房|三个工作日|apartment|alice/);

  expect(metrics).toContain('llm_request_duration_seconds_count{model="vllm/m",code="ok"} 1');
  expect(metrics).toContain('llm_tokens_total{kind="completion"} 9');
  expect(metrics).toContain('bot_answers_total{platform="http",outcome="answered"} 1');
  expect(metrics).toMatch(/^bot_queue_depth 0$/mu);
  expect(metrics).toMatch(/^build_info\{version="\d+\.\d+\.\d+",node="v\d+/mu);
  expect(metrics).not.toMatch(/s3cret|alice/);

  const lines = stderr.split("\n").filter((line) => line.startsWith("{"));
  const requests = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === "http.request");
  expect(requests.find(({ route }) => route === "/v1/query")).toMatchObject({
    level: "info",
    method: "POST",
    status: 200,
    caller: "alice",
    trace: traceId,
  });
  expect(lines.some((line) => line.includes('"event":"serve.stopped"'))).toBe(true);
  expect(stderr).not.toMatch(/s3cret|退房/);
});

test("a collector that never answers holds up neither turns nor the end", async () => {
  const { serving, ask } = await openService(
    (collector) => `[telemetry]\notlp_endpoint = "${collector}"`,
    (request) => void request.resume(),
  );
  for (let turn = 0; turn < 3; turn++) expect(await ask()).toMatchObject({ outcome: "answered" });
  serving.child.kill("SIGTERM");
  const { code, stderr } = await serving.end;
  expect(code).toBe(0);
  expect(stderr).toContain("telemetry.lost");
});
