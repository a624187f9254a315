import type { RetrievalEvidence } from "../core/retriever.ts";
import { logOdds, sigmoid, type LogisticModel } from "./logistic.ts";

/**
 * The prior for P(our documents answer the line), in log-odds of the features below. Fitted on the dev half of
 * `corpus/questions`, which is ours, and scored on the other half (see bench/RESULTS.md).
 */
export const ANSWERABLE_PRIOR: LogisticModel = {
  bias: -8,
  weights: { nearest: 6, coverage: 4, known: 2, lead: 1 },
};

/** Evidence as numbers of about the same size, so that weights can be read. */
export function answerableFeatures(evidence: RetrievalEvidence): Record<string, number> {
  const { nearest } = evidence;
  const best = nearest[0] ?? 0;
  return {
    // E5 cosines of unrelated texts lie near .78, of a question and its passage near .88.
    nearest: (best - 0.78) / 0.1,
    mean5: (mean(nearest.slice(0, 5)) - 0.78) / 0.1,
    lead: (best - mean(nearest)) / 0.05,
    centroid: (evidence.centroid - 0.8) / 0.1,
    coverage: evidence.bestCoverage,
    known: evidence.knownTerms,
    lexical: Math.log1p(evidence.bestLexical) / 3,
  };
}

/** P(our documents answer the line), 0 to 1; 0 for an empty index. */
export function judgeAnswerable(evidence: RetrievalEvidence, model: LogisticModel = ANSWERABLE_PRIOR): number {
  if (evidence.nearest.length === 0) return 0;
  return sigmoid(logOdds(model, answerableFeatures(evidence)));
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
