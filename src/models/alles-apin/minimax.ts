import { AppError } from "../../core/errors.ts";
import type { ChatModel, ChatReply, ChatRequest } from "../../core/model.ts";
import { alternate } from "../alternation.ts";
import { namedModels, type Dialect, type ModelContext } from "../dialect.ts";
import { finishReply, streamingModel, type Draft } from "../finish-reply.ts";
import { textAt, valueAt } from "../json-path.ts";
import { ALLES_APIN_BASE_URL, callAllesApin, connectionOf, noText } from "./envelope.ts";
import { streamMessages } from "./message-stream.ts";

const PATH = "/v1/minimax/v1/text/chat";
/** The role text is a required field; this stands there when the caller has none. */
const DEFAULT_ROLE = "你是一个乐于助人的助手。";

/** Minimax through alles-apin (its chapter 3.1). Temperature and length of the reply are not in its document. */
export const minimax: Dialect = {
  baseUrl: ALLES_APIN_BASE_URL,
  defaultModel: "abab5-chat",
  contextTokens,
  knownModels: namedModels(["abab5-chat", "abab5.5-chat"], contextTokens),
  create,
};

function create(context: ModelContext): ChatModel {
  const { gateway, model, limits, settings } = context;
  const connection = connectionOf(context);

  function bodyOf(request: ChatRequest): Record<string, unknown> {
    const { system, turns } = alternate(request.messages);
    return {
      model,
      prompt: system === "" ? DEFAULT_ROLE : system,
      messages: turns.map(({ role, content }) => ({ sender_type: role === "user" ? "USER" : "BOT", text: content })),
      role_meta: { user_name: "用户", bot_name: "助手" },
    };
  }

  const draftOf = (request: ChatRequest): Draft => ({ request, model: gateway.id, warnings: [] });

  async function whole(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const data = await callAllesApin(connection, { path: PATH, body: bodyOf(request), signal });
    const status = valueAt(data, "base_resp", "status_code");
    if (status !== undefined && status !== 0) {
      const said = textAt(data, "base_resp", "status_msg") ?? "";
      throw new AppError(
        "model_bad_reply",
        `${gateway.id} reported status ${JSON.stringify(status)}: ${gateway.redact(said)}`,
        {
          retryable: true,
        },
      );
    }
    const text = textAt(data, "reply") ?? textAt(data, "choices", 0, "text");
    if (text === undefined) throw noText(gateway, "data.reply", data);
    const reason = textAt(data, "choices", 0, "finish_reason");
    // Its usage has the total only, which tells neither part.
    return finishReply(gateway, { text, isTruncated: isCut(reason) }, draftOf(request));
  }

  async function stream(request: ChatRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ChatReply> {
    const call = { path: `${PATH}-stream`, body: { ...bodyOf(request), type: "json" }, signal };
    const { text, stopReason } = await streamMessages(connection, call, onText);
    return finishReply(gateway, { text, isTruncated: isCut(stopReason) }, draftOf(request));
  }

  return streamingModel({ id: gateway.id, limits, isStreamed: settings.stream }, { whole, stream });
}

function isCut(reason: string | undefined): boolean {
  return reason !== undefined && /length|max/u.test(reason);
}

function contextTokens(model: string): number {
  return model.startsWith("abab5.5") ? 16_384 : 8192;
}
