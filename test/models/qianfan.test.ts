import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { signRequest } from "../../src/models/qianfan/bce-signature.ts";
import {
  describeGateway,
  never,
  openGateway,
  QUESTION,
  type GatewaySuite,
  type OpenGateway,
} from "../conformance/gateway.ts";
import { alternating, piecesOf, textsIn, words } from "./stand-in/alles-apin.ts";
import { sendJson, writeEvents, type Answer, type Received } from "./stand-in/gateway-server.ts";

const AK = "ak-0123456789abcdef";
const SK = "sk-fedcba9876543210";
const ACCESS_TOKEN = "24.access-token.2592000.1702551146.282335-1";
const PATH = "/rpc/2.0/ai_custom/v1/wenxinworkshop/chat/my_dolly";

const body = z.strictObject({
  messages: alternating(
    "role",
    ["user", "assistant"],
    z.strictObject({ role: z.enum(["user", "assistant"]), content: words }),
  ).refine((messages) => textsIn(messages, "content").join("").length <= 4800, "more than 4800 characters"),
  stream: z.boolean().optional(),
  temperature: z.number().gt(0).max(1).optional(),
  top_k: z.int().min(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  penalty_score: z.number().min(1).max(2).optional(),
  stop: z.array(z.string().max(20)).max(4).optional(),
  user_id: words.optional(),
});

const isTokenRequest = ({ path }: Received): boolean => path.startsWith("/oauth/2.0/token");

/** The signature as Baidu's page describes it, written apart from the client's. */
function isSigned({ method, path, headers }: Received): boolean {
  const parts = String(headers.authorization).split("/");
  const [version, ak, timestamp, seconds, names = "", signature] = parts;
  if (version !== "bce-auth-v1" || ak !== AK || parts.length !== 6) return false;
  if (timestamp !== headers["x-bce-date"] || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u.test(timestamp ?? "")) return false;
  if (!names.split(";").includes("host")) return false;
  const key = createHmac("sha256", SK).update(`${version}/${ak}/${timestamp}/${seconds}`).digest("hex");
  const canonicalHeaders = names
    .split(";")
    .map((name) => `${name}:${encodeURIComponent(String(headers[name]))}`)
    .toSorted()
    .join("\n");
  const canonical = `${method}\n${path}\n\n${canonicalHeaders}`;
  return createHmac("sha256", key).update(canonical).digest("hex") === signature;
}

function refuseToken({ method, path }: Received): { status: number; body: unknown } | undefined {
  const { searchParams } = new URL(path, "http://x.test");
  if (method !== "POST" && method !== "GET") return { status: 405, body: {} };
  const isRight =
    searchParams.get("grant_type") === "client_credentials" &&
    searchParams.get("client_id") === AK &&
    searchParams.get("client_secret") === SK;
  return isRight
    ? undefined
    : { status: 401, body: { error: "invalid_client", error_description: "unknown client id" } };
}

const usage = { prompt_tokens: 5, completion_tokens: 320, total_tokens: 325 };
const whole = (result: string, extra: object = {}): object => ({
  id: "as-v1tqiiqgg4",
  object: "chat.completion",
  created: 1_702_551_146,
  result,
  is_truncated: false,
  need_clear_history: false,
  usage,
  ...extra,
});

function suiteOf(auth: "token" | "iam", stream: boolean): GatewaySuite {
  return {
    name: `qianfan ${auth}, stream = ${stream}`,
    entry: {
      provider: "qianfan",
      access_key_env: "QIANFAN_AK",
      secret_key_env: "QIANFAN_SK",
      endpoint: "my_dolly",
      auth,
      stream,
      requests_per_minute: 0,
    },
    basePath: "",
    env: { QIANFAN_AK: AK, QIANFAN_SK: SK },
    refuse: (received) => {
      if (isTokenRequest(received)) return refuseToken(received);
      const { pathname, searchParams } = new URL(received.path, "http://x.test");
      if (received.method !== "POST" || pathname !== PATH) return { status: 404, body: {} };
      if (auth === "token" && searchParams.get("access_token") !== ACCESS_TOKEN) {
        return { status: 200, body: { error_code: 110, error_msg: "Access token invalid or no longer valid" } };
      }
      if (auth === "iam" && !isSigned(received)) {
        return { status: 200, body: { error_code: 14, error_msg: "IAM Certification failed" } };
      }
      const result = body.safeParse(received.body);
      return result.success
        ? undefined
        : { status: 200, body: { error_code: 336_003, error_msg: z.prettifyError(result.error) } };
    },
    answer(response, received, { text, truncated }) {
      if (isTokenRequest(received)) {
        return sendJson(response, { access_token: ACCESS_TOKEN, expires_in: 2_592_000, session_key: "x" });
      }
      if (received.body["stream"] !== true)
        return sendJson(response, whole(text, { is_truncated: truncated === true }));
      const pieces = piecesOf(text);
      const events = (pieces.length === 0 ? [""] : pieces).map((piece, index) => {
        const isEnd = index >= pieces.length - 1;
        return whole(piece, { sentence_id: index, is_end: isEnd, is_truncated: isEnd && truncated === true });
      });
      writeEvents(response, events);
      response.end();
    },
    isQuestion: (received) => !isTokenRequest(received),
    contentsOf: ({ body: sent }) => textsIn(sent["messages"], "content"),
    streams: stream,
  };
}

for (const auth of ["token", "iam"] as const) {
  for (const stream of [true, false]) describeGateway(suiteOf(auth, stream));
}

describe("qianfan", () => {
  const suite = suiteOf("token", false);
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
    await expect(open.model.complete(QUESTION, never)).rejects.toMatchObject({
      code,
      message: expect.stringContaining("why"),
    });
    expect(open.questions()).toHaveLength(1 + attempts);
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
