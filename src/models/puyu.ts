import type { ChatModel, ChatReply, ChatRequest } from "../core/model.ts";
import { alternateWithoutSystem } from "./alternation.ts";
import { openEnvelope, noText } from "./alles-apin/envelope.ts";
import type { Dialect, ModelContext } from "./dialect.ts";
import { finishReply, wholeReplyModel } from "./finish-reply.ts";
import { errorFromErrorObject } from "./gateway-errors.ts";
import { requestJson } from "./http.ts";
import { textAt, tokensAt, valueAt } from "./json-path.ts";

const PATH = "/puyu/api/v1/chat/completion";
/** Both stand in every request of its document, so a strict server may ask for them. */
const SAMPLING = { temperature: 0.8, top_p: 0.1 };

/**
 * puyu, which serves ChatPJLM. The key stands in `Authorization` as it is, without "Bearer". Older servers reply
 * `{msgCode, data: {choices: [{text}]}}`, newer ones OpenAI's shape at the top. No streaming.
 */
export const puyu: Dialect = {
  baseUrl: "https://puyu.openxlab.org.cn",
  defaultModel: "ChatPJLM-latest",
  contextTokens: () => 8192,
  create,
};

function create(context: ModelContext): ChatModel {
  const { gateway, model, limits, baseUrl, keys, timeoutMs } = context;

  async function complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const value = await requestJson(gateway, {
      url: `${baseUrl}${PATH}`,
      headers: { authorization: keys.api ?? "" },
      body: {
        model,
        messages: alternateWithoutSystem(request.messages).map(({ role, content }) => ({ role, text: content })),
        n: 1,
        temperature: request.temperature ?? SAMPLING.temperature,
        top_p: SAMPLING.top_p,
        disable_report: false,
        request_output_len: request.maxTokens ?? limits.replyTokens,
      },
      timeoutMs,
      signal,
    });
    const data = valueAt(value, "msgCode") === undefined ? value : openEnvelope(gateway, value);
    const error = valueAt(data, "error");
    if (error !== undefined && error !== null) throw errorFromErrorObject(gateway, error);
    const text = textAt(data, "choices", 0, "text") ?? textAt(data, "choices", 0, "message", "content");
    if (text === undefined) throw noText(gateway, "choices[0].text", value);
    const isTruncated = textAt(data, "choices", 0, "finish_reason") === "length";
    const usage = tokensAt(data);
    return finishReply(gateway, { text, isTruncated, usage }, { request, model: gateway.id, warnings: [] });
  }

  return wholeReplyModel({ id: gateway.id, limits }, complete);
}
