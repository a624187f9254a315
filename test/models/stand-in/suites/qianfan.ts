import { createHmac } from "node:crypto";
import { z } from "zod";
import type { GatewaySuite } from "../../../conformance/gateway.ts";
import { alternating, piecesOf, textsIn, words } from "../alles-apin.ts";
import { sendJson, writeEvents, type Received } from "../gateway-server.ts";

const AK = "ak-0123456789abcdef";
export const SK = "sk-fedcba9876543210";
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

export const isTokenRequest = ({ path }: Received): boolean => path.startsWith("/oauth/2.0/token");

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

export function qianfanSuite(auth: "token" | "iam", stream: boolean): GatewaySuite {
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
