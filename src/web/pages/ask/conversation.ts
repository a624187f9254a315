import { signal } from "@preact/signals";
import { ask, type AnswerDocument, type AskedTurn } from "../../api/ask.ts";
import { ApiFault } from "../../api/request.ts";

/** A question and what has become of it so far. */
export interface Exchange {
  key: number;
  question: string;
  state: "running" | "done" | "stopped" | "failed" | "key-needed";
  /** The answer as far as it is written. */
  text: string;
  /** The pipeline's step that ended last. */
  step: string | undefined;
  document: AnswerDocument | undefined;
  error: unknown;
}

/** Earlier turns that are sent along. */
const HISTORY_TURNS = 12;

/** The conversation of this tab, oldest first. */
export const exchanges = signal<readonly Exchange[]>([]);

let running: AbortController | undefined;
let asked = 0;

/** Asks in the conversation so far; the answer grows in `exchanges`. */
export async function send(question: string): Promise<void> {
  stop();
  const key = ++asked;
  const controller = new AbortController();
  running = controller;
  const history = historyOf(exchanges.value);
  const fresh = { key, question, text: "", step: undefined, document: undefined, error: undefined };
  exchanges.value = [...exchanges.value, { ...fresh, state: "running" }];
  try {
    const document = await ask(
      { question, history, language: undefined },
      {
        onStep: (step) => change(key, () => ({ step })),
        onText: (piece) => change(key, ({ text }) => ({ text: text + piece })),
      },
      controller.signal,
    );
    change(key, () => ({ state: "done", document, text: document.answer }));
  } catch (error) {
    if (controller.signal.aborted) change(key, () => ({ state: "stopped" }));
    else if (error instanceof ApiFault && error.status === 401) change(key, () => ({ state: "key-needed" }));
    else change(key, () => ({ state: "failed", error }));
  } finally {
    if (running === controller) running = undefined;
  }
}

/** Hangs up: the service ends the model's call too. */
export function stop(): void {
  running?.abort();
  running = undefined;
}

export function startAnew(): void {
  stop();
  exchanges.value = [];
}

/** Asks a question again that a missing key or a lost connection left without an answer. */
export async function sendAgain({ key, question }: Exchange): Promise<void> {
  exchanges.value = exchanges.value.filter((one) => one.key !== key);
  await send(question);
}

function change(key: number, next: (known: Exchange) => Partial<Exchange>): void {
  exchanges.value = exchanges.value.map((one) => (one.key === key ? { ...one, ...next(one) } : one));
}

function historyOf(known: readonly Exchange[]): AskedTurn[] {
  return known
    .filter(({ document }) => document?.outcome === "answered")
    .flatMap(({ question, text }): AskedTurn[] => [
      { role: "user", content: question },
      { role: "assistant", content: text },
    ])
    .slice(-HISTORY_TURNS);
}
