import { expect, test } from "vitest";
import { errorFromNetwork, errorFromStatus } from "../../src/models/gateway-errors.ts";
import type { Gateway } from "../../src/models/gateway.ts";
import { createJumpingClock } from "./stand-in/clocks.ts";

const gateway: Gateway = { id: "v/m", fetch, clock: createJumpingClock(), redact: (text) => text };

function faultOf(status: number, body: string): unknown {
  const { fault, code, retryable } = errorFromStatus(gateway, { status, headers: new Headers(), url: "" }, body);
  return { fault, code, retryable };
}

test.each([
  // OpenAI's
  [
    404,
    '{"error":{"message":"The model `gpt-9` does not exist or you do not have access to it.","code":"model_not_found"}}',
  ],
  // DeepSeek's
  [400, '{"error":{"message":"Model Not Exist","type":"invalid_request_error"}}'],
  // Moonshot's
  [404, '{"error":{"message":"Not found the model moonshot-v2 or Permission denied"}}'],
  // SiliconFlow's
  [400, '{"code":20012,"message":"Model does not exist. Please check it carefully.","data":null}'],
  // Zhipu's
  [400, '{"error":{"code":"1211","message":"模型不存在，请检查模型代码。"}}'],
  // Ollama's
  [404, '{"error":{"message":"model \\"qwen9\\" not found, try pulling it first"}}'],
  // vLLM's
  [404, '{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError"}'],
])("HTTP %i %s is an unknown model", (status, body) => {
  expect(faultOf(status, body)).toMatchObject({ code: "model_rejected_request", fault: "model-unknown" });
});

test.each([
  [429, '{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}'],
  [402, '{"error":{"message":"Insufficient Balance"}}'],
  [403, '{"code":30001,"message":"Sorry, your account balance is insufficient","data":null}'],
  [429, '{"error":{"type":"exceeded_current_quota_error"}}'],
  [429, '{"error":{"code":"1113","message":"您的账户已欠费，请充值后重试"}}'],
])("HTTP %i %s is an empty account, which no waiting fills", (status, body) => {
  expect(faultOf(status, body)).toEqual({ code: "model_rate_limited", fault: "quota-used-up", retryable: false });
});

test.each([
  [429, "{}", "rate-limited"],
  [401, "{}", "key-refused"],
  [404, "<html>nginx</html>", "endpoint-unknown"],
  [405, "{}", "endpoint-unknown"],
  [400, '{"error":{"message":"max_tokens is not supported with this model"}}', undefined],
  [500, "{}", undefined],
])("HTTP %i %s is told apart", (status, body, fault) => {
  expect(faultOf(status, body)).toMatchObject({ fault });
});

test.each([
  ["ECONNREFUSED", "nothing-listens"],
  ["ENOTFOUND", "host-unknown"],
  ["UND_ERR_CONNECT_TIMEOUT", "no-way-there"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "certificate"],
  ["CERT_HAS_EXPIRED", "certificate"],
  ["ECONNRESET", undefined],
])("the network's %s is told apart", (code, fault) => {
  const thrown = new TypeError("fetch failed", { cause: Object.assign(new Error("why"), { code }) });
  expect(errorFromNetwork(gateway, "http://h/v1", thrown)).toMatchObject({ code: "model_unreachable", fault });
});
