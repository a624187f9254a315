import { z } from "zod";
import { estimateTokens } from "../../../../src/models/token-estimate.ts";
import type { GatewaySuite } from "../../../conformance/gateway.ts";
import { alternating, piecesOf, textsIn, words } from "../alles-apin.ts";
import { answerChat } from "../chat-completion.ts";
import { sendJson, writeEvents } from "../gateway-server.ts";

export const KEY = "sk-aimhub-0123456789abcdef";

const body = z.strictObject({
  model: words,
  messages: alternating(
    "role",
    ["user", "assistant"],
    z.strictObject({ role: z.enum(["user", "assistant"]), content: words }),
  ).refine(
    (messages) => estimateTokens(textsIn(messages, "content").at(-1) ?? "") <= 3000,
    "the last message has more than 3000 tokens",
  ),
  temperature: z.number().gt(0).max(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  penalty_score: z.number().min(1).max(2).optional(),
  stream: z.boolean().optional(),
  system: z.string().min(1).max(1024).optional(),
  user_id: words.optional(),
});

const usage = { prompt_tokens: 7, completion_tokens: 67, total_tokens: 74 };
export const baidu = (result: string, extra: object = {}): object => ({
  id: "as-bcmt5ct4iy",
  object: "chat.completion",
  created: 1_680_167_072,
  result,
  is_truncated: false,
  need_clear_history: false,
  usage,
  ...extra,
});

export function aimhubSuite(entry: Record<string, unknown>, shape: "baidu" | "openai"): GatewaySuite {
  return {
    name: `aimhub ${shape} ${JSON.stringify(entry)}`,
    entry: { provider: "aimhub", api_key_env: "AIMHUB_KEY", requests_per_minute: 0, ...entry },
    basePath: "/v1",
    env: { AIMHUB_KEY: KEY },
    refuse: ({ method, path, headers, body: sent }) => {
      if (method !== "POST" || path !== "/v1/chat/completions") return { status: 404, body: {} };
      if (headers.authorization !== `Bearer ${KEY}`)
        return { status: 401, body: { error: { message: "invalid key" } } };
      if (headers.accept !== "application/json")
        return { status: 400, body: { error: { message: "Accept is required" } } };
      const result = body.safeParse(sent);
      return result.success ? undefined : { status: 400, body: { error: { message: z.prettifyError(result.error) } } };
    },
    answer(response, received, { text, truncated }) {
      if (shape === "openai") return answerChat(response, received, text, truncated === true ? "length" : "stop");
      if (received.body["stream"] !== true)
        return sendJson(response, baidu(text, { is_truncated: truncated === true }));
      const pieces = piecesOf(text);
      const events = (pieces.length === 0 ? [""] : pieces).map((piece, index) => {
        const isEnd = index >= pieces.length - 1;
        return baidu(piece, { sentence_id: index, is_end: isEnd, is_truncated: isEnd && truncated === true });
      });
      writeEvents(response, events);
      response.end();
    },
    contentsOf: ({ body: sent }) => textsIn(sent["messages"], "content"),
    streams: entry["stream"] === true,
  };
}
