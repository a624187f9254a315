import type { DeclineReason, GateScores } from "../core/outcome.ts";
import { judgeAnswerable, type AnswerableInput } from "./answerable.ts";
import { judgeQuestion } from "./question.ts";

export interface GateOptions {
  /** Least P(question) that is spoken to, 0 to 1. */
  question: number;
}

/** Decides locally, without a token, whether a line is to be answered. */
export interface Gate {
  /** Least `answerable` that is spoken to. */
  threshold: number;
  /** Judges a line by itself. */
  judgeFace(line: string): { probability: number; reason?: DeclineReason };
  /** Judges a line with what the documents have on it; `reason` is set when silence is right. */
  judge(input: GateInput): { scores: GateScores; reason?: DeclineReason };
}

export interface GateInput extends AnswerableInput {
  face: { probability: number; reason?: DeclineReason };
}

/** Midway between the best-F1 thresholds with equal classes (.24) and with three of four lines to leave alone (.55). */
const THRESHOLD = 0.4;
/** Below this cosine to its nearest passage a line is about something else, not just unanswered. */
const RELATED = 0.84;

/** The gate with its shipped prior. */
export function createGate({ question: minimum }: GateOptions): Gate {
  return {
    threshold: THRESHOLD,
    judgeFace(line) {
      const { probability, reason } = judgeQuestion(line);
      return reason === undefined ? { probability } : { probability, reason };
    },
    judge(input) {
      const { face, evidence } = input;
      const answerable = judgeAnswerable(input);
      const scores = { question: face.probability, answerable, threshold: THRESHOLD };
      if (face.reason !== undefined) return { scores, reason: face.reason };
      if (face.probability < minimum) return { scores, reason: "not-a-question" };
      if (answerable >= THRESHOLD) return { scores };
      return { scores, reason: (evidence.nearest[0] ?? 0) < RELATED ? "unrelated" : "unanswerable" };
    },
  };
}
