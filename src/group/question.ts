import type { GateScores } from "../core/outcome.ts";
import type { LedgerOutcome, LedgerRecord, LedgerStep, Place, StoredLine } from "../core/store.ts";
import { placeOf } from "../core/store.ts";
import type { Burst, BurstLine } from "./burst.ts";
import type { WaitingQuestion } from "./human-first.ts";
import { isClearQuestion, lineText } from "./line-text.ts";

/** A burst on its way through the gate, the wait and the answer. */
export interface Question {
  place: Place;
  lines: BurstLine[];
  /** Lines of it that were taken back. */
  gone: StoredLine[];
  /** The line that is replied to: the one that speaks to us, else the last clear question, else the last line. */
  lead: StoredLine;
  text: string;
  /** Single lines that may be the question where the whole is not: people chat around what they ask. */
  alternatives: string[];
  mentioned: boolean;
  /** When its last line was written, by the platform's clock, and received, by ours. */
  askedAt: number;
  receivedAt: number;
  /** Not to be looked at earlier. */
  dueAt: number;
  /** `gate`: not looked at yet. `waits`: passed the gate, waits for a person. */
  stage: "gate" | "waits";
  /** One of its lines was taken back since it was last looked at. */
  isTouched: boolean;
  scores?: GateScores;
  gateVersion?: string;
  steps: LedgerStep[];
}

/** A quoted text longer than this is cut, in characters. */
const MOST_QUOTED = 500;

/** A burst as a question; the quoted line of another is part of what is asked where it is asked of us. */
export function questionOf({ lines }: Burst, gone: StoredLine[] = []): Question | undefined {
  const last = lines.at(-1);
  if (last === undefined) return undefined;
  const texts = lines.map(({ message }) => lineText(message));
  const clear = lines.filter((_, index) => isClearQuestion(texts[index] ?? ""));
  const lead = lines.findLast(({ toUs }) => toUs) ?? clear.at(-1) ?? last;
  const mentioned = lines.some(({ toUs }) => toUs);
  const quoted = mentioned ? lines.flatMap(({ message }) => quotedText(message.quoted?.text)) : [];
  const text = [...quoted, ...texts].filter((line) => line !== "").join("\n");
  return {
    place: placeOf(lead.message),
    lines,
    gone,
    lead,
    text,
    alternatives:
      lines.length === 1
        ? []
        : clear
            .map(({ message }) => lineText(message))
            .filter((line) => line !== text)
            .toReversed()
            .slice(0, 2),
    mentioned,
    askedAt: last.message.sentAt > 0 ? last.message.sentAt : last.receivedAt,
    receivedAt: last.receivedAt,
    dueAt: 0,
    stage: "gate",
    isTouched: false,
    steps: [],
  };
}

function quotedText(text: string | undefined): string[] {
  return text === undefined || text.trim() === ""
    ? []
    : [`> ${Array.from(text.trim()).slice(0, MOST_QUOTED).join("")}`];
}

/** The question as those see it who look whether people have settled it. */
export function waitingQuestion({ lines, lead, text, askedAt }: Question): WaitingQuestion {
  const { id, name } = lead.message.sender;
  return { messageIds: lines.map(({ message }) => message.id), askerId: id, askerName: name, text, askedAt };
}

/** How a question ended. */
export interface Ending extends Pick<
  LedgerRecord,
  "code" | "model" | "usage" | "postKey" | "extra" | "reason" | "policyVersion"
> {
  outcome: LedgerOutcome;
}

/** One record for the line that leads, and one for each line that was read with it. */
export function recordsOf(question: Question, ending: Ending): LedgerRecord[] {
  const { lead, lines, gone, scores, gateVersion, steps, mentioned } = question;
  const takenBack = gone.map((line) => recordOf(line, { outcome: "recalled" }));
  const read = lines.map((line) =>
    line.key === lead.key
      ? {
          ...recordOf(line, ending),
          mentioned,
          steps,
          ...(scores !== undefined && { scores }),
          ...(gateVersion !== undefined && { gateVersion }),
        }
      : { ...recordOf(line, { outcome: "joined" }), leadId: lead.key },
  );
  return [...read, ...takenBack];
}

/** Keys of all of its events. */
export function keysOf({ lines, gone }: Question): string[] {
  return [...lines, ...gone].map(({ key }) => key);
}

/** The record of one line that went no further. */
export function recordOf({ key, message }: StoredLine, ending: Ending): LedgerRecord {
  const given = Object.entries(ending).filter(([, value]) => value !== undefined);
  return {
    id: key,
    messageId: message.id,
    at: message.sentAt,
    channel: message.channel,
    app: message.app,
    conversation: message.conversation,
    senderId: message.sender.id,
    mentioned: message.mentions.bot,
    text: lineText(message),
    steps: [],
    outcome: ending.outcome,
    ...Object.fromEntries(given),
  };
}
