import type { ChatMessage } from "../core/model.ts";
import { estimatePromptTokens } from "./token-estimate.ts";

export interface FittedMessages {
  messages: ChatMessage[];
  /** Number of history messages left out. */
  dropped: number;
}

/**
 * Leaves out history, oldest turns first, until the prompt has at most `maxTokens`. System messages and the last
 * message (material and question) always stay whole, even where they alone are too long: a cut question is worse than
 * a refused one. What remains of the history begins with the user.
 */
export function fitContext(messages: readonly ChatMessage[], maxTokens: number): FittedMessages {
  const system = messages.filter((message) => message.role === "system");
  const turns = messages.filter((message) => message.role !== "system");
  const question = turns.slice(-1);
  const history = turns.slice(0, -1);
  let room = maxTokens - estimatePromptTokens([...system, ...question]);
  let first = history.length;
  while (first > 0) {
    const turn = history[first - 1];
    const cost = turn === undefined ? 0 : estimatePromptTokens([turn]);
    if (cost > room) {
      break;
    }
    room -= cost;
    first -= 1;
  }
  if (first > 0) {
    while (history[first]?.role === "assistant") {
      first += 1;
    }
  }
  return { messages: [...system, ...history.slice(first), ...question], dropped: first };
}
