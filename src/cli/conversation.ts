import type { HistoryTurn } from "../core/message.ts";
import type { Citation } from "../core/outcome.ts";

/** What a conversation has come to. */
export interface Conversation {
  /** Oldest first. */
  history: HistoryTurn[];
  /** Undefined before the first answer. */
  lastCitations: Citation[] | undefined;
}

/** Turns that are handed on; older ones are forgotten. */
const MAX_HISTORY_TURNS = 20;

/** Adds a question and its answer. */
export function remember(
  conversation: Conversation,
  question: string,
  { answer, citations }: { answer: string; citations: Citation[] },
): void {
  conversation.lastCitations = citations;
  conversation.history = [
    ...conversation.history,
    { role: "user" as const, content: question },
    { role: "assistant" as const, content: answer },
  ].slice(-MAX_HISTORY_TURNS);
}
