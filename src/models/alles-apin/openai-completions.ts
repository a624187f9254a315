import type { ChatModel, ChatReply, ChatRequest } from "../../core/model.ts";
import { namedModels, type Dialect, type ModelContext } from "../dialect.ts";
import { finishReply, wholeReplyModel } from "../finish-reply.ts";
import { textAt, tokensAt } from "../json-path.ts";
import { transcriptOf } from "../transcript.ts";
import { ALLES_APIN_BASE_URL, callAllesApin, connectionOf, noText } from "./envelope.ts";

const PATH = "/v1/openai/v1/completions";

/** OpenAI's text completion through alles-apin (its chapter 3.2.3). No streaming. */
export const openAiCompletions: Dialect = {
  baseUrl: ALLES_APIN_BASE_URL,
  defaultModel: "text-davinci-003",
  contextTokens,
  knownModels: namedModels(
    ["text-davinci-003", "text-davinci-002", "text-curie-001", "text-babbage-001", "text-ada-001"],
    contextTokens,
  ),
  create,
};

function create(context: ModelContext): ChatModel {
  const { gateway, model, limits } = context;
  const connection = connectionOf(context);

  async function complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const body = {
      model,
      prompt: transcriptOf(request.messages),
      // Its default is 16 tokens.
      max_tokens: request.maxTokens ?? limits.replyTokens,
      ...(request.temperature !== undefined && { temperature: request.temperature }),
      n: 1,
      echo: false,
    };
    const data = await callAllesApin(connection, { path: PATH, body, signal });
    const text = textAt(data, "choices", 0, "text");
    if (text === undefined) throw noText(gateway, "data.choices[0].text", data);
    const isTruncated = textAt(data, "choices", 0, "finish_reason") === "length";
    // A completion goes on after the prompt, so it begins with line breaks.
    const ending = { text: text.trimStart(), isTruncated, usage: tokensAt(data) };
    return finishReply(gateway, ending, { request, model: gateway.id, warnings: [] });
  }

  return wholeReplyModel({ id: gateway.id, limits }, complete);
}

/** OpenAI's page of these models: 4,097 tokens for the davinci line, 2,049 for the older ones. */
function contextTokens(model: string): number {
  return model.startsWith("text-davinci") ? 4096 : 2048;
}
