import type { GateScores } from "../core/outcome.ts";
import type { Gate } from "./gate.ts";
import { checkBothLabels, type LabelledEvidence, type LabelledText } from "./labelled.ts";
import {
  areaUnderCurve,
  bestPoint,
  bootstrap,
  measureIntervals,
  measuresOf,
  precisionRecallCurve,
  type CurvePoint,
  type Interval,
  type Judged,
  type Measures,
} from "./measures.ts";

/** Another gate on the same lines. */
export interface Comparison extends Measures {
  threshold: number;
  curve: CurvePoint[];
  /** F1 of the gate less that of the other. */
  difference: number;
  /** Of the difference, 95 %, both gates judging the same drawn lines. */
  interval: Interval;
  /** Share of draws in which the gate is the better one; equal draws count half. */
  better: number;
}

export interface EvalResult extends Measures {
  threshold: number;
  intervals: Record<keyof Measures, Interval>;
  /** What the best threshold for these very lines would give: a bound, not a promise. */
  best: { threshold: number; precision: number; recall: number; f1: number };
  curve: CurvePoint[];
  /** Lines that were answered or left alone wrongly, the worst first. */
  wrong: { text: string; line: number; positive: boolean; probability: number }[];
  against?: Comparison;
}

const MOST_DRAWS = 1000;
const LEAST_DRAWS = 100;
/** Lines drawn in all; intervals of many lines are narrow, and a rough edge of them does no harm. */
const DRAWN_LINES = 5_000_000;

export interface EvaluateOptions {
  gate: Gate;
  against?: Gate;
  seed: number;
}

/** A labelled line as a gate judges it, and maybe another gate. */
export interface JudgedLine extends LabelledText, Judged {
  speaks: boolean;
  against?: Judged & { speaks: boolean };
}

/**
 * Measures a gate on labelled lines as it stands. A line that is met with silence whatever its probability counts as 0.
 * @throws AppError `usage` for lines of one label only
 */
export function evaluateGate(lines: LabelledEvidence[], { gate, against, seed }: EvaluateOptions): EvalResult {
  return measureJudged(
    lines.map((line) => judgeLabelled(line, gate, against)),
    { gate, seed, ...(against && { against }) },
  );
}

/** Judges one line, so that what was looked up of it need not be kept. */
export function judgeLabelled(line: LabelledEvidence, gate: Gate, against?: Gate): JudgedLine {
  const { text, line: number } = line;
  return { text, line: number, ...judgeLine(gate, line), ...(against && { against: judgeLine(against, line) }) };
}

/** @throws AppError `usage` for lines of one label only */
export function measureJudged(
  judged: JudgedLine[],
  { gate, against, seed }: Pick<EvaluateOptions, "gate" | "against" | "seed">,
): EvalResult {
  checkBothLabels(judged);
  const theirs = judged.flatMap((line) => line.against ?? []);
  const draws = drawsFor(judged.length);
  const { threshold: bestThreshold, precision, recall, f1 } = bestPoint(judged);
  return {
    ...measuresOf(judged),
    auc: areaUnderCurve(judged),
    threshold: gate.threshold,
    intervals: measureIntervals(judged, { draws, seed }),
    best: { threshold: bestThreshold, precision, recall, f1 },
    curve: precisionRecallCurve(judged),
    wrong: judged
      .filter(({ positive, speaks }) => positive !== speaks)
      .toSorted((a, b) => distance(b.probability, gate) - distance(a.probability, gate) || a.line - b.line)
      .map(({ text, line, positive, probability }) => ({ text, line, positive, probability })),
    ...(against === undefined
      ? {}
      : { against: { threshold: against.threshold, ...compare(judged, theirs, { draws, seed }) } }),
  };
}

function drawsFor(lines: number): number {
  return Math.max(LEAST_DRAWS, Math.min(MOST_DRAWS, Math.floor(DRAWN_LINES / Math.max(1, lines))));
}

function distance(probability: number, { threshold }: Gate): number {
  return Math.abs(probability - threshold);
}

function judgeLine(gate: Gate, { text, hits, evidence, positive }: LabelledEvidence): Judged & { speaks: boolean } {
  const { scores, reason } = gate.judge({ question: text, hits, evidence, face: gate.judgeFace(text) });
  return { probability: decidingProbability(scores, reason), positive, speaks: reason === undefined };
}

/** What a threshold decides by: `answerable`, or 0 for a line that is met with silence whatever the documents have. */
export function decidingProbability(
  { answerable, threshold }: Pick<GateScores, "answerable" | "threshold">,
  reason: string | undefined,
): number {
  const isSilentAnyway = reason !== undefined && answerable >= threshold;
  return isSilentAnyway || isFaceReason(reason) ? 0 : answerable;
}

/** Precision, recall and F1 at every threshold, and those of the present one; nothing while there are not both labels. */
export function measureLines(
  judged: readonly (Judged & { speaks: boolean })[],
): { measures: Measures; curve: (CurvePoint & { f1: number })[] } | undefined {
  const positives = judged.filter(({ positive }) => positive).length;
  if (positives === 0 || positives === judged.length) return undefined;
  return {
    measures: { ...measuresOf(judged), auc: areaUnderCurve(judged) },
    curve: precisionRecallCurve(judged).map((point) => ({ ...point, f1: harmonicMean(point) })),
  };
}

function harmonicMean({ precision, recall }: CurvePoint): number {
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

/** Reasons that do not come from the documents. */
export function isFaceReason(reason: string | undefined): boolean {
  return reason === "not-a-question" || reason === "too-short" || reason === "addressed-to-someone-else";
}

function compare(
  ours: (Judged & { speaks: boolean })[],
  theirs: (Judged & { speaks: boolean })[],
  options: { draws: number; seed: number },
): Omit<Comparison, "threshold"> {
  const { interval, values } = bootstrap(ours.length, (drawn) => f1Of(ours, drawn) - f1Of(theirs, drawn), options);
  const measures = { ...measuresOf(theirs), auc: areaUnderCurve(theirs) };
  const wins = values.reduce((sum, value) => sum + (value > 0 ? 1 : value === 0 ? 0.5 : 0), 0);
  return {
    ...measures,
    difference: measuresOf(ours).f1 - measures.f1,
    interval,
    better: wins / values.length,
    curve: precisionRecallCurve(theirs),
  };
}

function f1Of(judged: (Judged & { speaks: boolean })[], drawn: number[]): number {
  return measuresOf(drawn.flatMap((index) => judged[index] ?? [])).f1;
}
