import { chooseThreshold, fitCalibration, type Calibration } from "./calibrate.ts";
import { fitRows, fittedLogOdds, type TrainingSet } from "./classifier.ts";
import type { LineFeatures } from "./features.ts";
import { assignFolds } from "./folds.ts";
import { sigmoid } from "./logistic.ts";
import type { Judged } from "./measures.ts";
import { seededRandom } from "./random.ts";

export const FOLDS = 5;

/** Least P(question) for the prior where no `question` of a configuration is at hand: its default. */
export const PRIOR_QUESTION_FLOOR = 0.5;

/** Least P(question) where the labels do not ask for less. */
const QUESTION_FLOOR = 0.5;
/** Share of positive lines without a question's face that a slip of the labelling hand explains. */
const FACELESS_SHARE = 0.01;

/** A line as a gate that never saw it judges it. */
export interface UnseenLine extends Judged {
  logOdds: number;
  /** Whether it would be answered by the threshold chosen on the other folds. */
  speaks: boolean;
}

export interface CrossValidation {
  lines: UnseenLine[];
  /** Fitted on all lines' unseen log-odds. */
  calibration: Calibration;
  threshold: number;
  questionFloor: number;
}

export interface CrossValidateOptions {
  /** Rows of the training set to work on. */
  chosen: number[];
  /** Near-duplicate group of each row of the training set. */
  groups: readonly number[];
  /** The prior's threshold. */
  prior: number;
  seed: number;
}

/**
 * Fits on four folds, judges the fifth, in turn; near-duplicates share a fold. Calibration and threshold of a fold come from
 * the other folds' unseen log-odds, so no line helps to choose what it is judged by.
 */
export function crossValidate(training: TrainingSet, options: CrossValidateOptions): CrossValidation {
  const { chosen, groups, prior, seed } = options;
  const { rows, positive } = training;
  const random = seededRandom(seed);
  const foldOf = assignFolds(
    chosen.map((row) => groups[row] ?? row),
    chosen.map((row) => positive[row] === true),
    { folds: FOLDS, random },
  );
  const unseen = chosen.map((row) => ({ logOdds: 0, positive: positive[row] === true, line: rows[row] }));
  for (let fold = 0; fold < FOLDS; fold++) {
    const fit = fitRows(
      training,
      chosen.filter((_, index) => foldOf[index] !== fold),
    );
    for (const [index, row] of chosen.entries()) {
      const found = unseen[index];
      if (foldOf[index] === fold && found !== undefined) found.logOdds = fittedLogOdds(training, fit, row);
    }
  }
  const settingsOf = (part: typeof unseen, foldSeed: number) => {
    const calibration = fitCalibration(part);
    const questionFloor = chooseFloor(part);
    const judged = part.map(({ logOdds, positive: label, line }) => ({
      probability: answeredAs(line, calibrated(calibration, logOdds), questionFloor),
      positive: label,
    }));
    return { calibration, questionFloor, threshold: chooseThreshold(judged, { prior, seed: foldSeed }) };
  };
  const whole = settingsOf(unseen, seed);
  const perFold = Array.from({ length: FOLDS }, (_, fold) =>
    settingsOf(
      unseen.filter((_line, index) => foldOf[index] !== fold),
      seed + fold + 1,
    ),
  );
  const lines = unseen.map(({ logOdds, positive: label, line }, index): UnseenLine => {
    const { calibration, questionFloor, threshold } = perFold[foldOf[index] ?? 0] ?? whole;
    const probability = answeredAs(line, calibrated(calibration, logOdds), questionFloor);
    return { logOdds, positive: label, probability, speaks: probability >= threshold };
  });
  return { lines, ...whole };
}

export function calibrated({ slope, shift }: Calibration, logOdds: number): number {
  return sigmoid(slope * logOdds + shift);
}

/** The probability that counts: 0 for a line that is met with silence whatever its probability. */
export function answeredAs(line: LineFeatures | undefined, probability: number, questionFloor: number): number {
  if (line === undefined || line.reason !== undefined || line.question < questionFloor) return 0;
  return probability;
}

/**
 * The labels say what the group wants: when enough of its positive lines do not look like questions, looking like one is no
 * longer demanded (the cues stay features), else it is.
 */
function chooseFloor(lines: readonly { positive: boolean; line: LineFeatures | undefined }[]): number {
  const positives = lines.filter(({ positive }) => positive);
  const faceless = positives.filter(({ line }) => line !== undefined && line.question < QUESTION_FLOOR);
  return faceless.length > FACELESS_SHARE * positives.length ? 0 : QUESTION_FLOOR;
}
