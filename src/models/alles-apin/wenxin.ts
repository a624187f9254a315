import type { ChatModel, ChatReply, ChatRequest } from "../../core/model.ts";
import { alternateWithoutSystem } from "../alternation.ts";
import { finishBaiduReply, readBaiduPiece } from "../baidu-reply.ts";
import type { Dialect, ModelContext } from "../dialect.ts";
import { wholeReplyModel } from "../finish-reply.ts";
import { ALLES_APIN_BASE_URL, callAllesApin, connectionOf, retryBadReply } from "./envelope.ts";

const PATH = "/v1/baidu/v1/wenxinworkshop/chat";

/** Wenxin through alles-apin (its chapter 3.5.2): one call a second, turns odd in number. The model is the gateway's choice. */
export const wenxin: Dialect = {
  baseUrl: ALLES_APIN_BASE_URL,
  defaultModel: "ernie-bot",
  contextTokens: () => 8192,
  minGapMs: 1000,
  create,
};

function create(context: ModelContext): ChatModel {
  const { gateway, limits } = context;
  const connection = connectionOf(context);

  async function complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const body = { messages: alternateWithoutSystem(request.messages), stream: false, user: "xianheng" };
    const data = await callAllesApin(connection, { path: PATH, body, signal });
    const draft = { request, model: gateway.id, warnings: [] };
    return retryBadReply(() => finishBaiduReply(gateway, readBaiduPiece(gateway, data), draft));
  }

  return wholeReplyModel({ id: gateway.id, limits }, complete);
}
