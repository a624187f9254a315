import { AppError } from "../core/errors.ts";
import type { ChatMessage } from "../core/model.ts";

/** One turn where only user and assistant may speak. */
export interface Turn {
  role: "user" | "assistant";
  content: string;
}

export interface Alternating {
  /** System texts, joined; empty when there are none. */
  system: string;
  /** Odd in number, user and assistant strictly in turn, the user first and last. */
  turns: Turn[];
}

/**
 * Brings messages into the form that many gateways demand. Neighbours of one role become one turn, blank ones and an
 * assistant's turn before the first question are left out; of the user's words nothing is lost and the last turn ends
 * with the last question.
 * @throws AppError `model_rejected_request` when there is no word of the user
 */
export function alternate(messages: readonly ChatMessage[]): Alternating {
  const system: string[] = [];
  const turns: Turn[] = [];
  for (const { role, content: raw } of messages) {
    const content = raw.toWellFormed();
    if (content.trim() === "") continue;
    if (role === "system") {
      system.push(content);
      continue;
    }
    const last = turns.at(-1);
    if (last?.role === role) last.content += `\n\n${content}`;
    else if (role === "user" || last !== undefined) turns.push({ role, content });
  }
  if (turns.at(-1)?.role === "assistant") turns.pop();
  if (turns.length === 0) {
    throw new AppError("model_rejected_request", "The request holds no question: there is no word of the user in it.");
  }
  return { system: system.join("\n\n"), turns };
}

/** The same where a gateway has no place for a system text: it leads the last turn, which is never trimmed away. */
export function alternateWithoutSystem(messages: readonly ChatMessage[]): Turn[] {
  const { system, turns } = alternate(messages);
  if (system === "") return turns;
  return turns.map((turn, index) =>
    index === turns.length - 1 ? { ...turn, content: `${system}\n\n${turn.content}` } : turn,
  );
}
