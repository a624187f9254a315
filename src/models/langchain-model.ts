import { AppError } from "../core/errors.ts";
import type { ChatModel, ChatReply, ChatRequest, ModelLimits } from "../core/model.ts";
import { finishReply, type Draft } from "./finish-reply.ts";
import { badReply } from "./gateway-errors.ts";
import type { Gateway } from "./gateway.ts";
import { withDeadline } from "./http.ts";
import { errorFromLangChain } from "./langchain-errors.ts";
import { isLengthReason, readLangChainMessage, type LangChainText } from "./langchain-reply.ts";
import { createVisibleText, withoutThoughts } from "./think-filter.ts";

type RoleAndText = [role: "system" | "user" | "assistant", text: string];

interface CallOptions {
  signal: AbortSignal;
  callbacks: { name: string; handleText: () => void }[];
}

/** The part of LangChain's `BaseChatModel` that is used; any version's model has it. */
export interface LangChainChatModel {
  invoke(messages: RoleAndText[], options: CallOptions): Promise<unknown>;
  stream(messages: RoleAndText[], options: CallOptions): Promise<AsyncIterable<unknown>>;
}

/** What a call asks of the model. */
export interface CallSettings {
  temperature: number | undefined;
  /** Longest reply, in tokens. */
  maxTokens: number;
}

export interface LangChainModelOptions {
  gateway: Gateway;
  limits: ModelLimits;
  timeoutMs: number;
  /** For messages about the network; no secret in it. */
  baseUrl: string;
  /** Whether the model has a stream. */
  stream: boolean;
  /** Whether a stream without a reason for its end was cut. */
  endsWithReason: boolean;
  /** The model for these settings, and what of them it cannot do. */
  modelFor: (settings: CallSettings) => Promise<{ model: LangChainChatModel; warnings: string[] }>;
}

/**
 * Keeps LangSmith out: its tracer is added to every call when LANGSMITH_TRACING or one of its kin is set, unless a
 * handler of this name is there already. Questions and documents do not leave the machine for a log.
 */
const NO_TRACER = { name: "langchain_tracer", handleText: () => undefined };

/** A chat model of LangChain as one of ours. One attempt a call: `guardModel` adds limits and retries. */
export function createLangChainModel(options: LangChainModelOptions): ChatModel {
  const { gateway, limits, timeoutMs, baseUrl } = options;
  const { id } = gateway;

  async function call<T>(
    request: ChatRequest,
    signal: AbortSignal,
    run: (
      model: LangChainChatModel,
      given: { messages: RoleAndText[]; options: CallOptions; draft: Draft },
    ) => Promise<T>,
  ): Promise<T> {
    return withDeadline(gateway, { timeoutMs, signal }, async (inner) => {
      try {
        const { temperature, maxTokens = limits.replyTokens } = request;
        const { model, warnings } = await options.modelFor({ temperature, maxTokens });
        const messages = request.messages.map(({ role, content }): RoleAndText => [role, content.toWellFormed()]);
        const given = {
          messages,
          options: { signal: inner, callbacks: [NO_TRACER] },
          draft: { request, model: id, warnings },
        };
        return await untilAborted(run(model, given), inner);
      } catch (error) {
        throw errorFromLangChain(gateway, error, baseUrl);
      }
    });
  }

  function finish(message: LangChainText, draft: Draft): ChatReply {
    const { text, reason, usage } = message;
    const ending = {
      text,
      usage,
      isTruncated: isLengthReason(reason),
      said: `it stopped for "${reason ?? "no reason"}"`,
    };
    return finishReply(gateway, ending, draft);
  }

  async function complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    return call(request, signal, async (model, given) => {
      const reply = await model.invoke(given.messages, given.options);
      const message = readLangChainMessage(reply);
      if (message === undefined) throw badReply(gateway, "answered with no message", { got: JSON.stringify(reply) });
      return finish({ ...message, text: withoutThoughts(message.text) }, given.draft);
    });
  }

  async function stream(request: ChatRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ChatReply> {
    return call(request, signal, async (model, given) => {
      const visible = createVisibleText(onText, request.takeBack ?? (() => false));
      let reason: string | undefined;
      let usage: LangChainText["usage"];
      for await (const chunk of await model.stream(given.messages, given.options)) {
        const piece = readLangChainMessage(chunk);
        if (piece === undefined) throw badReply(gateway, "streamed no message", { got: JSON.stringify(chunk) });
        // The reader has gone: an integration that does not listen to the signal goes on for a while.
        if (given.options.signal.aborted) break;
        visible.push(piece.text);
        reason = piece.reason ?? reason;
        usage = addUsage(usage, piece.usage);
      }
      if (options.endsWithReason && reason === undefined) {
        throw new AppError("model_unreachable", `${id} cut the stream before its end`, { retryable: true });
      }
      return finish({ text: visible.end(), reason, usage }, given.draft);
    });
  }

  return options.stream ? { id, limits, complete, stream } : { id, limits, complete };
}

/** LangChain sums the pieces' usage: Anthropic tells the prompt's in the first piece and the reply's in the last. */
function addUsage(sum: LangChainText["usage"], next: LangChainText["usage"]): LangChainText["usage"] {
  if (sum === undefined || next === undefined) return next ?? sum;
  return {
    prompt: (sum.prompt ?? 0) + (next.prompt ?? 0),
    completion: (sum.completion ?? 0) + (next.completion ?? 0),
  };
}

/** Settles like `work`, or rejects at once when the signal is aborted: not every integration listens to it. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const listening = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    const end = (): void => reject(new AppError("aborted", "the call was cancelled"));
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true, signal: listening.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    listening.abort();
  }
}
