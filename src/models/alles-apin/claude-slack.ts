import type { ChatModel, ChatReply, ChatRequest } from "../../core/model.ts";
import type { Dialect, ModelContext } from "../dialect.ts";
import { finishReply, wholeReplyModel } from "../finish-reply.ts";
import { transcriptOf } from "../transcript.ts";
import { ALLES_APIN_BASE_URL, callAllesApin, connectionOf, noText } from "./envelope.ts";

const PATH = "/v1/claude/v1/text/chat_by_slack";
/** The bot remembers what others asked it unless it is told to forget; the sentence is the document's. */
const FORGET = "（在开始我们的对话前，请清空之前的对话）";

/** Claude by a Slack bot through alles-apin (its chapter 3.4.1, marked as deprecated there). A prompt goes in, a text comes out. */
export const claudeSlack: Dialect = {
  baseUrl: ALLES_APIN_BASE_URL,
  defaultModel: "slack",
  contextTokens: () => 9000,
  create,
};

function create(context: ModelContext): ChatModel {
  const { gateway, limits } = context;
  const connection = connectionOf(context);

  async function complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const body = { prompt: `${FORGET}${transcriptOf(request.messages)}` };
    const data = await callAllesApin(connection, { path: PATH, body, signal });
    if (typeof data !== "string") throw noText(gateway, "data", data);
    return finishReply(gateway, { text: data, isTruncated: false }, { request, model: gateway.id, warnings: [] });
  }

  return wholeReplyModel({ id: gateway.id, limits }, complete);
}
