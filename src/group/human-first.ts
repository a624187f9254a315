import type { Message } from "../core/message.ts";
import { holdsAskedFigure, holdsAskedKind } from "../core/question-type.ts";
import { asksSomething, saysSolved, saysThanks, soundsLikeAnswer, tellingTerms } from "./speech-cues.ts";

/** What was asked, and by whom. */
export interface WaitingQuestion {
  /** Platform ids of its lines. */
  messageIds: readonly string[];
  askerId: string;
  askerName?: string | undefined;
  text: string;
  /** When its last line was written: milliseconds since 1970. */
  askedAt: number;
}

/** Why an answer of ours is no longer wanted. */
export interface SettledByPeople {
  /** `quoted`: replied to or quoted. `answered`: a line that answers. `solved`: the asker says so. */
  how: "quoted" | "answered" | "solved";
  /** What gave it away, one word for the ledger. */
  sign: "quote" | "mention" | "figure" | "words" | "advice" | "said-so" | "thanks";
  /** Platform id of the line. */
  messageId: string;
  senderId: string;
  /** From the question to that line, in milliseconds. */
  afterMs: number;
}

/** A line later than this answers something else. */
const LONGEST_MS = 3_600_000;
/** Advice without a word of the question counts only while the question is the last thing said. */
const FRESH_LINES = 2;
/** A question to the asker is about theirs only as one of the next lines. */
const LINES_ASKING_BACK = 5;
/** Share of the question's telling words that an answer repeats. */
const SHARED = 0.3;

/**
 * The first line of `later` (oldest first, everything said after the question) by which people have settled it, or
 * undefined. A wrong yes costs one answer of ours; a wrong no talks over a person. So a quote always counts, and for a line
 * without one: it speaks to the asker, gives the figure that was asked for, repeats the question's telling words, or gives
 * advice as one of the next lines. Bots and questions do not answer.
 */
export function settledByPeople(question: WaitingQuestion, later: readonly Message[]): SettledByPeople | undefined {
  let others = 0;
  for (const line of later) {
    if (line.sender.isBot || line.sentAt - question.askedAt > LONGEST_MS) continue;
    const isAsker = line.sender.id === question.askerId;
    if (!isAsker) others++;
    const found = isAsker ? solvedBy(line, others) : answeredBy(question, line, others);
    if (found !== undefined) {
      const afterMs = Math.max(0, line.sentAt - question.askedAt);
      return { ...found, messageId: line.id, senderId: line.sender.id, afterMs };
    }
  }
  return undefined;
}

type Finding = Pick<SettledByPeople, "how" | "sign">;

function solvedBy(line: Message, others: number): Finding | undefined {
  if (saysSolved(line.text)) return { how: "solved", sign: "said-so" };
  // Thanks right behind a question are manners; behind somebody's line they are for an answer.
  return others > 0 && saysThanks(line.text) ? { how: "solved", sign: "thanks" } : undefined;
}

function answeredBy(question: WaitingQuestion, line: Message, others: number): Finding | undefined {
  const { quoted, mentions, text } = line;
  if (quoted !== undefined) {
    // Who replies to another line talks about that one.
    return question.messageIds.includes(quoted.id) ? { how: "quoted", sign: "quote" } : undefined;
  }
  if (mentions.bot || text.trim() === "") return undefined;
  const asks = asksSomething(text);
  // Who asks back takes care of it: "小李: 哪个房间的空调？".
  if (speaksTo(question, line) && (!asks || others <= LINES_ASKING_BACK)) return { how: "answered", sign: "mention" };
  if (asks || mentions.others.length > 0) return undefined;
  if (holdsAskedFigure(question.text, text) === true) return { how: "answered", sign: "figure" };
  const asked = tellingTerms(question.text);
  const said = tellingTerms(text);
  const shared = [...asked].filter((term) => said.has(term)).length;
  if (shared > 0 && holdsAskedKind(question.text, text) === true) return { how: "answered", sign: "figure" };
  if (shared >= 2 && shared >= SHARED * asked.size) return { how: "answered", sign: "words" };
  return others <= FRESH_LINES && soundsLikeAnswer(text) ? { how: "answered", sign: "advice" } : undefined;
}

function speaksTo({ askerId, askerName }: WaitingQuestion, { mentions, text }: Message): boolean {
  if (mentions.others.includes(askerId)) return true;
  if (askerName === undefined || askerName === "") return false;
  // "@name …" everywhere, "name: …" as people write it where nothing can be quoted.
  const said = text.toLowerCase();
  const name = askerName.toLowerCase();
  if (said.includes(`@${name}`) || said.includes(`＠${name}`)) return true;
  const line = said.trimStart();
  return line.startsWith(name) && /^\s*[:：,，]/u.test(line.slice(name.length));
}
