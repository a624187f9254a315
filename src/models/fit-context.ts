import type { ChatMessage } from "../core/model.ts";
import { estimatePromptTokens } from "./token-estimate.ts";

/** Characters a message costs beyond its text: where roles must alternate, messages are joined with a blank line. */
const MESSAGE_CHARS = 2;

export interface FittedMessages {
  messages: ChatMessage[];
  /** Number of history messages left out. */
  dropped: number;
}

/** Size of a prompt. */
export interface PromptBounds {
  maxTokens: number;
  /** Characters of all messages together, joined as they may be. Default: no bound. */
  maxChars?: number;
}

/**
 * Leaves out history, oldest turns first, until the prompt is within its bounds. System messages and the last
 * message (material and question) always stay whole, even where they alone are too long: a cut question is worse than
 * a refused one. What remains of the history begins with the user.
 */
export function fitContext(
  messages: readonly ChatMessage[],
  { maxTokens, maxChars = Infinity }: PromptBounds,
): FittedMessages {
  const { system, history, question } = partsOf(messages);
  const whole = [...system, ...question];
  let room = maxTokens - estimatePromptTokens(whole);
  let charRoom = maxChars - countChars(whole);
  let first = history.length;
  while (first > 0) {
    const turn = history[first - 1];
    const cost = turn === undefined ? 0 : estimatePromptTokens([turn]);
    const chars = turn === undefined ? 0 : countChars([turn]);
    if (cost > room || chars > charRoom) {
      break;
    }
    room -= cost;
    charRoom -= chars;
    first -= 1;
  }
  while (history[first]?.role === "assistant") {
    first += 1;
  }
  return { messages: [...system, ...history.slice(first), ...question], dropped: first };
}

/** Whether instructions and last message alone, without any history, are within the bounds. */
export function fitsAlone(messages: readonly ChatMessage[], { maxTokens, maxChars = Infinity }: PromptBounds): boolean {
  const { system, question } = partsOf(messages);
  const whole = [...system, ...question];
  return estimatePromptTokens(whole) <= maxTokens && countChars(whole) <= maxChars;
}

function partsOf(messages: readonly ChatMessage[]): Record<"system" | "history" | "question", ChatMessage[]> {
  const turns = messages.filter((message) => message.role !== "system");
  return {
    system: messages.filter((message) => message.role === "system"),
    history: turns.slice(0, -1),
    question: turns.slice(-1),
  };
}

function countChars(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + content.length + MESSAGE_CHARS, 0);
}
