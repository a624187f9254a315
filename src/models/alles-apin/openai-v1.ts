import type { ChatModel, ChatReply, ChatRequest } from "../../core/model.ts";
import { alternateWithoutSystem } from "../alternation.ts";
import { namedModels, type Dialect, type ModelContext } from "../dialect.ts";
import { finishReply, streamingModel, type Draft } from "../finish-reply.ts";
import { readCompletion } from "../openai-chat.ts";
import { contextTokensOf } from "../vendors.ts";
import { ALLES_APIN_BASE_URL, callAllesApin, connectionOf, retryBadReply } from "./envelope.ts";
import { streamMessages } from "./message-stream.ts";

const PATH = "/v1/openai/v1/text/chat";

/**
 * The older OpenAI interface of alles-apin (its chapters 3.2.1 and 3.2.2, marked as deprecated there): the question is
 * `prompt`, what came before it is `messages`. It has no field for the reply's length.
 */
export const openAiV1: Dialect = {
  baseUrl: ALLES_APIN_BASE_URL,
  defaultModel: "gpt-3.5-turbo",
  contextTokens: (model) => contextTokensOf(model),
  knownModels: namedModels(["gpt-3.5-turbo", "gpt-3.5-turbo-0301"], (model) => contextTokensOf(model)),
  create,
};

function create(context: ModelContext): ChatModel {
  const { gateway, model, limits, settings, timeoutMs } = context;
  const connection = connectionOf(context);

  function bodyOf(request: ChatRequest): Record<string, unknown> {
    const turns = alternateWithoutSystem(request.messages);
    return {
      model,
      prompt: turns.at(-1)?.content ?? "",
      messages: turns.slice(0, -1).map(({ role, content }) => ({ sender_type: role, text: content })),
      role_meta: { user_name: "user", bot_name: "assistant" },
      ...(request.temperature !== undefined && { temperature: request.temperature }),
      // Else the gateway itself goes on for its default 600 s.
      timeout: Math.ceil(timeoutMs / 1000),
    };
  }

  const draftOf = (request: ChatRequest): Draft => ({ request, model: gateway.id, warnings: [] });

  async function whole(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const data = await callAllesApin(connection, { path: PATH, body: bodyOf(request), signal });
    return retryBadReply(() => readCompletion(gateway, data, draftOf(request)));
  }

  async function stream(request: ChatRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ChatReply> {
    const call = { path: `${PATH}-stream`, body: { ...bodyOf(request), type: "json" }, signal };
    const { text } = await streamMessages(connection, call, onText);
    return finishReply(gateway, { text, isTruncated: false }, draftOf(request));
  }

  return streamingModel({ id: gateway.id, limits, isStreamed: settings.stream }, { whole, stream });
}
