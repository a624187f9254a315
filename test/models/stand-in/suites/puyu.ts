import { z } from "zod";
import type { GatewaySuite } from "../../../conformance/gateway.ts";
import { alternating, success, textsIn, words } from "../alles-apin.ts";
import { completion } from "../chat-completion.ts";
import { sendJson } from "../gateway-server.ts";

const KEY = "puyu.token-0123456789";

const body = z.strictObject({
  model: words,
  messages: alternating(
    "role",
    ["user", "assistant"],
    z.strictObject({ role: z.enum(["user", "assistant"]), text: words }),
  ),
  n: z.int().min(1),
  temperature: z.number().min(0).max(1),
  top_p: z.number().min(0).max(1),
  disable_report: z.boolean(),
  request_output_len: z.int().min(1).optional(),
});

export function puyuSuite(shape: "older" | "newer"): GatewaySuite {
  return {
    name: `puyu, ${shape} reply`,
    entry: { provider: "puyu", api_key_env: "PUYU_KEY", requests_per_minute: 0 },
    basePath: "",
    env: { PUYU_KEY: KEY },
    refuse: ({ method, path, headers, body: sent }) => {
      if (method !== "POST" || path !== "/puyu/api/v1/chat/completion") return { status: 404, body: {} };
      if (headers.authorization !== KEY) return { status: 200, body: { msgCode: "A0202", msg: "token invalid" } };
      const result = body.safeParse(sent);
      return result.success ? undefined : { status: 400, body: { msg: z.prettifyError(result.error) } };
    },
    answer(response, _received, { text, truncated }) {
      const finish = truncated === true ? "length" : "stop";
      if (shape === "newer") return sendJson(response, completion(text, { finish }));
      sendJson(response, success({ choices: [{ text, finish_reason: finish }] }));
    },
    contentsOf: ({ body: sent }) => textsIn(sent["messages"], "text"),
    streams: false,
  };
}
