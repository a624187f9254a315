import type { ChatModel, ChatReply, ChatRequest, ModelLimits } from "../core/model.ts";
import { badReply } from "./gateway-errors.ts";
import type { Gateway } from "./gateway.ts";
import { estimatePromptTokens, estimateTokens } from "./token-estimate.ts";

/** What is known of a reply before it comes. */
export interface Draft {
  request: ChatRequest;
  /** `vendor/model` that is asked. */
  model: string;
  warnings: string[];
}

/** What a gateway's reply came to. */
export interface Ending {
  text: string;
  /** True when the gateway says that it stopped at a length limit. */
  isTruncated: boolean;
  /** Tokens that the gateway counted; what it leaves out is estimated. */
  usage?: { prompt?: number | undefined; completion?: number | undefined } | undefined;
  /** Why the reply ended, in the gateway's words, for the message about an empty text. */
  said?: string;
}

/**
 * Makes the reply of a dialect.
 * @throws AppError `model_bad_reply` for an empty text
 */
export function finishReply(gateway: Gateway, { text, isTruncated, usage, said }: Ending, draft: Draft): ChatReply {
  if (text.trim() === "") {
    throw badReply(gateway, `answered with an empty text${said === undefined ? "" : ` (${said})`}`);
  }
  return {
    text,
    model: draft.model,
    usage: {
      prompt: usage?.prompt ?? estimatePromptTokens(draft.request.messages),
      completion: usage?.completion ?? estimateTokens(text),
    },
    truncated: isTruncated,
    warnings: draft.warnings,
  };
}

/** A model behind a gateway that cannot stream: its stream hands on the whole text in one piece. */
export function wholeReplyModel(
  { id, limits }: { id: string; limits: ModelLimits },
  complete: ChatModel["complete"],
): ChatModel {
  return {
    id,
    limits,
    complete,
    async stream(request, onText, signal) {
      const reply = await complete(request, signal);
      onText(reply.text);
      return reply;
    },
  };
}

/** The two ways of a gateway that can stream. */
export interface StreamingCalls {
  whole: ChatModel["complete"];
  stream: NonNullable<ChatModel["stream"]>;
}

/** A model behind a gateway that can stream: with `isStreamed` every call is, without it none. */
export function streamingModel(
  { id, limits, isStreamed }: { id: string; limits: ModelLimits; isStreamed: boolean },
  { whole, stream }: StreamingCalls,
): ChatModel {
  if (!isStreamed) return wholeReplyModel({ id, limits }, whole);
  return { id, limits, stream, complete: (request, signal) => stream(request, () => undefined, signal) };
}
