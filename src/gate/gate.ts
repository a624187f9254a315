import type { DeclineReason, GateScores } from "../core/outcome.ts";
import type { Locale } from "../core/runtime.ts";
import { isJudgeable, judgeAnswerable, type AnswerableInput } from "./answerable.ts";
import { classifierShares, type Share } from "./classifier.ts";
import { withoutDrift, type Likeness } from "./corpus-drift.ts";
import { decodeClassifier } from "./encode-classifier.ts";
import { explainShares, priorShares, totalOf, type ExplainedShare } from "./explain.ts";
import { lineFeatures } from "./features.ts";
import { entryFor, type GateEntry, type GateFile } from "./gate-file.ts";
import { sigmoid } from "./logistic.ts";
import { judgeQuestion } from "./question.ts";
import { priorUnasked, unaskedThreshold } from "./unasked.ts";
import { priorBand, type UnsureBand } from "./unsure-band.ts";

export interface GateOptions {
  /** Least P(question) that is spoken to by a gate that was not tuned, 0 to 1. */
  question: number;
  /** What `tune` wrote. Default: the shipped prior. */
  file?: GateFile;
  /** Whose entry of the file counts. Default: the one for all. */
  group?: string;
  /** How much nearer every line is to the present documents than to those of the tuning. Default: not at all. */
  drift?: Likeness;
}

/** Decides locally, without a token, whether a line is to be answered. */
export interface Gate {
  /** Least `answerable` that is spoken to. */
  threshold: number;
  /**
   * Least `answerable` that is spoken to unasked, where at most this share of the lines to leave alone may be; the prior's
   * depends on how many passages the index has.
   */
  unaskedThreshold(maxWrong: number, passages: number): number;
  /** Least P(question) that is spoken to, 0 to 1. */
  questionFloor: number;
  /** Where the gate is wrong most often; a line whose `answerable` lies within may be put to a model. */
  band: UnsureBand;
  /** Judges a line by itself. */
  judgeFace(line: string): { probability: number; reason?: DeclineReason };
  /** Judges a line with what the documents have on it; `reason` is set when silence is right. */
  judge(input: GateInput): { scores: GateScores; reason?: DeclineReason };
  /** What speaks for and against an answer, the weightiest first. */
  explain(input: AnswerableInput, locale: Locale): Explanation;
}

export interface GateInput extends AnswerableInput {
  face: { probability: number; reason?: DeclineReason };
}

export interface Explanation {
  /** Log-odds of `answerable`; −∞ where nothing can be said of the line. */
  logOdds: number;
  /** Add up to `logOdds`; empty where nothing can be said of the line. */
  shares: ExplainedShare[];
}

/** By hand, between the best-F1 thresholds with equal classes (.24) and with three of four lines to leave alone (.55). */
export const PRIOR_THRESHOLD = 0.35;
/** Below this cosine to its nearest passage a line is about something else, not just unanswered. */
const RELATED = 0.84;

/** How one gate judges: the shipped prior, or what a group's labels taught. */
interface Judge {
  threshold: number;
  questionFloor: number;
  answerable(input: AnswerableInput): number;
  shares(input: AnswerableInput): Share[];
}

/**
 * The gate: the entry of `file` for the group, or the shipped prior.
 * @throws AppError `gate_stale` for a file whose parts do not fit together
 */
export function createGate({ question, file, group, drift }: GateOptions): Gate {
  const entry = file === undefined ? undefined : entryFor(file, group);
  const judge = entry === undefined ? priorJudge(question) : tunedJudge(entry, drift);
  const { threshold, questionFloor } = judge;
  return {
    threshold,
    questionFloor,
    unaskedThreshold: (maxWrong, passages) =>
      unaskedThreshold(entry?.unasked ?? priorUnasked(passages), threshold, maxWrong),
    band: entry?.band ?? priorBand(threshold),
    judgeFace(line) {
      const { probability, reason } = judgeQuestion(line);
      return reason === undefined ? { probability } : { probability, reason };
    },
    judge(input) {
      const { face, evidence } = input;
      const answerable = judge.answerable(input);
      const scores = { question: face.probability, answerable, threshold };
      if (face.reason !== undefined) return { scores, reason: face.reason };
      if (face.probability < questionFloor) return { scores, reason: "not-a-question" };
      if (answerable >= threshold) return { scores };
      return { scores, reason: (evidence.nearest[0] ?? 0) < RELATED ? "unrelated" : "unanswerable" };
    },
    explain(input, locale) {
      if (!isJudgeable(input)) return { logOdds: Number.NEGATIVE_INFINITY, shares: [] };
      const shares = judge.shares(input);
      return { logOdds: totalOf(shares), shares: explainShares(shares, locale) };
    },
  };
}

function priorJudge(questionFloor: number): Judge {
  return { threshold: PRIOR_THRESHOLD, questionFloor, answerable: judgeAnswerable, shares: priorShares };
}

function tunedJudge(
  { threshold, questionFloor, calibration, classifier }: GateEntry,
  drift: Likeness | undefined,
): Judge {
  const decoded = decodeClassifier(classifier);
  const { slope, shift } = calibration;
  function shares(input: AnswerableInput): Share[] {
    const line = lineFeatures(
      drift === undefined ? input : { ...input, evidence: withoutDrift(input.evidence, drift) },
    );
    const parts = classifierShares(decoded, line).map(({ name, value }) => ({ name, value: slope * value }));
    return [...parts, { name: "base", value: shift }];
  }
  return {
    threshold,
    questionFloor,
    answerable: (input) => (isJudgeable(input) ? sigmoid(totalOf(shares(input))) : 0),
    shares,
  };
}
