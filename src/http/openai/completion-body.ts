import type { AskDocument } from "../../core/ask-document.ts";
import { silenceNotice } from "../silence-notice.ts";
import { sourceList } from "../source-list.ts";
import { MODEL } from "./completion-request.ts";

export interface CompletionHead {
  id: string;
  /** Seconds since 1970. */
  created: number;
}

/** The text of a completion: the answer, with its sources below where they are wanted, or one line in place of silence. */
export function completionText(
  question: string,
  { outcome, answer, reason, citations }: AskDocument,
  { footnotes }: { footnotes: boolean },
): string {
  if (outcome !== "answered") return silenceNotice(question, reason);
  return footnotes && citations.length > 0 ? `${answer}\n\n${sourceList(citations)}` : answer;
}

/** What OpenAI has no place for; clients pass it over. */
export function ownFields({ outcome, reason, citations, scores }: AskDocument) {
  return { outcome, ...(reason !== undefined && { reason }), citations, scores };
}

export function usageOf({ tokens: { prompt, completion, total } }: AskDocument) {
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total };
}

export function completionBody({ id, created }: CompletionHead, text: string, document: AskDocument) {
  return {
    id,
    object: "chat.completion",
    created,
    model: MODEL,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: text, refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: usageOf(document),
    xianheng: ownFields(document),
  };
}

/** The chunks of a streamed completion, as lines of `data`. */
export function completionChunks({ id, created }: CompletionHead, includesUsage: boolean) {
  const head = { id, object: "chat.completion.chunk", created, model: MODEL };
  const noUsage = includesUsage ? { usage: null } : {};
  const chunk = (delta: object, finishReason: "stop" | null, own: object = {}): string =>
    JSON.stringify({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      ...noUsage,
      ...own,
    });
  return {
    first: () => chunk({ role: "assistant", content: "" }, null),
    text: (text: string) => chunk({ content: text }, null),
    last: (document: AskDocument) => chunk({}, "stop", { xianheng: ownFields(document) }),
    usage: (document: AskDocument) => JSON.stringify({ ...head, choices: [], usage: usageOf(document) }),
  };
}
