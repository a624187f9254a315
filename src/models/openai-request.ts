import type { ChatRequest } from "../core/model.ts";

export interface OpenAiRequestOptions {
  model: string;
  /** Longest reply in tokens when the request does not say. */
  replyTokens: number;
  /** Least temperature where the gateway refuses 0. */
  minTemperature?: number | undefined;
  /** Sends the schema that the request may have. */
  sendsSchema?: boolean;
}

export interface OpenAiRequest {
  body: Record<string, unknown>;
  warnings: string[];
}

/** Builds the body of a chat completion. Lone surrogates become U+FFFD: JSON of them is refused by strict gateways. */
export function buildOpenAiRequest(request: ChatRequest, options: OpenAiRequestOptions): OpenAiRequest {
  // OpenAI's reasoning models: "max_tokens is not supported with this model. Use max_completion_tokens instead."
  const isReasoning = /^(o\d|gpt-5)/.test(options.model);
  const maxTokens = request.maxTokens ?? options.replyTokens;
  const warnings: string[] = [];
  const body: Record<string, unknown> = {
    model: options.model,
    messages: request.messages.map(({ role, content }) => ({ role, content: content.toWellFormed() })),
    [isReasoning ? "max_completion_tokens" : "max_tokens"]: maxTokens,
  };
  if (request.temperature !== undefined) {
    if (isReasoning) {
      warnings.push(`${options.model} has no temperature`);
    } else {
      body["temperature"] = Math.max(request.temperature, options.minTemperature ?? 0);
    }
  }
  const { responseSchema } = request;
  if (responseSchema !== undefined && options.sendsSchema === true) {
    const { name, schema } = responseSchema;
    body["response_format"] = { type: "json_schema", json_schema: { name, strict: true, schema } };
  }
  return { body, warnings };
}
