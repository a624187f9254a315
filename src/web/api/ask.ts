import type { AskDocument } from "../../core/ask-document.ts";
import { requestEvents } from "./events.ts";
import { faultOf, request } from "./request.ts";

export type AnswerDocument = AskDocument & { id: string };
export type CitedPassage = AskDocument["citations"][number];

export interface AskedTurn {
  role: "user" | "assistant";
  content: string;
}

export interface AskProgress {
  onStep: (name: string) => void;
  onText: (text: string) => void;
}

/** Asks and follows the answer while it is written. @throws ApiFault */
export async function ask(
  { question, history, language }: { question: string; history: AskedTurn[]; language: "zh" | "en" | undefined },
  { onStep, onText }: AskProgress,
  signal: AbortSignal,
): Promise<AnswerDocument> {
  const body = { question, history, ...(language !== undefined && { language }) };
  for await (const { name, data } of requestEvents("/v1/query", { body, signal })) {
    if (name === "delta" && hasText(data)) onText(data.text);
    else if (name === "step" && hasName(data)) onStep(data.name);
    else if (name === "done" && isAnswer(data)) return data;
    else if (name === "error") throw faultOf(statusIn(data), JSON.stringify(data));
  }
  throw faultOf(0, JSON.stringify({ code: "unreachable", detail: "The stream ended early." }));
}

/** An opinion of an answer, or of silence; `none` takes it back. @throws ApiFault */
export async function vote(id: string, opinion: "up" | "down" | "none"): Promise<void> {
  await request("/v1/feedback", { body: { id, vote: opinion } });
}

function hasText(data: unknown): data is { text: string } {
  return typeof data === "object" && data !== null && "text" in data && typeof data.text === "string";
}

function hasName(data: unknown): data is { name: string } {
  return typeof data === "object" && data !== null && "name" in data && typeof data.name === "string";
}

/** What the service calls done is whole. */
function isAnswer(data: unknown): data is AnswerDocument {
  return typeof data === "object" && data !== null && "outcome" in data && "id" in data;
}

function statusIn(data: unknown): number {
  return typeof data === "object" && data !== null && "status" in data && typeof data.status === "number"
    ? data.status
    : 500;
}
