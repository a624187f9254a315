import type { ChatModel, ChatReply, ChatRequest, ModelLimits } from "../core/model.ts";
import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/runtime.ts";
import { estimatePromptTokens, estimateTokens } from "./token-estimate.ts";

/** One reply of a scripted model: a text, an error, or a text with more facts. */
export type ScriptedStep =
  | string
  | Error
  | {
      text?: string;
      error?: Error;
      delayMs?: number;
      truncated?: boolean;
      /** Pieces of a stream. */ pieces?: string[];
    };

export interface ScriptedOptions {
  /** Steps in order (the last one stays), or what to answer to each request. */
  script: readonly ScriptedStep[] | ((request: ChatRequest, call: number) => ScriptedStep);
  id?: string;
  limits?: ModelLimits;
  /** Needed for `delayMs`. */
  clock?: Clock;
}

export interface ScriptedModel extends ChatModel {
  /** What it was asked, in order. */
  readonly requests: readonly ChatRequest[];
  stream(request: ChatRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ChatReply>;
}

/** A model that answers from a script: for tests and for trying things without a gateway. */
export function createScriptedModel(options: ScriptedOptions): ScriptedModel {
  const { script, id = "scripted/script", limits = { contextTokens: 8192, replyTokens: 1024 } } = options;
  const requests: ChatRequest[] = [];

  async function next(request: ChatRequest, signal: AbortSignal): Promise<{ reply: ChatReply; pieces: string[] }> {
    throwIfAborted(signal);
    const call = requests.push(request) - 1;
    const step = typeof script === "function" ? script(request, call) : (script[call] ?? script.at(-1) ?? "");
    const facts = typeof step === "string" ? { text: step } : step instanceof Error ? { error: step } : step;
    if ("delayMs" in facts && facts.delayMs !== undefined) {
      await pause(facts.delayMs, signal);
    }
    throwIfAborted(signal);
    if (facts.error !== undefined) {
      throw facts.error;
    }
    const pieces = "pieces" in facts ? facts.pieces : undefined;
    const text = ("text" in facts ? facts.text : undefined) ?? pieces?.join("") ?? "";
    const reply: ChatReply = {
      text,
      model: id,
      usage: { prompt: estimatePromptTokens(request.messages), completion: estimateTokens(text) },
      truncated: "truncated" in facts && (facts.truncated ?? false),
      warnings: [],
    };
    return { reply, pieces: pieces ?? text.match(/.{1,4}/gsu) ?? [] };
  }

  async function pause(ms: number, signal: AbortSignal): Promise<void> {
    if (options.clock === undefined) {
      throw new Error("a scripted delay needs a clock");
    }
    await options.clock.sleep(ms, signal).catch((error: unknown) => {
      throwIfAborted(signal);
      throw error;
    });
  }

  return {
    id,
    limits,
    requests,
    complete: async (request, signal) => (await next(request, signal)).reply,
    stream: async (request, onText, signal) => {
      const { reply, pieces } = await next(request, signal);
      for (const piece of pieces) {
        throwIfAborted(signal);
        onText(piece);
      }
      return reply;
    },
  };
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) {
    throw new AppError("aborted", "the call was cancelled");
  }
}
