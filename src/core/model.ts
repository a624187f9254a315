import type { AppError } from "./errors.ts";

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface ChatRequest {
  messages: ChatMessage[];
  /** 0 to 1; a gateway that forbids 0 gets its smallest allowed value. */
  temperature?: number;
  /** Language that the reply is wanted in, for a gateway that is reached through a translator. Default: that of the prompt. */
  language?: "zh" | "en";
  /** Upper limit of the reply, in tokens. */
  maxTokens?: number;
  /** JSON schema of the reply. A gateway that cannot be held to one ignores it, so the prompt has to ask for the shape too. */
  responseSchema?: ResponseSchema;
  /** Told of each model in a chain that failed on this request. Never sent. */
  onFailure?: (model: string, error: AppError) => void;
  /**
   * Asked when a stream broke after some of its text was handed on: true when the receiver has forgotten that text, so
   * that another model may begin anew. Never sent. Without it a broken stream is final.
   */
  takeBack?: () => boolean;
  /**
   * Asked for shorter messages when instructions and last message alone exceed the model's window: the longest version
   * that `fits`, else the shortest. Never sent.
   */
  shorten?: (fits: (messages: ChatMessage[]) => boolean) => ChatMessage[];
}

export interface ResponseSchema {
  /** Letters, digits, `_` and `-`. */
  name: string;
  /** Strict: every property required, `additionalProperties: false`. */
  schema: object;
}

export interface TokenUsage {
  prompt: number;
  completion: number;
}

export interface ChatReply {
  text: string;
  /** The model that answered, as `vendor/model`. */
  model: string;
  usage: TokenUsage;
  /** True when the gateway cut the reply at a length limit. */
  truncated: boolean;
  /** Settings the gateway does not support and the caller asked for. */
  warnings: string[];
  /** True when the gateway wants the conversation so far to be forgotten: it found something unsafe in it. */
  clearHistory?: boolean;
}

export interface ModelLimits {
  /** Prompt and reply together, in tokens. */
  contextTokens: number;
  /** Longest reply, in tokens. */
  replyTokens: number;
  /** Longest prompt, in tokens, where the gateway takes less than context minus reply. */
  promptTokens?: number;
  /** Longest prompt, in characters of all its messages, where the gateway counts those. */
  promptChars?: number;
}

/** A model that answers. Every implementation passes `test/conformance/chat-model.ts`. */
export interface ChatModel {
  /** `vendor/model`, safe to log. */
  id: string;
  limits: ModelLimits;
  /** @throws AppError with a `model_*`, `timeout` or `aborted` code. */
  complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply>;
  /** Like `complete`; hands on each piece of text as it arrives. The pieces joined are the reply's text. */
  stream?(request: ChatRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ChatReply>;
}

export type EmbeddingKind = "query" | "passage";

/** A model that turns texts into unit-length vectors. */
export interface EmbeddingModel {
  /** Names weights and pooling; part of the index fingerprint. */
  id: string;
  dimensions: number;
  /** One vector a text, in order. @throws AppError `embedding_model_*`, `model_*`, `timeout`, `aborted`. */
  embed(texts: string[], kind: EmbeddingKind, signal: AbortSignal): Promise<Float32Array[]>;
  /** Releases threads and memory; the model must not be used afterwards. */
  close?(): Promise<void>;
}

/** A passage an answer may use, under the number that it is cited by. */
export interface NumberedPassage {
  n: number;
  title: string;
  headings: string[];
  /** Markdown. */
  text: string;
}

/** Answers from passages without a language model: the reply's text consists of their sentences, each with its `[n]`. */
export interface PassageAnswerer {
  id: string;
  /** @throws AppError `aborted`, `embedding_model_*`. */
  answer(question: string, passages: NumberedPassage[], signal: AbortSignal): Promise<ChatReply>;
}
