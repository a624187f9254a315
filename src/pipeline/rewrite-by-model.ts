import { errorMessage, isAppError } from "../core/errors.ts";
import type { HistoryTurn } from "../core/message.ts";
import type { ChatMessage, ChatModel } from "../core/model.ts";
import type { Clock } from "../core/runtime.ts";
import { languageOf } from "./language.ts";
import { REWRITE_TEXTS } from "./prompts/rewrite-texts.ts";
import { MAX_STANDALONE_CHARS } from "./resolve-follow-up.ts";
import type { Asked } from "./turn.ts";
import { withinTime } from "./within-time.ts";

/** Gives a question that can be understood alone, or undefined where the model's reply is of no use. */
export type AskModelForQuestion = (
  turn: Pick<Asked, "question" | "history" | "note">,
  signal: AbortSignal,
) => Promise<string | undefined>;

export interface RewriteByModelOptions {
  model: ChatModel;
  /** Unguessable text for the markers around the conversation, a new one each call. */
  createNonce: () => string;
  clock: Pick<Clock, "sleep">;
  /** Counts a call; false when there is none left this hour. */
  takeCall: () => boolean;
}

/** After so many milliseconds the line is taken as it is. */
const TIMEOUT_MS = 8000;
/** Turns and characters of each that the model sees. */
const HISTORY_TURNS = 6;
const HISTORY_CHARS = 300;
const REPLY_TOKENS = 120;

/**
 * Asks a model what a line means in its conversation. One call a line; a timeout, a fault and a reply that is no single
 * short line leave the line as it is.
 */
export function rewriteByModel({ model, createNonce, clock, takeCall }: RewriteByModelOptions): AskModelForQuestion {
  const limit = { clock, timeoutMs: TIMEOUT_MS, what: "the question in full" };
  return async function askModel({ question, history, note }, signal) {
    if (!takeCall()) {
      note("judge-limit: judge_per_hour is used up, the line was taken as it is");
      return undefined;
    }
    const messages = buildRewritePrompt(question, history, createNonce());
    try {
      const reply = await withinTime(limit, signal, (inner) =>
        model.complete({ messages, temperature: 0, maxTokens: REPLY_TOKENS }, inner),
      );
      return reply.truncated ? undefined : readStandalone(reply.text);
    } catch (error) {
      signal.throwIfAborted();
      if (!isAppError(error)) throw error;
      note(`rewrite-failed: ${errorMessage(error)}`);
      return undefined;
    }
  };
}

/** The messages of one call; the conversation is data between two marker lines that hold a nonce. */
export function buildRewritePrompt(line: string, history: readonly HistoryTurn[], nonce: string): ChatMessage[] {
  const texts = REWRITE_TEXTS[languageOf(line)];
  const marker = `<<<${nonce}>>>`;
  const turns = history
    .slice(-HISTORY_TURNS)
    .map(({ role, content }) => `${texts.speaker[role]}: ${oneLine(content, HISTORY_CHARS)}`);
  const content = [
    texts.intro,
    marker,
    ...turns,
    `${texts.line}: ${oneLine(line, HISTORY_CHARS)}`,
    marker,
    texts.closing,
  ].join("\n");
  return [
    { role: "system", content: texts.system },
    { role: "user", content },
  ];
}

/** A reply as a question: one line of at most 200 characters without markup. Undefined for anything else. */
export function readStandalone(reply: string): string | undefined {
  const text = reply
    .trim()
    .replace(/^(?:改写后的?问题|独立问题|问题|question|standalone question|rewritten question)\s*[:：]\s*/iu, "")
    .replace(/^(["'“「『])([^"'“”「」『』]*)["'”」』]$/u, "$2")
    .trim();
  const isUsable =
    text.length >= 2 &&
    text.length <= MAX_STANDALONE_CHARS &&
    /\p{L}/u.test(text) &&
    !/[\r\n\u2028\u2029]|```|<<<|NO_ANSWER|^(?:NONE|无)$/u.test(text);
  return isUsable ? text : undefined;
}

function oneLine(text: string, maxChars: number): string {
  return text.slice(0, maxChars).toWellFormed().replace(/\s+/gu, " ").trim();
}
