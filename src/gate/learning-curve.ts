import { fitRows, fittedLogOdds, type TrainingSet } from "./classifier.ts";
import { answeredAs, calibrated, crossValidate, PRIOR_QUESTION_FLOOR } from "./cross-validate.ts";
import { sigmoid } from "./logistic.ts";
import { bestPoint, measuresAt } from "./measures.ts";
import { seededRandom, shuffled } from "./random.ts";

export interface LearningPoint {
  labels: number;
  /** F1 on the lines that were not drawn, by the threshold that the drawn ones gave; mean of the draws. */
  f1: number;
  /** The same by the threshold that would have been best there: a bound, not a promise. */
  ideal: number;
  /** F1 of the shipped prior on the same lines, by its own threshold: what labels have to beat. */
  prior: number;
}

export interface LearningOptions {
  /** The prior's threshold. */
  prior: number;
  seed: number;
  sizes?: { labels: number; draws: number }[];
}

const SIZES = [
  { labels: 10, draws: 10 },
  { labels: 25, draws: 10 },
  { labels: 50, draws: 10 },
  { labels: 100, draws: 10 },
  { labels: 200, draws: 5 },
  { labels: 400, draws: 4 },
  { labels: 800, draws: 2 },
];
/** A draw is scored on no fewer than this share of all lines. */
const LEAST_REST = 0.2;

/** How F1 grows with the number of labels: what more labelling would bring. */
export function learningCurve(
  training: TrainingSet,
  groups: readonly number[],
  { prior, seed, sizes = SIZES }: LearningOptions,
): LearningPoint[] {
  const total = training.rows.length;
  const points: LearningPoint[] = [];
  for (const { labels, draws } of sizes) {
    if (labels > (1 - LEAST_REST) * total) continue;
    const found: Omit<LearningPoint, "labels">[] = [];
    const random = seededRandom(seed + labels);
    for (let draw = 0; draw < draws; draw++) {
      const score = scoreDraw(training, groups, {
        drawn: shuffled([...training.rows.keys()], random).slice(0, labels),
        prior,
        seed: seed + draw,
      });
      if (score !== undefined) found.push(score);
    }
    if (found.length === 0) continue;
    const mean = (read: (score: Omit<LearningPoint, "labels">) => number): number =>
      found.reduce((sum, score) => sum + read(score), 0) / found.length;
    points.push({
      labels,
      f1: mean(({ f1 }) => f1),
      ideal: mean(({ ideal }) => ideal),
      prior: mean(({ prior: shipped }) => shipped),
    });
  }
  return points;
}

/** Undefined when the draw, or what it is scored on, has lines of one label only. */
function scoreDraw(
  training: TrainingSet,
  groups: readonly number[],
  { drawn, prior, seed }: { drawn: number[]; prior: number; seed: number },
): Omit<LearningPoint, "labels"> | undefined {
  const { rows, positive } = training;
  const held = new Set(drawn.map((row) => groups[row]));
  const rest = [...rows.keys()].filter((row) => !held.has(groups[row]));
  const isMixed = (part: number[]): boolean => part.some((row) => positive[row]) && part.some((row) => !positive[row]);
  if (!isMixed(drawn) || !isMixed(rest)) return undefined;
  const { calibration, threshold, questionFloor } = crossValidate(training, { chosen: drawn, groups, prior, seed });
  const fit = fitRows(training, drawn);
  const judged = rest.map((row) => ({
    probability: answeredAs(rows[row], calibrated(calibration, fittedLogOdds(training, fit, row)), questionFloor),
    positive: positive[row] === true,
  }));
  const shipped = rest.map((row) => ({
    probability: answeredAs(rows[row], sigmoid(rows[row]?.prior ?? 0), PRIOR_QUESTION_FLOOR),
    positive: positive[row] === true,
  }));
  return {
    f1: measuresAt(judged, threshold).f1,
    ideal: bestPoint(judged).f1,
    prior: measuresAt(shipped, prior).f1,
  };
}
