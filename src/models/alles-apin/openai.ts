import { AppError, isAppError } from "../../core/errors.ts";
import type { ChatModel, ChatReply, ChatRequest, ModelLimits } from "../../core/model.ts";
import { readCompletion } from "../openai-chat.ts";
import { buildOpenAiRequest } from "../openai-request.ts";
import { callAllesApin, type AllesApinConnection } from "./envelope.ts";

export const ALLES_APIN_OPENAI_MODEL = "gpt-3.5-turbo";

const PATH = "/v1/openai/v2/chat/completions";

export interface AllesApinOpenAiOptions {
  connection: AllesApinConnection;
  model: string;
  limits: ModelLimits;
}

/** OpenAI's chat completion through alles-apin (its chapter 3.2.4). The interface has no streaming. */
export function createAllesApinOpenAi({ connection, model, limits }: AllesApinOpenAiOptions): ChatModel {
  const { gateway, timeoutMs } = connection;

  async function complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const { body, warnings } = buildOpenAiRequest(request, { model, replyTokens: limits.replyTokens });
    const data = await callAllesApin(connection, {
      path: PATH,
      // Else the gateway itself goes on for its default 600 s.
      body: { ...body, timeout: Math.ceil(timeoutMs / 1000) },
      signal,
    });
    try {
      return readCompletion(gateway, data, { request, model: gateway.id, warnings });
    } catch (error) {
      // The gateway wraps whatever the vendor said in a success at times; its document asks to try those again.
      throw isAppError(error, "model_bad_reply")
        ? new AppError(error.code, error.message, { cause: error, retryable: true })
        : error;
    }
  }

  async function stream(request: ChatRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ChatReply> {
    const reply = await complete(request, signal);
    onText(reply.text);
    return reply;
  }

  return { id: gateway.id, limits, complete, stream };
}
