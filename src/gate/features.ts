import { passageText } from "../core/document.ts";
import type { DeclineReason } from "../core/outcome.ts";
import { answerableFeatures, isJudgeable, priorWays, type AnswerableInput } from "./answerable.ts";
import { logAddExp, meanOf } from "./breadth.ts";
import type { FeatureName } from "./feature-words.ts";
import { gramBuckets, passageBuckets, placeBuckets, termBuckets } from "./grams.ts";
import { judgeQuestion, questionFeatures } from "./question.ts";
import type { BucketVector, ViewName } from "./rare-buckets.ts";

/** What the gate sees of one line. */
export interface LineFeatures {
  /** Named features, each scaled to about −2 … 2. */
  dense: Record<FeatureName, number>;
  /** Unit-length vector of the line. */
  vector: Float32Array;
  /** Buckets of the line's own characters. */
  grams: Uint16Array;
  /** What the line and the passages found for it are about, in hashed buckets. */
  views: Record<ViewName, BucketVector>;
  /** Log-odds of the prior for P(our documents answer), within ±8. */
  prior: number;
  /** P(a request for help) by the line's face. */
  question: number;
  /** Set when the line needs no weighing, whatever anybody labelled. */
  reason?: DeclineReason;
}

/** Passages whose words stand for a line's subject. */
const PASSAGES = 3;
/** Passages whose documents and folders stand for it. */
const PLACES = 5;

/** Beyond this the prior is as sure as it can be. */
const SUREST = 8;

/** Reads the features of one line; centre and scale are fixed, so that a feature means the same with 10 labels and 1,000. */
export function lineFeatures(input: AnswerableInput): LineFeatures {
  const { evidence, question: text } = input;
  const { nearest } = evidence;
  const { probability, reason, cues } = judgeQuestion(text);
  const passage = answerableFeatures(input);
  const face = questionFeatures(cues);
  const { passage: one, breadth: many } = priorWays(input, passage);
  const prior = isJudgeable(input) ? logAddExp(one, many) : -SUREST;
  const shared = input.hits.map(({ lexical }) => Math.log1p(lexical));
  const cue = (name: FeatureName): number => face[name] ?? 0;
  return {
    dense: {
      nearest: ((nearest[0] ?? 0) - 0.89) / 0.015,
      nearestFive: (meanOf(nearest.slice(0, 5)) - 0.885) / 0.015,
      nearestThirty: (meanOf(nearest) - 0.878) / 0.015,
      centroid: (evidence.centroid - 0.9) / 0.015,
      words: (Math.log1p(evidence.bestLexical) - 3.3) / 0.6,
      wordsFive: (meanOf(shared.slice(0, 5)) - 2.95) / 0.6,
      wordsAround: (meanOf(shared) - 2.8) / 0.65,
      known: (evidence.knownTerms - 0.65) / 0.25,
      coverage: (evidence.bestCoverage - 0.4) / 0.2,
      length: (Math.log1p(cues.length) - 3) / 0.7,
      missing: 2 * (passage["missing"] ?? 0) - 1,
      sentence: 2 * (passage["sentence"] ?? 0) - 1,
      beyondTitle: 2 * (passage["beyondTitle"] ?? 0) - 1,
      figure: passage["figure"] ?? 0,
      questionMark: cue("questionMark"),
      interrogative: cue("interrogative"),
      polar: cue("polar"),
      plea: cue("plea"),
      command: cue("command"),
      trouble: cue("trouble"),
      smallTalk: cue("smallTalk"),
      advice: cue("advice"),
      statement: cue("statement"),
      sociable: cue("sociable"),
      addressed: cue("addressed"),
      keyword: cue("keyword"),
    },
    vector: evidence.queryVector,
    grams: gramBuckets(text),
    views: {
      passages: passageBuckets(input.hits.slice(0, PASSAGES).map(({ title, chunk }) => passageText(title, chunk))),
      terms: termBuckets(text),
      places: placeBuckets(input.hits.slice(0, PLACES).map(({ source }) => source)),
    },
    prior: Math.min(SUREST, Math.max(-SUREST, prior)),
    question: probability,
    ...(reason === undefined ? {} : { reason }),
  };
}
