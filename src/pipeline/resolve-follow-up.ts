import type { HistoryTurn } from "../core/message.ts";
import { askingSentence, isAsking, readAntecedent, type Antecedent } from "./antecedent.ts";
import { readFollowUp, type FollowUp } from "./follow-up.ts";
import { askInstead } from "./substitute.ts";

/** What became of a line in the light of its history. */
export type Resolution =
  /** Stands on its own, asks nothing, or there is no history. */
  | { kind: "unchanged" }
  /** A question that can be understood alone. */
  | { kind: "resolved"; question: string }
  /** Leans on the history, and rules cannot say how. */
  | { kind: "unresolved" };

/** Earlier lines of the user that are looked at, newest kept. */
const USER_TURNS = 6;
/** Characters of one earlier line that are read. */
const TURN_CHARS = 2000;
/** Longest standalone question. */
export const MAX_STANDALONE_CHARS = 200;

const UNCHANGED: Resolution = { kind: "unchanged" };

/**
 * Makes a line that leans on its history a question that can be understood alone, by rules: no model, no document.
 * `history` must hold only turns of the same person in the same thread, oldest first.
 */
export function resolveFollowUp(line: string, history: readonly HistoryTurn[]): Resolution {
  if (history.length === 0) return UNCHANGED;
  const followUp = readFollowUp(line);
  if (followUp.kind === "none") return UNCHANGED;
  const question = resolve(followUp, contextOf(history), history);
  return question === undefined ? { kind: "unresolved" } : { kind: "resolved", question };
}

/** The newest earlier question, itself made to stand alone ("退公寓…" → "那押金呢" → "多久退"). */
function contextOf(history: readonly HistoryTurn[]): Antecedent | undefined {
  let context: Antecedent | undefined;
  const turns = history.slice(-2 * USER_TURNS);
  for (const [place, { role, content }] of turns.entries()) {
    if (role !== "user") continue;
    const line = content.slice(0, TURN_CHARS);
    const followUp = readFollowUp(line);
    if (followUp.kind !== "none") {
      const question = resolve(followUp, context, []);
      context = (question === undefined ? undefined : readAntecedent(question)) ?? context;
    } else if (isAsking(askingSentence(line)) || turns[place + 1]?.role === "assistant") {
      // What was answered was a question, whatever its form; of other lines nobody asks further.
      context = readAntecedent(line) ?? context;
    }
  }
  return context;
}

function resolve(
  followUp: FollowUp,
  context: Antecedent | undefined,
  history: readonly HistoryTurn[],
): string | undefined {
  if (context === undefined) return undefined;
  const question = standalone(followUp, context, history)?.replace(/\s+/gu, " ").trim();
  return question === undefined || question.length > MAX_STANDALONE_CHARS ? undefined : question;
}

function standalone(followUp: FollowUp, context: Antecedent, history: readonly HistoryTurn[]): string | undefined {
  const { topic } = context;
  switch (followUp.kind) {
    case "instead":
      return askInstead(context, followUp.subject);
    case "bare":
      return about(topic, followUp.line);
    case "pronoun": {
      const { line, start, end, noun } = followUp;
      // "该接口" is not the apartment that was talked of before.
      const known = noun === "" || context.question.includes(noun) || /[A-Za-z]/u.test(topic);
      if (!known) return undefined;
      const referent = answeredName(context, history) ?? referentOf(topic, line);
      const before = line.slice(0, start);
      const after = line.slice(end);
      if (/\p{Script=Han}/u.test(line)) return spaced(before, referent, after);
      if (!NOUN_PHRASE.test(referent) || DOES_EN.test(referent) || /\bit (?:take|cost)/iu.test(line))
        return about(topic, line);
      const possessive = /^(?:its|their)$/iu.test(line.slice(start, end)) ? "'s" : "";
      return spaced(before, referent + possessive, after);
    }
    case "vague":
    case "none":
      return undefined;
  }
}

/** Asked of a whole model or program, not of one of its settings. */
const ASKS_OF_OWNER = /支持|兼容|调用|免费|收费|价格|怎么用|鉴权|\b(?:support|compatible|free|price)/iu;
/** A name or a few words that can stand where "it" stood. */
const NOUN_PHRASE = /^(?:(?:the|a|an|my|our)\s+)?(?:[\w.'-]+\s*){1,5}$/iu;
const HANDLED_EN =
  /^(?:call|use|get|replace|leave|install|configure|set|reset|access|open|book|pay|send|submit|cancel|change|request|register|renew|return|report)\s+((?:the|a|an|my|our)\s+.+|\S*[\d_-]\S*.*)$/iu;
const DOES_EN =
  /^(?:apply|bring|move|go|call|use|get|replace|leave|install|configure|set|reset|access|open|book|pay|send|submit|cancel|change|request|register|renew|return|report)\b/iu;

/** What "it" stands for in a line about a topic: the model, not its temperature; the card, not its replacing. */
function referentOf(topic: string, line: string): string {
  const owner = /^(.*?[A-Za-z\d])\s*的\s*.+$/u.exec(topic)?.[1];
  const ownerInEnglish = /\bof\s+(\S*[\d_-]\S*|the\s.+)$/iu.exec(topic)?.[1];
  if (ASKS_OF_OWNER.test(line)) return owner ?? ownerInEnglish ?? objectOf(topic);
  return objectOf(topic);
}

/** What is dealt with: the card of "replace a lost access card". */
function objectOf(topic: string): string {
  if (!DOES_EN.test(topic)) return topic;
  return HANDLED_EN.exec(topic)?.[1] ?? topic;
}

function about(topic: string, line: string): string {
  return /\p{Script=Han}/u.test(line) ? spaced("", topic, line) : `About ${topic}: ${line}`;
}

function isLatin(text: string): boolean {
  return /[A-Za-z\d]/u.test(text);
}

/** A blank stands between Latin letters or digits and whatever comes beside them. */
function gap(left = "", right = ""): string {
  const isLetters = /^[\p{L}\p{N}]{2}/u.test(left + right);
  return isLetters && (isLatin(left) || isLatin(right)) ? " " : "";
}

function spaced(before: string, middle: string, after: string): string {
  return before + gap(before.at(-1), middle.at(0)) + middle + gap(middle.at(-1), after.at(0)) + after;
}

/** The one name that an answer gave to "which model …?": later lines speak of it, not of the question. */
function answeredName({ question }: Antecedent, history: readonly HistoryTurn[]): string | undefined {
  if (!/哪一?个|谁|\b(?:which|who)\b/iu.test(question)) return undefined;
  const answer = history.findLast(({ role }) => role === "assistant")?.content.slice(0, 300) ?? "";
  const names = new Set(answer.replace(/\[\d+\]/gu, " ").match(/[A-Za-z][\w.-]*[-_\d][\w.-]*\w/gu));
  const [name] = names;
  return names.size === 1 && name !== undefined && !question.includes(name) ? name.slice(0, 60) : undefined;
}
