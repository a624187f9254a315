import type { HistoryTurn } from "../core/message.ts";
import type { Citation, Outcome } from "../core/outcome.ts";

/** What a conversation has come to. */
export interface Conversation {
  /** Oldest first. */
  history: HistoryTurn[];
  /** Undefined before the first answer. */
  lastCitations: Citation[] | undefined;
}

/** Turns that are handed on; older ones are forgotten. */
const MAX_HISTORY_TURNS = 20;

/** Reasons for silence that leave a question which a later line may lean on: "可以养猫吗？", "那狗呢？". */
const ASKED_IN_VAIN = ["unrelated", "unanswerable", "unsupported"];

/** Adds a question and its answer; of a question without one, the question. */
export function remember(conversation: Conversation, question: string, outcome: Outcome): void {
  const turns: HistoryTurn[] = [{ role: "user", content: question }];
  if (outcome.kind === "answered" && outcome.clearHistory === true) {
    // A gateway found something unsafe in it; with the old turns it would refuse the next question as well.
    conversation.lastCitations = outcome.citations;
    conversation.history = [];
    return;
  }
  if (outcome.kind === "answered") {
    conversation.lastCitations = outcome.citations;
    turns.push({ role: "assistant", content: outcome.answer });
  } else if (outcome.kind === "failed" || !ASKED_IN_VAIN.includes(outcome.reason)) {
    return;
  }
  conversation.history = [...conversation.history, ...turns].slice(-MAX_HISTORY_TURNS);
}
