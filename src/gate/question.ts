import type { DeclineReason } from "../core/outcome.ts";
import { readCues, type Cues } from "./cues.ts";
import { logOdds, sigmoid, type LogisticModel } from "./logistic.ts";

/**
 * Weights in log-odds, set by rule: each says how much a cue speaks for "asks for help" (positive) or against it.
 * Checked on one half of `corpus/questions`, scored on the other (see bench/RESULTS.md).
 */
export const QUESTION_PRIOR: LogisticModel = {
  bias: -1.6,
  weights: {
    questionMark: 1.9,
    interrogative: 2.4,
    polar: 1.9,
    plea: 2.2,
    command: 1.6,
    trouble: 1.3,
    keyword: 2.4,
    longer: 0.6,
    smallTalk: -2.2,
    advice: -1.6,
    statement: -1,
    sociable: -3.2,
    addressed: -2.5,
  },
};

export interface QuestionJudgement {
  /** P(a request for help), 0 to 1. */
  probability: number;
  /** Set when the line needs no weighing. */
  reason?: DeclineReason;
  cues: Cues;
}

/** Judges a line on its face. A line of nothing but marks is too short; `@name …` is for that person. */
export function judgeQuestion(line: string, model: LogisticModel = QUESTION_PRIOR): QuestionJudgement {
  const cues = readCues(line);
  if (cues.empty || cues.fragment || cues.length < 2) return { probability: 0.01, reason: "too-short", cues };
  const probability = sigmoid(logOdds(model, questionFeatures(cues)));
  return cues.addressed ? { probability, reason: "addressed-to-someone-else", cues } : { probability, cues };
}

/** Cues as numbers for a logistic model. */
export function questionFeatures(cues: Cues): Record<string, number> {
  const features: Record<string, number> = {};
  for (const [name, value] of Object.entries(cues)) if (typeof value === "boolean") features[name] = value ? 1 : 0;
  // Chat lines of a few characters are mostly reactions; past some 25 characters more length says little.
  features["longer"] = Math.min(1, Math.log2(Math.max(1, cues.length) / 4) / 3);
  return features;
}
