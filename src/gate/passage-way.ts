import type { RetrievalEvidence } from "../core/retriever.ts";
import { crowding, isBroad, PASSAGE_DISCOUNT } from "./breadth.ts";
import type { LogisticModel } from "./logistic.ts";

/**
 * The prior for P(one passage answers the line), in log-odds of `answerableFeatures`. Fitted on the good and quiet lines of
 * `corpus/questions`, which is ours, by `bench/fit-gate-prior.ts`; what a fit on one half scores on the other stands in
 * bench/RESULTS.md.
 */
export const ANSWERABLE_PRIOR: LogisticModel = {
  bias: -2.435,
  weights: {
    beyondTitle: 1.898,
    coverage: 2.457,
    figure: 10.441,
    foreign: 1.917,
    foreignLead: 4.633,
    foreignNearest: 0.42,
    lead: 1.329,
    lexical: 0.46,
    margin: 1.022,
    missing: -1.734,
    unheardOf: -1.2,
    nearest: 1.614,
    sentence: 1.951,
    size: -3.927,
  },
};

/**
 * What sets a question apart from the sentences nearest to it. Set by rule, in round figures beside what a fit on
 * `corpus/questions/near.jsonl` gives with the other weights held (bench/fit-gate-prior.ts prints it), because so few lines
 * show each sign; compared on public questions that their passages do not answer (docs/decisions/0009-gate-study.md).
 */
export const NEAR_MISS: Readonly<Record<string, number>> = {
  negated: -1.2,
  denied: -1.5,
  opposite: -2,
  otherFigure: -3.5,
};

/*
 * In a large corpus most questions find their words somewhere, answered or not, so words convince only up to a point; from
 * there on it counts how near the best passage is. Set by rule and compared, not fitted, like the constants of breadth.ts.
 */

/** Log-odds of the words beyond which more words say nothing. */
const ENOUGH = -1;
/** What that point is worth where the best cosine is that of a usual answer. */
const AT_ENOUGH = 1.35;
/** Log-odds of .015 of cosine, about its deviation among questions on a corpus's subjects. */
const CLOSENESS = 0.6;
/** Best cosine of a usual answer in a large corpus (shipped model). */
const USUAL_COSINE = 0.9;
/** The kind of answer that is asked for stands in the sentence, or not. */
const ASKED_KIND = 0.3;

/** One part of the log-odds that a passage answers; `feature` is one of `answerableFeatures` or names a rule. */
export interface PassagePart {
  feature: string;
  value: number;
}

/** The log-odds that one passage answers the line, part by part. */
export function passageParts(
  features: Record<string, number>,
  evidence: Pick<RetrievalEvidence, "nearest" | "passages">,
): PassagePart[] {
  const of = (weights: Readonly<Record<string, number>>): PassagePart[] =>
    Object.entries(weights).map(([feature, weight]) => ({ feature, value: weight * (features[feature] ?? 0) }));
  const parts = [{ feature: "base", value: ANSWERABLE_PRIOR.bias }, ...of(ANSWERABLE_PRIOR.weights)];
  const signs = [...of(NEAR_MISS), { feature: "crowded", value: -PASSAGE_DISCOUNT * crowding(evidence) }];
  // A question in another language has no words to go by.
  if (!isBroad(evidence) || features["foreign"] === 1) return [...parts, ...signs];
  const worded = parts.filter(({ feature }) => feature !== "nearest");
  const words = worded.reduce((sum, { value }) => sum + value, 0);
  return [
    ...worded,
    { feature: "base", value: AT_ENOUGH - ENOUGH },
    { feature: "enough", value: Math.min(0, ENOUGH - words) },
    { feature: "nearest", value: (CLOSENESS * ((evidence.nearest[0] ?? 0) - USUAL_COSINE)) / 0.015 },
    ...of({ askedKind: ASKED_KIND }),
    ...signs,
  ];
}

/** The log-odds that one passage answers the line. */
export function passageLogOdds(
  features: Record<string, number>,
  evidence: Pick<RetrievalEvidence, "nearest" | "passages">,
): number {
  return passageParts(features, evidence).reduce((sum, { value }) => sum + value, 0);
}
