import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, expect, test } from "vitest";
import { createObservation } from "../../src/app/observation.ts";
import { openTelemetry } from "../../src/app/open-telemetry.ts";
import { startTelemetry, type TelemetryOptions } from "../../src/app/telemetry.ts";
import { loadConfig } from "../../src/config/load.ts";
import { AppError } from "../../src/core/errors.ts";
import type { ChatModel } from "../../src/core/model.ts";
import { inSpan, noTracer } from "../../src/core/tracer.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";

interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code?: number };
}

interface SentBody {
  resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[];
}

/** A collector on this machine, which answers as `reply` wants. */
async function openCollector(reply: (response: ServerResponse) => void = (response) => void response.end("{}")) {
  const bodies: string[] = [];
  const calls: { path: string | undefined; headers: IncomingHttpHeaders }[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      bodies.push(Buffer.concat(parts).toString("utf8"));
      calls.push({ path: request.url, headers: request.headers });
      reply(response);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const spans = (): SentSpan[] =>
    bodies.flatMap((body) => {
      const { resourceSpans }: SentBody = JSON.parse(body);
      return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans: some }) => some));
    });
  return { endpoint: `http://127.0.0.1:${port}`, bodies, calls, spans };
}

function start(endpoint: string, changes: Partial<TelemetryOptions> = {}) {
  const logger = createRecordingLogger();
  const telemetry = startTelemetry({
    endpoint,
    serviceName: "xianheng",
    version: "1.2.3",
    instanceId: "i1",
    headers: {},
    sample: 1,
    logger,
    intervalMs: 20,
    ...changes,
  });
  return { ...telemetry, logger };
}

function attributesOf(span: SentSpan | undefined): Record<string, unknown> {
  return Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]]));
}

test("spans reach the collector with names, parents, facts and headers", async () => {
  const collector = await openCollector();
  const { tracer, stop } = start(collector.endpoint, { headers: { "x-key": "abc" } });
  await inSpan(tracer, { name: "turn", facts: { "xianheng.channel": "lark", none: undefined } }, async (span) => {
    span.set({ "xianheng.outcome": "answered" });
    await inSpan(tracer, { name: "retrieve" }, async () => undefined);
    await inSpan(tracer, { name: "answer" }, async () =>
      inSpan(tracer, { name: "chat gpt", kind: "client" }, async () => undefined),
    );
  });
  await stop();
  const spans = collector.spans();
  const named = (name: string): SentSpan | undefined => spans.find((span) => span.name === name);
  expect(named("retrieve")?.parentSpanId).toBe(named("turn")?.spanId);
  expect(named("answer")?.parentSpanId).toBe(named("turn")?.spanId);
  expect(named("chat gpt")?.parentSpanId).toBe(named("answer")?.spanId);
  expect(named("chat gpt")?.kind).toBe(3);
  expect(attributesOf(named("turn"))).toEqual({ "xianheng.channel": "lark", "xianheng.outcome": "answered" });
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(collector.calls[0]).toMatchObject({ path: "/v1/traces", headers: { "x-key": "abc" } });
  expect(collector.bodies[0]).toContain('"service.version"');
});

test("a fault marks its span by code and says nothing of its message", async () => {
  const collector = await openCollector();
  const { tracer, stop } = start(collector.endpoint);
  const fault = new AppError("model_unreachable", "cannot reach the secret place");
  await expect(inSpan(tracer, { name: "answer" }, () => Promise.reject(fault))).rejects.toBe(fault);
  await stop();
  const [span] = collector.spans();
  expect(span?.status.code).toBe(2);
  expect(attributesOf(span)).toEqual({ "error.type": "model_unreachable" });
  expect(collector.bodies.join("")).not.toContain("secret place");
});

test("a caller's traceparent goes on; one of another form begins a new trace", async () => {
  const collector = await openCollector();
  const { tracer, stop } = start(collector.endpoint);
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const begin = (traceparent: string | undefined): void =>
    tracer.begin("GET", { kind: "server", parent: { traceparent } }).end();
  begin(`00-${trace}-b7ad6b7169203331-01`);
  begin(`00-${trace}-b7ad6b7169203331-00`);
  for (const wrong of [
    "",
    "x",
    `ff-${trace}-b7ad6b7169203331-01`,
    `00-${"0".repeat(32)}-b7ad6b7169203331-01`,
    undefined,
  ]) {
    begin(wrong);
  }
  await stop();
  const spans = collector.spans();
  expect(spans).toHaveLength(6);
  expect(spans.filter(({ traceId }) => traceId === trace)).toMatchObject([{ parentSpanId: "b7ad6b7169203331" }]);
  expect(spans.filter(({ parentSpanId }) => parentSpanId === undefined || parentSpanId === "")).toHaveLength(5);
});

test("a span that begins a trace has no parent, whatever it begins within", async () => {
  const collector = await openCollector();
  const { tracer, stop } = start(collector.endpoint);
  await inSpan(tracer, { name: "POST" }, async () =>
    inSpan(tracer, { name: "turn", parent: "none" }, async () => undefined),
  );
  await stop();
  const [turn, post] = collector.spans();
  expect(turn?.traceId).not.toBe(post?.traceId);
});

test("of a sample of none nothing is sent, and no trace is named", async () => {
  const collector = await openCollector();
  const { tracer, stop } = start(collector.endpoint, { sample: 0 });
  const span = tracer.begin("turn");
  expect(span.traceId).toBeUndefined();
  span.end();
  await stop();
  expect(collector.bodies).toEqual([]);
});

test.each([
  ["hangs", (): void => undefined],
  ["answers 500", (response: ServerResponse): void => void response.writeHead(500).end("no")],
  ["answers 400", (response: ServerResponse): void => void response.writeHead(400).end("no")],
  ["breaks off", (response: ServerResponse): void => void response.socket?.destroy()],
])("a collector that %s holds up neither turns nor the end", async (_how, reply) => {
  const collector = await openCollector(reply);
  const { tracer, stop, logger } = start(collector.endpoint);
  for (let turn = 0; turn < 50; turn++) await inSpan(tracer, { name: "turn" }, async () => undefined);
  // Both come to their end though the collector does not.
  await stop();
  expect(logger.lines.join("\n")).toContain("telemetry.lost");
});

test("where no collector listens a line of log is all", async () => {
  const { tracer, stop, logger } = start("http://127.0.0.1:9");
  for (let turn = 0; turn < 5000; turn++) tracer.begin("turn").end();
  await stop();
  expect(logger.lines.filter((line) => line.includes("telemetry.lost")).length).toBeLessThanOrEqual(2);
});

test("calls of models are spans with the conventional names, and are counted, failed ones too", async () => {
  const collector = await openCollector();
  const { tracer, stop } = start(collector.endpoint);
  let now = 0;
  const observation = createObservation(() => (now += 250));
  const calls: unknown[] = [];
  observation.traceWith(tracer);
  observation.onModelCall((call) => calls.push(call));
  const limits = { contextTokens: 100, replyTokens: 10 };
  const reply = {
    text: "ein Text",
    model: "vendor/gpt-4-0613",
    usage: { prompt: 11, completion: 7 },
    truncated: false,
    warnings: [],
  };
  let isDown = false;
  const model: ChatModel = {
    id: "vendor/gpt-4",
    limits,
    async complete() {
      if (isDown) throw new AppError("model_unreachable", "down");
      return reply;
    },
  };
  const observed = observation.observeModel(model);
  expect("stream" in observed).toBe(false);
  const request = { messages: [{ role: "user" as const, content: "Frage" }] };
  const { signal } = new AbortController();
  expect(await observed.complete(request, signal)).toBe(reply);
  isDown = true;
  await expect(observed.complete(request, signal)).rejects.toMatchObject({ code: "model_unreachable" });
  await stop();
  expect(calls).toEqual([
    { model: "vendor/gpt-4", seconds: 0.25, code: "ok", usage: reply.usage },
    { model: "vendor/gpt-4", seconds: 0.25, code: "model_unreachable", usage: undefined },
  ]);
  const [first, second] = collector.spans();
  expect(first?.name).toBe("chat gpt-4");
  expect(attributesOf(first)).toMatchObject({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "vendor",
    "gen_ai.request.model": "gpt-4",
    "gen_ai.response.model": "gpt-4-0613",
    "gen_ai.usage.input_tokens": 11,
    "gen_ai.usage.output_tokens": 7,
  });
  expect(attributesOf(second)).toMatchObject({ "error.type": "model_unreachable" });
  expect(collector.bodies.join("")).not.toMatch(/Frage|ein Text/);
});

test("without a tracer work runs as it is", async () => {
  expect(await inSpan(noTracer, { name: "x" }, async () => 1)).toBe(1);
});

async function configOf(telemetry: string, env: Record<string, string> = {}) {
  const cwd = mkdtempSync(join(tmpdir(), "xianheng-telemetry-"));
  writeFileSync(join(cwd, "config.ini"), `[telemetry]\n${telemetry}\n`);
  return loadConfig({ cwd, env });
}

test("without an address there is no telemetry; headers come from their variable and are checked", async () => {
  const rest = { logger: createRecordingLogger(), version: "1", instanceId: "i" };
  expect(await openTelemetry({ config: await configOf(""), ...rest })).toBeUndefined();
  const collector = await openCollector();
  const text = `otlp_endpoint = "${collector.endpoint}"\nheaders_env = "OTLP_HEADERS"`;
  const opened = await openTelemetry({
    config: await configOf(text, { OTLP_HEADERS: "authorization=Bearer%20s3cret, x-team=a=b" }),
    ...rest,
  });
  opened?.tracer.begin("turn").end();
  await opened?.stop();
  expect(collector.calls[0]?.headers).toMatchObject({ authorization: "Bearer s3cret", "x-team": "a=b" });
  for (const wrong of ["s3cret", "a b=c", "a=%0As3cret"]) {
    const opening = openTelemetry({ config: await configOf(text, { OTLP_HEADERS: wrong }), ...rest });
    await expect(opening).rejects.toMatchObject({ code: "config_invalid" });
    await expect(opening).rejects.not.toThrow(/s3cret/);
  }
  await expect(openTelemetry({ config: await configOf(text), ...rest })).rejects.toThrow(/OTLP_HEADERS is not set/);
});
