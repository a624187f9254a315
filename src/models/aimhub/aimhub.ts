import { AppError } from "../../core/errors.ts";
import type { ChatModel, ChatReply, ChatRequest } from "../../core/model.ts";
import { alternate, type Turn } from "../alternation.ts";
import { finishBaiduReply, readBaiduPiece } from "../baidu-reply.ts";
import type { Dialect, DialectContext, ListedModel, ModelContext } from "../dialect.ts";
import { streamingModel, type Draft } from "../finish-reply.ts";
import { badReply } from "../gateway-errors.ts";
import type { GatewayRequest } from "../gateway.ts";
import { postForEvents, requestJson } from "../http.ts";
import { parseJson, textAt, tokensAt, valueAt } from "../json-path.ts";
import { createStreamReader, readCompletion } from "../openai-chat.ts";
import { createThinkFilter } from "../think-filter.ts";
import { estimateTokens } from "../token-estimate.ts";
import { contextTokensOf } from "../vendors.ts";
import { AIMHUB_MODELS, aimhubModel } from "./model-table.ts";

/** Tokens of the last message; the server forgets older turns beyond that many in all. */
const MOST_PROMPT_TOKENS = 3000;
const MOST_SYSTEM_CHARS = 1024;
/** 0 is refused. */
const LEAST_TEMPERATURE = 0.01;

/**
 * Aimhub: many makers' models behind one address. Turns are odd in number, the system text has a field of its own, the
 * length of a reply cannot be set. Replies come in Baidu's shape, of OpenAI's models in OpenAI's.
 */
export const aimhub: Dialect = {
  baseUrl: "https://api.gaiasc.com/v1",
  defaultModel: "qwen-max-1201",
  contextTokens: (model) => aimhubModel(model)?.contextTokens ?? contextTokensOf(model),
  promptLimits: () => ({ promptTokens: MOST_PROMPT_TOKENS }),
  create,
  knownModels: [...AIMHUB_MODELS],
  listModels,
};

function create(context: ModelContext): ChatModel {
  const { gateway, model, limits, settings, baseUrl, keys, timeoutMs } = context;

  function callOf(request: ChatRequest, signal: AbortSignal): GatewayRequest & { body: Record<string, unknown> } {
    const { system, turns } = messagesOf(request);
    const tokens = estimateTokens(turns.at(-1)?.content ?? "");
    if (tokens > MOST_PROMPT_TOKENS) {
      throw new AppError(
        "model_rejected_request",
        `${gateway.id} takes ${MOST_PROMPT_TOKENS} tokens and the question with its material has about ${tokens}; lower [answer] max_context_chars`,
      );
    }
    return {
      url: `${baseUrl}/chat/completions`,
      headers: headersOf(keys.api),
      body: {
        model,
        messages: turns,
        ...(system !== "" && { system }),
        ...(request.temperature !== undefined && { temperature: Math.max(LEAST_TEMPERATURE, request.temperature) }),
      },
      timeoutMs,
      signal,
    };
  }

  const draftOf = (request: ChatRequest): Draft => ({ request, model: gateway.id, warnings: [] });

  function readWhole(value: unknown, request: ChatRequest): ChatReply {
    if (valueAt(value, "result") === undefined && valueAt(value, "error_code") === undefined) {
      return readCompletion(gateway, value, draftOf(request));
    }
    return finishBaiduReply(gateway, withoutThoughts(readBaiduPiece(gateway, value)), draftOf(request));
  }

  async function whole(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    return readWhole(await requestJson(gateway, callOf(request, signal)), request);
  }

  async function stream(request: ChatRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ChatReply> {
    const call = callOf(request, signal);
    // Baidu's events are brought into OpenAI's shape, so one reader knows when a stream is whole.
    const reader = createStreamReader(gateway, onText, request.takeBack);
    let clearHistory = false;
    const result = await postForEvents(gateway, { ...call, body: { ...call.body, stream: true } }, (data) => {
      // What is no JSON is left to the reader, which says so or knows the mark.
      const event = parseJson(data);
      if (valueAt(event, "result") === undefined && valueAt(event, "error_code") === undefined)
        return reader.read(data);
      const piece = readBaiduPiece(gateway, event);
      clearHistory ||= piece.clearHistory;
      const reason = piece.isTruncated ? "length" : piece.isEnd ? "stop" : null;
      const choice = { delta: { content: piece.text }, finish_reason: reason };
      reader.read(JSON.stringify({ choices: [choice], usage: valueAt(event, "usage") ?? null }));
      return piece.isEnd ? "done" : "more";
    });
    if (result.kind === "json") {
      const reply = readWhole(result.value, request);
      onText(reply.text);
      return reply;
    }
    const { text, finishReason, usage } = reader.end(result.start);
    const ending = { text, isTruncated: finishReason === "length", clearHistory, usage: usage ?? tokensAt(undefined) };
    return finishBaiduReply(gateway, ending, draftOf(request));
  }

  return streamingModel({ id: gateway.id, limits, isStreamed: settings.stream }, { whole, stream });
}

/** A system text longer than its field goes before the question. */
function messagesOf({ messages }: ChatRequest): { system: string; turns: Turn[] } {
  const { system, turns } = alternate(messages);
  if (system.length <= MOST_SYSTEM_CHARS) return { system, turns };
  const question = turns.at(-1)?.content ?? "";
  return { system: "", turns: [...turns.slice(0, -1), { role: "user", content: `${system}\n\n${question}` }] };
}

function withoutThoughts<T extends { text: string }>(piece: T): T {
  const filter = createThinkFilter();
  return { ...piece, text: filter.push(piece.text) + filter.end() };
}

/** `Accept: application/json` is required by the document, of streams too. */
function headersOf(key: string | undefined): Record<string, string> {
  return { authorization: `Bearer ${key ?? ""}`, accept: "application/json" };
}

/** `GET /models` of the gateway, with families and windows from its document. */
async function listModels(context: DialectContext, signal: AbortSignal): Promise<ListedModel[]> {
  const { gateway, baseUrl, keys, timeoutMs } = context;
  const value = await requestJson(gateway, {
    method: "GET",
    url: `${baseUrl}/models`,
    headers: headersOf(keys.api),
    timeoutMs,
    signal,
  });
  const data = valueAt(value, "data");
  if (!Array.isArray(data)) throw badReply(gateway, "listed no models (data[].id)", { got: JSON.stringify(value) });
  const names = data.flatMap((entry) => textAt(entry, "id") ?? []);
  return names.map((name) => AIMHUB_MODELS.find((model) => model.name === name) ?? { name });
}
