import type { ChatModel, ChatReply, ChatRequest } from "../../core/model.ts";
import { alternateWithoutSystem } from "../alternation.ts";
import type { Dialect, ModelContext } from "../dialect.ts";
import { finishReply, wholeReplyModel } from "../finish-reply.ts";
import { ALLES_APIN_BASE_URL, callAllesApin, connectionOf, noText } from "./envelope.ts";

const PATH = "/v1/xunfei/v1/spark/chat";
const MOST_REPLY_TOKENS = 4096;

/** Spark through alles-apin (its chapter 3.6.1). The model is the gateway's choice; no streaming. */
export const spark: Dialect = {
  baseUrl: ALLES_APIN_BASE_URL,
  defaultModel: "spark",
  contextTokens: () => 8192 + MOST_REPLY_TOKENS,
  promptLimits: () => ({ promptTokens: 8192 }),
  create,
};

function create(context: ModelContext): ChatModel {
  const { gateway, limits } = context;
  const connection = connectionOf(context);

  async function complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const chat = {
      ...(request.temperature !== undefined && { temperature: request.temperature }),
      max_tokens: Math.min(MOST_REPLY_TOKENS, request.maxTokens ?? limits.replyTokens),
    };
    const body = {
      parameter: { chat },
      payload: { message: { text: alternateWithoutSystem(request.messages) } },
    };
    const data = await callAllesApin(connection, { path: PATH, body, signal });
    if (typeof data !== "string") throw noText(gateway, "data", data);
    return finishReply(gateway, { text: data, isTruncated: false }, { request, model: gateway.id, warnings: [] });
  }

  return wholeReplyModel({ id: gateway.id, limits }, complete);
}
