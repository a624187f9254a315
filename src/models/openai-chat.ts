import { AppError, isAppError } from "../core/errors.ts";
import type { ChatModel, ChatReply, ChatRequest, ModelLimits } from "../core/model.ts";
import type { Dialect } from "./dialect.ts";
import { finishReply, type Draft } from "./finish-reply.ts";
import { badReply, errorFromErrorObject } from "./gateway-errors.ts";
import type { Gateway, GatewayRequest } from "./gateway.ts";
import { postForEvents, requestJson } from "./http.ts";
import { parseJson } from "./json-path.ts";
import { readOpenAiReply, usageOf, type OpenAiReply } from "./openai-reply.ts";
import { buildOpenAiRequest } from "./openai-request.ts";
import { listOpenAiModels } from "./list-models.ts";
import { createVisibleText, withoutThoughts } from "./think-filter.ts";
import { estimatePromptTokens } from "./token-estimate.ts";
import { chooseAutoModel, contextTokensOf, knownModelsOf, type AutoModel, type Vendor } from "./vendors.ts";

export interface OpenAiChatOptions {
  gateway: Gateway;
  /** As far as the vendor's document says; `/chat/completions` is appended. */
  baseUrl: string;
  /** `auto` chooses from `autoModels`. */
  model: string;
  autoModels?: AutoModel[] | undefined;
  /** Absent: no Authorization header is sent. */
  apiKey?: string | undefined;
  limits: ModelLimits;
  timeoutMs: number;
  /** Whether calls are streamed on the wire. */
  stream: boolean;
  hasStreamUsage?: boolean | undefined;
  minTemperature?: number | undefined;
}

/** OpenAI's dialect, with a vendor's address and habits. */
export function openAiDialect(vendor: Vendor): Dialect {
  return {
    baseUrl: vendor.baseUrl,
    ...(vendor.defaultModel !== undefined && { defaultModel: vendor.defaultModel }),
    contextTokens: (model) => contextTokensOf(model, vendor),
    knownModels: knownModelsOf(vendor),
    listModels: listOpenAiModels,
    create: ({ gateway, baseUrl, keys, settings, timeoutMs, model, limits }) =>
      createOpenAiChat({
        gateway,
        baseUrl,
        model,
        autoModels: vendor.autoModels,
        apiKey: keys.api,
        limits,
        timeoutMs,
        stream: settings.stream,
        hasStreamUsage: vendor.hasStreamUsage,
        minTemperature: vendor.minTemperature,
      }),
  };
}

/** A model behind an OpenAI-compatible endpoint. One attempt a call: `guardModel` adds limits and retries. */
export function createOpenAiChat(options: OpenAiChatOptions): ChatModel {
  const { gateway, limits } = options;
  const id = gateway.id;
  const vendor = id.slice(0, id.indexOf("/"));

  /** Models that refused `response_format`; they are not sent one again. */
  const schemaless = new Set<string>();

  function prepare(request: ChatRequest, signal: AbortSignal): Prepared {
    const needed = estimatePromptTokens(request.messages) + (request.maxTokens ?? limits.replyTokens);
    const model =
      (options.model === "auto" ? chooseAutoModel(options.autoModels ?? [], needed) : undefined) ?? options.model;
    const { body, warnings } = buildOpenAiRequest(request, {
      model,
      replyTokens: limits.replyTokens,
      minTemperature: options.minTemperature,
      sendsSchema: !schemaless.has(model),
    });
    if (request.responseSchema !== undefined && schemaless.has(model)) {
      warnings.push(`${model} takes no response_format`);
    }
    const call: GatewayRequest = {
      url: `${options.baseUrl}/chat/completions`,
      headers: options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` },
      body,
      timeoutMs: options.timeoutMs,
      signal,
    };
    return { call, draft: { request, model: `${vendor}/${model}`, warnings }, model };
  }

  /** Asks once more without a schema where the gateway cannot be held to one. */
  async function schemaIfTaken(
    request: ChatRequest,
    signal: AbortSignal,
    ask: (prepared: Prepared) => Promise<ChatReply>,
  ): Promise<ChatReply> {
    const prepared = prepare(request, signal);
    try {
      return await ask(prepared);
    } catch (error) {
      if (prepared.call.body?.["response_format"] === undefined || !refusesSchema(error)) throw error;
      schemaless.add(prepared.model);
      return ask(prepare(request, signal));
    }
  }

  async function complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    if (options.stream) {
      // Nobody sees the pieces, so that all of them can be taken back.
      return stream({ ...request, takeBack: () => true }, () => undefined, signal);
    }
    return schemaIfTaken(request, signal, async ({ call, draft }) =>
      readCompletion(gateway, await requestJson(gateway, call), draft),
    );
  }

  async function stream(request: ChatRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ChatReply> {
    const usage = options.hasStreamUsage === true ? { stream_options: { include_usage: true } } : {};
    return schemaIfTaken(request, signal, async ({ call, draft }) => {
      const reader = createStreamReader(gateway, onText, request.takeBack);
      const result = await postForEvents(gateway, { ...call, body: { ...call.body, stream: true, ...usage } }, (data) =>
        reader.read(data),
      );
      if (result.kind === "json") {
        const reply = readCompletion(gateway, result.value, draft);
        onText(reply.text);
        return reply;
      }
      return finish(gateway, reader.end(result.start), draft);
    });
  }

  return options.stream ? { id, limits, complete, stream } : { id, limits, complete };
}

interface Prepared {
  call: GatewayRequest;
  draft: Draft;
  /** As the gateway spells it. */
  model: string;
}

/** Gateways name the field or the feature: "Unknown parameter: 'response_format'", "json_schema is not supported". */
function refusesSchema(error: unknown): boolean {
  return (
    isAppError(error, "model_rejected_request") &&
    /response.?format|json.?schema|structured.?output|guided/i.test(error.message)
  );
}

/** What the events came to. */
export interface StreamEnding {
  text: string;
  finishReason: string | undefined;
  usage: ReturnType<typeof usageOf>;
}

/**
 * Reads a whole completion.
 * @throws AppError `model_bad_reply` where the text is missing or empty, and the gateway's own errors
 */
export function readCompletion(gateway: Gateway, value: unknown, draft: Draft): ChatReply {
  const reply = readOpenAiReply(value);
  if (reply?.error != null) {
    throw errorFromErrorObject(gateway, reply.error);
  }
  const choice = reply?.choices?.[0];
  const content = choice?.message?.content;
  if (reply === undefined || typeof content !== "string") {
    throw badReply(gateway, "answered without a text (choices[0].message.content)", { got: JSON.stringify(value) });
  }
  const text = withoutThoughts(content);
  return finish(gateway, { text, finishReason: choice?.finish_reason ?? undefined, usage: usageOf(reply) }, draft);
}

function finish(gateway: Gateway, { text, finishReason, usage }: StreamEnding, draft: Draft): ChatReply {
  const ending = {
    text,
    usage,
    isTruncated: finishReason === "length",
    said: `finish_reason ${finishReason ?? "missing"}`,
  };
  return finishReply(gateway, ending, draft);
}

/** Reads the events of a streamed completion. */
export interface StreamReader {
  read(data: string): "more" | "done";
  /** @throws AppError `model_unreachable` when the stream was cut, `model_bad_reply` when it was none. */
  end(start: string): StreamEnding;
}

export function createStreamReader(
  gateway: Gateway,
  onText: (text: string) => void,
  takeBack: () => boolean = () => false,
): StreamReader {
  const visible = createVisibleText(onText, takeBack);
  let finishReason: string | undefined;
  let usage: ReturnType<typeof usageOf>;
  let isDone = false;
  let chunks = 0;

  function read(data: string): "more" | "done" {
    if (data.trim() === "[DONE]") {
      isDone = true;
      return "done";
    }
    const chunk = parseChunk(gateway, data);
    chunks += 1;
    const choice = chunk.choices?.[0];
    // reasoning_content (DeepSeek), reasoning (vLLM, OpenRouter) and thinking (Ollama) stay unread: no answer.
    const content = choice?.delta?.content ?? choice?.message?.content;
    if (typeof content === "string") {
      visible.push(content);
    }
    finishReason = choice?.finish_reason ?? finishReason;
    usage = usageOf(chunk) ?? usage;
    return "more";
  }

  function end(start: string): StreamEnding {
    if (chunks === 0 && !isDone) {
      throw badReply(gateway, "answered a stream without events", { got: start });
    }
    // Some gateways leave out [DONE]; a finish_reason says as well that nothing is missing.
    if (!isDone && finishReason === undefined) {
      throw new AppError("model_unreachable", `${gateway.id} cut the stream before its end`, { retryable: true });
    }
    return { text: visible.end(), finishReason, usage };
  }

  return { read, end };
}

function parseChunk(gateway: Gateway, data: string): OpenAiReply {
  const value = parseJson(data);
  if (value === undefined) {
    // Also what is left of an event that a broken connection cut in the middle: worth another try.
    throw badReply(gateway, "streamed an event that is not JSON", { got: data, retryable: true });
  }
  const chunk = readOpenAiReply(value);
  if (chunk === undefined) {
    throw badReply(gateway, "streamed an event of an unknown shape", { got: data });
  }
  if (chunk.error != null) {
    throw errorFromErrorObject(gateway, chunk.error);
  }
  return chunk;
}
