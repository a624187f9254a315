import { expect, test } from "vitest";
import { createMetrics } from "../../src/http/metrics.ts";
import { answeredTurn, declinedTurn, serveApi } from "./api-fixture.ts";

test("requests are counted by the template of their route, whatever becomes of them", async () => {
  const api = await serveApi({}, { apiKeys: "k1" });
  const headers = { authorization: "Bearer k1" };
  await api.post("/v1/query", { question: "a?" }, headers);
  await api.post("/v1/query", { question: 1 }, headers);
  await fetch(`${api.url}/v1/models/secret-name`, { headers });
  await fetch(`${api.url}/nowhere/secret-name`, { headers });
  await fetch(`${api.url}/v1/models`);
  const response = await fetch(`${api.url}/metrics`);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  for (const labels of [
    'method="POST",route="/v1/query",status_code="200"',
    'method="POST",route="/v1/query",status_code="422"',
    'method="GET",route="/v1/models/:id",status_code="404"',
    'method="GET",route="none",status_code="404"',
    'method="GET",route="none",status_code="401"',
  ]) {
    expect(text).toMatch(new RegExp(`^http_request_duration_seconds_count\\{${labels}\\} 1$`, "mu"));
  }
  expect(text).not.toContain("secret-name");
  expect(text).toContain("process_cpu_seconds_total");
  expect(text).toContain("nodejs_eventloop_lag_seconds");
});

test("turns are counted by platform and outcome, with their times", async () => {
  const metrics = createMetrics();
  metrics.countTurn("http", answeredTurn());
  metrics.countTurn("lark", declinedTurn());
  const text = await metrics.text();
  expect(text).toContain('bot_answers_total{platform="http",outcome="answered"} 1');
  expect(text).toContain('bot_answers_total{platform="lark",outcome="declined"} 1');
  expect(text).toContain("rag_retrieval_seconds_count 1");
});

test("calls of models are counted with their tokens, failed ones too", async () => {
  const metrics = createMetrics();
  metrics.countModelCall({ model: "v/m", seconds: 0.2, code: "ok", usage: { prompt: 11, completion: 7 } });
  metrics.countModelCall({ model: "v/m", seconds: 9, code: "timeout", usage: undefined });
  const text = await metrics.text();
  expect(text).toContain('llm_request_duration_seconds_count{model="v/m",code="ok"} 1');
  expect(text).toContain('llm_request_duration_seconds_count{model="v/m",code="timeout"} 1');
  expect(text).toContain('llm_tokens_total{kind="prompt"} 11');
  expect(text).toContain('llm_tokens_total{kind="completion"} 7');
});

test("events are counted by what became of them, repeated ones and webhooks beside them", async () => {
  const metrics = createMetrics();
  const recalled = {
    kind: "recalled" as const,
    channel: "hr",
    app: "a",
    conversationId: "group-1",
    messageId: "m",
    at: 1,
  };
  await metrics.countedIntake("lark", async () => undefined)(recalled);
  const full = metrics.countedIntake("lark", async () => {
    throw new Error("disk full");
  });
  await expect(full(recalled)).rejects.toThrow("disk full");
  metrics.countRepeated("lark");
  metrics.countWebhook("lark", { status: 200, seconds: 0.02 });
  metrics.countWebhook("lark", { status: 401, seconds: 0.001 });
  metrics.countWebhook("lark", { status: 503, seconds: 0.001 });
  const text = await metrics.text();
  expect(text).toContain('bot_events_total{platform="lark",type="recalled",result="accepted"} 1');
  expect(text).toContain('bot_events_total{platform="lark",type="recalled",result="failed"} 1');
  expect(text).toContain('bot_events_total{platform="lark",type="unknown",result="refused"} 1');
  expect(text).toContain('bot_event_duplicates_total{platform="lark"} 1');
  expect(text).toContain('bot_ack_seconds_count{platform="lark"} 1');
  expect(text).not.toContain("group-1");
});

test("calls of platforms are counted by their code, and what is tried again", async () => {
  const metrics = createMetrics();
  const outbound = metrics.outboundOf("wecom-app");
  outbound.called({ api: "send a message", code: "0" });
  outbound.called({ api: "send a message", code: "45009" });
  outbound.retried();
  metrics.countRetry();
  const text = await metrics.text();
  expect(text).toContain('bot_outbound_requests_total{platform="wecom-app",api="send a message",code="0"} 1');
  expect(text).toContain('bot_outbound_requests_total{platform="wecom-app",api="send a message",code="45009"} 1');
  expect(text).toMatch(/^bot_outbound_retries_total 2$/mu);
});

test("the depth of the queue is read when it is asked for, and a store that is away costs only that figure", async () => {
  let depth = 3;
  const metrics = createMetrics({ version: "1.2.3", nodeVersion: "v20", queueDepth: async () => depth });
  expect(await metrics.text()).toMatch(/^bot_queue_depth 3$/mu);
  depth = 0;
  expect(await metrics.text()).toMatch(/^bot_queue_depth 0$/mu);
  expect(await metrics.text()).toContain('build_info{version="1.2.3",node="v20"} 1');
  const broken = createMetrics({ queueDepth: () => Promise.reject(new Error("gone")) });
  expect(await broken.text()).toMatch(/^bot_queue_depth Nan$/imu);
});
