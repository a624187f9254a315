import type { ChatModel, ChatReply, ChatRequest } from "../../core/model.ts";
import { namedModels, type Dialect, type ModelContext } from "../dialect.ts";
import { wholeReplyModel } from "../finish-reply.ts";
import { readCompletion } from "../openai-chat.ts";
import { buildOpenAiRequest } from "../openai-request.ts";
import { contextTokensOf } from "../vendors.ts";
import { ALLES_APIN_BASE_URL, callAllesApin, connectionOf, retryBadReply } from "./envelope.ts";

const PATH = "/v1/openai/v2/chat/completions";

/** OpenAI's chat completion through alles-apin (its chapter 3.2.4). The interface has no streaming. */
export const allesApinOpenAi: Dialect = {
  baseUrl: ALLES_APIN_BASE_URL,
  defaultModel: "gpt-3.5-turbo",
  contextTokens: (model) => contextTokensOf(model),
  knownModels: namedModels(["gpt-3.5-turbo", "gpt-3.5-turbo-0301", "gpt-4"], (model) => contextTokensOf(model)),
  create,
};

function create(context: ModelContext): ChatModel {
  const { gateway, model, limits, timeoutMs } = context;
  const connection = connectionOf(context);

  async function complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const { body, warnings } = buildOpenAiRequest(request, { model, replyTokens: limits.replyTokens });
    const data = await callAllesApin(connection, {
      path: PATH,
      // Else the gateway itself goes on for its default 600 s.
      body: { ...body, timeout: Math.ceil(timeoutMs / 1000) },
      signal,
    });
    return retryBadReply(() => readCompletion(gateway, data, { request, model: gateway.id, warnings }));
  }

  return wholeReplyModel({ id: gateway.id, limits }, complete);
}
