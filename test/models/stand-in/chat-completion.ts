import type { ServerResponse } from "node:http";
import { sendJson, writeEvents, type Received } from "./gateway-server.ts";

const KNOWN = new Set(
  (
    "model messages temperature max_tokens max_completion_tokens top_p n stream stream_options stop presence_penalty " +
    "frequency_penalty seed tools tool_choice user logit_bias response_format timeout"
  ).split(" "),
);

/** What is wrong with the body of a chat completion by OpenAI's document; undefined when nothing is. */
export function faultOfChatBody(body: Record<string, unknown>): string | undefined {
  const unknown = Object.keys(body).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) {
    return `Unrecognized request argument supplied: ${unknown}`;
  }
  const { model, messages, temperature, max_tokens: maxTokens } = body;
  if (typeof model !== "string" || model === "auto") {
    return "you must provide a model parameter";
  }
  if (!Array.isArray(messages) || messages.length === 0) {
    return "[] is too short - 'messages'";
  }
  const bad = messages.find((message: unknown) => !isMessage(message));
  if (bad !== undefined) {
    return `${JSON.stringify(bad)} is not valid under any of the given schemas - 'messages'`;
  }
  if (temperature !== undefined && !(typeof temperature === "number" && temperature >= 0 && temperature <= 1)) {
    return "temperature is out of range";
  }
  return maxTokens !== undefined && !(Number.isInteger(maxTokens) && Number(maxTokens) >= 1)
    ? "max_tokens is out of range"
    : undefined;
}

function isMessage(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("role" in value) || !("content" in value)) {
    return false;
  }
  const { role, content } = value;
  const isKnownRole = role === "system" || role === "user" || role === "assistant";
  return isKnownRole && typeof content === "string" && content.isWellFormed() && Object.keys(value).length === 2;
}

export function completion(text: string | null, extra: { finish?: string; model?: string } = {}): object {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: extra.model ?? "m",
    choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: extra.finish ?? "stop" }],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  };
}

export function delta(content: string): object {
  return { object: "chat.completion.chunk", choices: [{ index: 0, delta: { content }, finish_reason: null }] };
}

export function finished(reason = "stop"): object {
  return { object: "chat.completion.chunk", choices: [{ index: 0, delta: {}, finish_reason: reason }] };
}

export const usageEvent = { choices: [], usage: { prompt_tokens: 11, completion_tokens: 7 } };

/** Answers as the request asks: whole, or streamed in pieces of two characters. */
export function answerChat(response: ServerResponse, { body }: Received, text: string, finish = "stop"): void {
  if (body["stream"] !== true) {
    sendJson(response, completion(text, { finish }));
    return;
  }
  const pieces = text.match(/.{1,2}/gsu) ?? [];
  writeEvents(response, [...pieces.map(delta), finished(finish), usageEvent, "[DONE]"]);
  response.end();
}
