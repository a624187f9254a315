import { errorMessage, isAppError } from "../core/errors.ts";
import type { ChatMessage, ChatModel, ChatReply } from "../core/model.ts";
import type { Hit, Retriever } from "../core/retriever.ts";
import type { Clock } from "../core/runtime.ts";
import { isEcho, type JudgedData } from "./judge-echo.ts";
import { MOST_SCORE, readJudgeScore } from "./judge-score.ts";
import { languageOf } from "./language.ts";
import { selectMaterial } from "./material.ts";
import { describePassages, enclose } from "./prompt.ts";
import { JUDGE_TEXTS } from "./prompts/judge-texts.ts";
import type { Material, Retrieved } from "./turn.ts";
import { withinTime } from "./within-time.ts";

/** The least score that is spoken to: on the prompt's scale the main answer is in the passages from here on. */
export const SPEAKS_FROM = 6;
/** Somebody waits for the answer that comes after it. */
export const JUDGE_TIMEOUT_MS = 10_000;
/** The object has a dozen tokens; the rest is room for a model that cannot help thinking aloud. */
const REPLY_TOKENS = 512;
/** The best passages tell whether there is an answer; the call is to stay cheap. */
const MATERIAL_CHARS = 3000;
const LINE_CHARS = 2000;

const RESPONSE_SCHEMA = {
  name: "judgement",
  schema: {
    type: "object",
    // Strict mode of several gateways knows no minimum and maximum.
    properties: { score: { type: "integer", enum: Array.from({ length: MOST_SCORE + 1 }, (_, score) => score) } },
    required: ["score"],
    additionalProperties: false,
  },
};

/** Undefined: the model was not asked, and what the gate decided holds. */
export type ModelJudge = (turn: Retrieved, signal: AbortSignal) => Promise<"speak" | "silence" | undefined>;

export interface ModelJudgeOptions {
  model: ChatModel;
  retriever: Pick<Retriever, "neighbours">;
  fold: (hits: Hit[]) => Hit[];
  maxContextChars: number;
  /** Unguessable text for the envelope, a new one each call. */
  createNonce: () => string;
  clock: Clock;
  /** Counts a call; false when there is none left this hour. */
  takeCall: () => boolean;
}

/**
 * Asks a model whether the passages found answer the line. No reply in time, a fault, a cut or unreadable reply and one that
 * may be an echo of the data are all silence, with a note; only bugs and the caller's own abort are thrown.
 */
export function createModelJudge(options: ModelJudgeOptions): ModelJudge {
  const limit = { clock: options.clock, timeoutMs: JUDGE_TIMEOUT_MS, what: "the model's judgement" };
  return async function judgeByModel(turn, signal) {
    if (!options.takeCall()) {
      turn.note("judge-limit: judge_per_hour is used up, the line was decided without a model");
      return undefined;
    }
    const material = selectMaterial(turn.hits, {
      maxChars: Math.min(options.maxContextChars, MATERIAL_CHARS),
      fold: options.fold,
      retriever: options.retriever,
    });
    const data = describeData(turn, material);
    let reply: ChatReply;
    try {
      reply = await withinTime(limit, signal, (inner) =>
        options.model.complete(
          {
            messages: buildMessages(turn, data, options.createNonce()),
            temperature: 0,
            maxTokens: REPLY_TOKENS,
            responseSchema: RESPONSE_SCHEMA,
          },
          inner,
        ),
      );
    } catch (error) {
      signal.throwIfAborted();
      if (!isAppError(error)) throw error;
      turn.note(`judge-failed: ${errorMessage(error)}`);
      turn.onJudged?.({ score: undefined, speaks: false, model: "", usage: { prompt: 0, completion: 0 } });
      return "silence";
    }
    const score = readReply(reply, data, turn.note);
    const speaks = score !== undefined && score >= SPEAKS_FROM;
    turn.onJudged?.({ score, speaks, model: reply.model, usage: reply.usage });
    return speaks ? "speak" : "silence";
  };
}

function readReply(reply: ChatReply, data: JudgedData, note: (text: string) => void): number | undefined {
  function unreadable(why: string): undefined {
    note(`judge-unreadable: ${reply.model} ${why}`);
  }
  if (reply.truncated) return unreadable("sent a reply that was cut at its length limit");
  const score = readJudgeScore(reply.text);
  if (score === undefined) return unreadable("sent no score from 0 to 10");
  return isEcho(reply.text, score, data)
    ? unreadable("repeated a score that stands in the line or the documents")
    : score;
}

function describeData({ question, query }: Retrieved, material: Material[]): JudgedData & { query: string } {
  return {
    line: question.slice(0, LINE_CHARS),
    query: query === question ? "" : query.slice(0, LINE_CHARS),
    passages: describePassages(material),
  };
}

function buildMessages({ question }: Retrieved, data: JudgedData & { query: string }, nonce: string): ChatMessage[] {
  const texts = JUDGE_TEXTS[languageOf(question)];
  // A block of its own for each, so that no line can bring its own passages.
  const blocks = [
    [texts.line, data.line],
    ...(data.query === "" ? [] : [[texts.query, data.query]]),
    [texts.passages, data.passages],
  ].map(([name = "", content = ""]) => `${name}:\n${enclose(withoutMarkers(content), nonce)}`);
  return [
    { role: "system", content: texts.system },
    { role: "user", content: [texts.intro, ...blocks, texts.closing].join("\n") },
  ];
}

/** Nothing in the data may look like a marker line, be its nonce right or not. */
function withoutMarkers(text: string): string {
  return text
    .replace(/<{2,}/gu, (found) => "＜".repeat(found.length))
    .replace(/>{2,}/gu, (found) => "＞".repeat(found.length));
}
