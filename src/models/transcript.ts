import type { ChatMessage } from "../core/model.ts";
import { alternate } from "./alternation.ts";

/**
 * A conversation as one text, for gateways that take nothing else: system text, earlier turns, the question last.
 * @throws AppError `model_rejected_request` when there is no word of the user
 */
export function transcriptOf(messages: readonly ChatMessage[]): string {
  const { system, turns } = alternate(messages);
  const history = turns
    .slice(0, -1)
    .map(({ role, content }) => `${role === "user" ? "User" : "Assistant"}: ${content}`);
  const question = turns.at(-1)?.content ?? "";
  const parts = [
    ...(system === "" ? [] : [system]),
    ...(history.length === 0 ? [] : [`Conversation so far:\n${history.join("\n")}`]),
    question,
  ];
  return parts.join("\n\n");
}
