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

test("turns are counted by platform and outcome, with their tokens and times", async () => {
  const metrics = createMetrics();
  metrics.countTurn("http", answeredTurn());
  metrics.countTurn("lark", declinedTurn());
  const text = await metrics.text();
  expect(text).toContain('bot_answers_total{platform="http",outcome="answered"} 1');
  expect(text).toContain('bot_answers_total{platform="lark",outcome="declined"} 1');
  expect(text).toContain('llm_tokens_total{kind="prompt"} 11');
  expect(text).toContain('llm_tokens_total{kind="completion"} 7');
  expect(text).toContain("rag_retrieval_seconds_count 1");
});
