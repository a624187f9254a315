import { AppError } from "../../core/errors.ts";
import type { ChatModel, ChatReply, ChatRequest } from "../../core/model.ts";
import { alternateWithoutSystem } from "../alternation.ts";
import { namedModels, type Dialect, type ModelContext } from "../dialect.ts";
import { finishReply, wholeReplyModel } from "../finish-reply.ts";
import { textAt, valueAt } from "../json-path.ts";
import { ALLES_APIN_BASE_URL, connectionOf, noText } from "./envelope.ts";
import { callVendor } from "./vendor-envelope.ts";

const PATH = "/v1/google/v1/gemini/generate_content";

/** Gemini through alles-apin (its chapter 3.3.3): Google's own body and reply. No streaming. */
export const gemini: Dialect = {
  baseUrl: ALLES_APIN_BASE_URL,
  defaultModel: "gemini-pro",
  contextTokens,
  knownModels: namedModels(["gemini-pro", "gemini-pro-vision"], contextTokens),
  create,
};

function create(context: ModelContext): ChatModel {
  const { gateway, model, limits } = context;
  const connection = connectionOf(context);

  async function complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const body = {
      model,
      contents: alternateWithoutSystem(request.messages).map(({ role, content }) => ({
        role: role === "assistant" ? "model" : "user",
        parts: [{ text: content }],
      })),
      generationConfig: {
        ...(request.temperature !== undefined && { temperature: request.temperature }),
        maxOutputTokens: request.maxTokens ?? limits.replyTokens,
      },
    };
    const { body: reply } = await callVendor(connection, { method: "POST", path: PATH, body, signal });
    const text = partsText(reply);
    const reason = textAt(reply, "candidates", 0, "finishReason");
    const blocked =
      textAt(reply, "promptFeedback", "blockReason") ??
      (text === undefined && reason !== undefined && !/^(?:STOP|MAX_TOKENS)$/u.test(reason) ? reason : undefined);
    if (blocked !== undefined) {
      throw new AppError(
        "model_rejected_request",
        `${gateway.id} gave no answer: blocked (${gateway.redact(blocked)}).`,
      );
    }
    if (text === undefined) throw noText(gateway, "body.candidates[0].content.parts", reply);
    const usage = { prompt: countAt(reply, "promptTokenCount"), completion: countAt(reply, "candidatesTokenCount") };
    const ending = { text, isTruncated: reason === "MAX_TOKENS", usage };
    return finishReply(gateway, ending, { request, model: gateway.id, warnings: [] });
  }

  return wholeReplyModel({ id: gateway.id, limits }, complete);
}

function partsText(reply: unknown): string | undefined {
  const parts = valueAt(reply, "candidates", 0, "content", "parts");
  if (!Array.isArray(parts)) return undefined;
  return parts.map((part) => textAt(part, "text") ?? "").join("");
}

function countAt(reply: unknown, key: string): number | undefined {
  const count = valueAt(reply, "usageMetadata", key);
  return typeof count === "number" ? count : undefined;
}

/** Google's page: 30,720 tokens in and 2,048 out; 12,288 and 4,096 with pictures. */
function contextTokens(model: string): number {
  return model.includes("vision") ? 16_384 : 32_768;
}
