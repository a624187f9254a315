import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAppError } from "../../src/core/errors.ts";
import { signRequest } from "../../src/models/qianfan/bce-signature.ts";
import { describeGateway, never, openGateway, QUESTION, type OpenGateway } from "../conformance/gateway.ts";
import { sendJson, type Answer, type Received } from "./stand-in/gateway-server.ts";
import { isTokenRequest, qianfanSuite, SK } from "./stand-in/suites/qianfan.ts";

for (const auth of ["token", "iam"] as const) {
  for (const stream of [true, false]) describeGateway(qianfanSuite(auth, stream));
}

describe("qianfan", () => {
  const suite = qianfanSuite("token", false);
  let open: OpenGateway;
  const tokenRequests = (): Received[] => open.server.received.filter(isTokenRequest);

  beforeEach(async () => {
    open = await openGateway(suite);
  });

  afterEach(async () => {
    await open.server.close();
  });

  test("callers that come together share one request for a token, and later ones use it", async () => {
    await Promise.all([1, 2, 3].map(() => open.model.complete(QUESTION, never)));
    await open.model.complete(QUESTION, never);
    expect(tokenRequests()).toHaveLength(1);
  });

  test.each([110, 111])("a token that is no longer valid (error %i) is renewed once", async (error_code) => {
    await open.model.complete(QUESTION, never);
    const stale: Answer = (response) => sendJson(response, { error_code, error_msg: "Access token expired" });
    open.server.next(stale);
    expect((await open.model.complete(QUESTION, never)).text).toContain("工作日");
    expect(tokenRequests()).toHaveLength(2);
  });

  test("keys that give no token are refused with the variable's name and without the keys", async () => {
    const wrong = await openGateway({ ...suite, env: { QIANFAN_AK: "ak-wrong-0123", QIANFAN_SK: SK } });
    const error: unknown = await wrong.model.complete(QUESTION, never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "model_unauthorised", message: expect.stringContaining("QIANFAN_AK") });
    expect(String(error)).not.toMatch(/ak-wrong|fedcba/u);
    await wrong.server.close();
  });

  test.each([
    [18, "model_rate_limited", 3],
    [4, "model_rate_limited", 3],
    [17, "model_rate_limited", 1],
    [19, "model_rate_limited", 1],
    [336_003, "model_rejected_request", 1],
    [336_100, "model_unreachable", 3],
    [6, "model_unauthorised", 1],
  ])("error %i with status 200 is %s after %i attempts", async (error_code, code, attempts) => {
    await open.model.complete(QUESTION, never);
    const fault: Answer = (response) => sendJson(response, { error_code, error_msg: "why" });
    open.server.next(fault, fault, fault);
    const error: unknown = await open.model.complete(QUESTION, never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining("why") });
    expect(open.questions()).toHaveLength(1 + attempts);
    const isUsedUp = isAppError(error) && error.fault === "quota-used-up";
    expect(isUsedUp).toBe(error_code === 17 || error_code === 19);
  });

  test("more than 4,800 characters are refused before they are sent; old turns leave first", async () => {
    const long = { messages: [{ role: "user" as const, content: "a ".repeat(2401) }] };
    await expect(open.model.complete(long, never)).rejects.toMatchObject({ code: "model_rejected_request" });
    expect(open.server.received).toEqual([]);
    const turns = [
      { role: "user" as const, content: "a ".repeat(2000) },
      { role: "assistant" as const, content: "b ".repeat(500) },
    ];
    await open.model.complete({ messages: [...turns, ...QUESTION.messages] }, never);
    expect(suite.contentsOf(open.questions()[0] ?? open.server.received[0]!)).toEqual(["退公寓要提前几天？"]);
  });

  test("the token is in no error, even where the gateway echoes the address", async () => {
    await open.model.complete(QUESTION, never);
    open.server.next((response, { path }) => sendJson(response, { error_code: 336_003, error_msg: `bad ${path}` }));
    const error: unknown = await open.model.complete(QUESTION, never).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("336003");
    expect(String(error)).not.toContain("24.access");
  });
});

test("signs a request with AK and SK in Baidu's way", () => {
  const now = Date.UTC(2015, 3, 27, 8, 23, 49);
  const headers = signRequest({
    method: "POST",
    url: "https://aip.baidubce.com/rpc/2.0/a%20b?x=1&a=%E4%BD%A0",
    accessKey: "ak",
    secretKey: "sk",
    now,
  });
  const key = createHmac("sha256", "sk").update("bce-auth-v1/ak/2015-04-27T08:23:49Z/1800").digest("hex");
  const canonical = "POST\n/rpc/2.0/a%20b\na=%E4%BD%A0&x=1\nhost:aip.baidubce.com\nx-bce-date:2015-04-27T08%3A23%3A49Z";
  const signature = createHmac("sha256", key).update(canonical).digest("hex");
  expect(headers).toEqual({
    "x-bce-date": "2015-04-27T08:23:49Z",
    authorization: `bce-auth-v1/ak/2015-04-27T08:23:49Z/1800/host;x-bce-date/${signature}`,
  });
});
