import type { Locale } from "../core/runtime.ts";
import { answerableFeatures, type AnswerableInput } from "./answerable.ts";
import { BREADTH_PRIOR, breadthFeatures, logAddExp } from "./breadth.ts";
import type { Share } from "./classifier.ts";
import { readCues } from "./cues.ts";
import { wordsFor, type ShareName } from "./feature-words.ts";
import { logOdds, type LogisticModel } from "./logistic.ts";
import { passageParts } from "./passage-way.ts";

/** One reason for or against an answer. */
export interface ExplainedShare {
  feature: ShareName;
  /** What the feature means, in the reader's language. */
  words: string;
  /** Its part of the log-odds: above 0 for an answer, below 0 for silence. */
  share: number;
}

/** The shares in words, the weightiest first; shares of nothing are left out, so the values still add up. */
export function explainShares(shares: readonly Share[], locale: Locale): ExplainedShare[] {
  const sums = new Map<ShareName, number>();
  for (const { name, value } of shares) sums.set(name, (sums.get(name) ?? 0) + value);
  return [...sums]
    .filter(([, share]) => share !== 0)
    .map(([feature, share]) => ({ feature, words: wordsFor(feature, locale), share }))
    .toSorted((a, b) => Math.abs(b.share) - Math.abs(a.share) || a.feature.localeCompare(b.feature));
}

/** Which words explain a feature of the prior. */
const PASSAGE_NAMES: Record<string, ShareName> = {
  askedKind: "figure",
  base: "base",
  beyondTitle: "beyondTitle",
  coverage: "coverage",
  crowded: "crowded",
  denied: "denied",
  enough: "enough",
  figure: "figure",
  foreign: "foreign",
  foreignLead: "lead",
  foreignNearest: "nearest",
  lead: "lead",
  lexical: "words",
  margin: "margin",
  missing: "missing",
  unheardOf: "missing",
  nearest: "nearest",
  negated: "denied",
  opposite: "opposite",
  otherFigure: "otherFigure",
  sentence: "sentence",
  size: "size",
};
const BREADTH_NAMES: Record<string, ShareName> = { breadth: "nearestThirty", words: "words", longer: "length" };

/** The shares of the prior's log-odds: those of the likelier way to an answer, and what the other way adds to it. */
export function priorShares(input: AnswerableInput): Share[] {
  const { question, evidence } = input;
  const passage = passageParts(answerableFeatures(input), evidence).map(({ feature, value }): Share => {
    return { name: PASSAGE_NAMES[feature] ?? "base", value };
  });
  const features = breadthFeatures(evidence, readCues(question).length);
  if (features === undefined) return passage;
  const breadth = sharesOf(BREADTH_PRIOR, features, BREADTH_NAMES);
  const [one, many] = [totalOf(passage), logOdds(BREADTH_PRIOR, features)];
  const both = logAddExp(one, many);
  return one >= many
    ? [...passage, { name: "breadth", value: both - one }]
    : [...breadth, { name: "passage", value: both - many }];
}

/** The sum of the shares: a log-odds. */
export function totalOf(shares: readonly Share[]): number {
  return shares.reduce((sum, { value }) => sum + value, 0);
}

function sharesOf(model: LogisticModel, features: Record<string, number>, names: Record<string, ShareName>): Share[] {
  const shares: Share[] = [{ name: "base", value: model.bias }];
  for (const [feature, weight] of Object.entries(model.weights)) {
    shares.push({ name: names[feature] ?? "base", value: weight * (features[feature] ?? 0) });
  }
  return shares;
}
