import { AppError } from "../core/errors.ts";
import { fitRows, prepareTraining, toClassifier } from "./classifier.ts";
import { answeredAs, calibrated, crossValidate, PRIOR_QUESTION_FLOOR, type CrossValidation } from "./cross-validate.ts";
import { encodeClassifier } from "./encode-classifier.ts";
import { lineFeatures, type LineFeatures } from "./features.ts";
import { nearDuplicateGroups } from "./folds.ts";
import { PRIOR_THRESHOLD } from "./gate.ts";
import { withEntry, type GateEntry, type GateFile, type GateFingerprint } from "./gate-file.ts";
import { checkLabels, conflictWarnings, sampleLines, type LabelledEvidence } from "./labelled.ts";
import { learningCurve, type LearningPoint } from "./learning-curve.ts";
import { sigmoid } from "./logistic.ts";
import {
  areaUnderCurve,
  measureIntervals,
  measuresAt,
  measuresOf,
  type Interval,
  type Judged,
  type Measures,
} from "./measures.ts";
import { boundedThreshold } from "./risk.ts";
import { markLines } from "./tuned-lines.ts";
import { measureUnasked } from "./unasked.ts";
import { unsureBand } from "./unsure-band.ts";

export interface TuneOptions {
  /** Folds, draws and samples follow from it. */
  seed: number;
  /** Largest share of ignorable lines that may be answered, 0 to 1; absent: best F1. */
  maxWrong?: number;
  /** The group that the labels are of; absent: all. */
  group?: string;
  /** The present gate file, whose other entries are kept. */
  previous?: GateFile;
  fingerprint: GateFingerprint;
  /** What is to be said of all lines, where only some are given here. Default: those with contradicting labels. */
  warnings?: string[];
  /** Milliseconds since 1970. */
  now: number;
}

export interface TuneResult {
  gate: GateFile;
  threshold: number;
  /** On lines the fit had not seen, each judged by a threshold that was chosen without it. */
  crossValidated: Measures;
  /** Of `crossValidated`, 95 %. */
  intervals: Record<keyof Measures, Interval>;
  /** The shipped prior on the same lines. */
  prior: Measures;
  /** With `maxWrong`: what its threshold gives on lines the fit had not seen. */
  maxWrong?: { target: number; recall: number; wrong: number; upperBound: number };
  learningCurve: LearningPoint[];
  /** Lines near the threshold, to be checked or labelled next. */
  unsure: { text: string; line: number; probability: number }[];
  /** Lines the tuned gate gets wrong, the worst first. */
  wrong: { text: string; line: number; positive: boolean; probability: number }[];
  warnings: string[];
}

const BOOTSTRAP_DRAWS = 1000;
/** Lines named as least sure. */
const UNSURE = 20;

/**
 * Fits the gate of a group to labelled lines and says how good it is on lines it has not seen. Pure: the caller writes
 * `gate`. The same lines and seed give the same result.
 * @throws AppError `usage` for fewer than 10 lines, or lines of one label only
 */
export function tuneGate(labelled: LabelledEvidence[], options: TuneOptions): TuneResult {
  const { seed, maxWrong, fingerprint, previous } = options;
  checkLabels(labelled);
  if (maxWrong !== undefined && !(maxWrong > 0 && maxWrong < 1)) {
    throw new AppError("usage", "The share of wrongly answered lines (max-wrong) must lie between 0 and 1.");
  }
  const { lines, warnings: drawn } = sampleLines(labelled, seed);
  const warnings = [...(options.warnings ?? conflictWarnings(labelled)), ...drawn];
  const rows = lines.map(({ text, hits, evidence }) => lineFeatures({ question: text, hits, evidence }));
  const positive = lines.map((line) => line.positive);
  const training = prepareTraining(rows, positive);
  const groups = nearDuplicateGroups(lines.map(({ text }) => text));
  const chosen = [...rows.keys()];
  const validation = crossValidate(training, { chosen, groups, prior: PRIOR_THRESHOLD, seed });
  const { calibration, questionFloor } = validation;
  const bounded = maxWrong === undefined ? undefined : boundedThreshold(validation.lines, maxWrong);
  const threshold = bounded?.threshold ?? validation.threshold;
  if (bounded !== undefined && maxWrong !== undefined && bounded.upperBound > maxWrong) {
    warnings.push(
      `With ${bounded.negatives} lines to leave alone, at most ${maxWrong} answered wrongly cannot be shown with 95 % confidence; the threshold is above all of them. That needs at least ${linesNeeded(maxWrong)} such lines.`,
    );
  }
  const decided =
    bounded === undefined
      ? validation.lines
      : validation.lines.map((line) => ({ ...line, speaks: line.probability >= threshold }));
  const unseen = unseenLines(rows, positive, validation);
  const entry: GateEntry = {
    ...(options.group === undefined ? {} : { group: options.group }),
    corpus: fingerprint.corpus,
    tunedAt: options.now,
    tunedLines: markLines(lines.map(({ text }) => text)),
    labels: { positive: positive.filter(Boolean).length, negative: positive.filter((label) => !label).length },
    threshold,
    questionFloor,
    band: unsureBand(unseen, { threshold, silenceOnly: maxWrong !== undefined }),
    unasked: measureUnasked(unseen),
    ...(maxWrong === undefined ? {} : { maxWrong }),
    calibration,
    classifier: encodeClassifier(toClassifier(training, fitRows(training, chosen))),
  };
  return {
    gate: withEntry(previous, fingerprint.embedding, entry),
    threshold,
    crossValidated: { ...measuresOf(decided), auc: areaUnderCurve(decided) },
    intervals: measureIntervals(decided, { draws: BOOTSTRAP_DRAWS, seed }),
    prior: priorMeasures(rows, positive),
    ...(bounded === undefined || maxWrong === undefined
      ? {}
      : {
          maxWrong: {
            target: maxWrong,
            recall: bounded.recall,
            wrong: bounded.wrong,
            upperBound: bounded.upperBound,
          },
        }),
    learningCurve: learningCurve(training, groups, { prior: PRIOR_THRESHOLD, seed }),
    ...listLines(lines, rows, { ...validation, threshold }),
    warnings,
  };
}

/** Negative lines of which none may be answered to show a share with 95 % confidence. */
function linesNeeded(maxWrong: number): number {
  return Math.ceil(Math.log(0.05) / Math.log1p(-maxWrong));
}

function priorMeasures(rows: LineFeatures[], positive: boolean[]): Measures {
  const judged = rows.map((line, index) => ({
    probability: answeredAs(line, sigmoid(line.prior), PRIOR_QUESTION_FLOOR),
    positive: positive[index] === true,
  }));
  return { ...measuresAt(judged, PRIOR_THRESHOLD), auc: areaUnderCurve(judged) };
}

/** The lines as a fit that never saw them judges them, on the scale of the gate that is written. */
function unseenLines(
  rows: LineFeatures[],
  positive: boolean[],
  { lines, calibration, questionFloor }: CrossValidation,
): Judged[] {
  return rows.map((row, index) => ({
    probability: answeredAs(row, calibrated(calibration, lines[index]?.logOdds ?? 0), questionFloor),
    positive: positive[index] === true,
  }));
}

function listLines(
  lines: LabelledEvidence[],
  rows: LineFeatures[],
  { lines: unseen, calibration, questionFloor, threshold }: CrossValidation,
): Pick<TuneResult, "unsure" | "wrong"> {
  const judged = lines.map(({ text, line, positive }, index) => {
    const probability = answeredAs(rows[index], calibrated(calibration, unseen[index]?.logOdds ?? 0), questionFloor);
    return { text, line, positive, probability, distance: Math.abs(probability - threshold) };
  });
  return {
    unsure: judged
      .toSorted((a, b) => a.distance - b.distance || a.line - b.line)
      .slice(0, UNSURE)
      .map(({ text, line, probability }) => ({ text, line, probability })),
    wrong: judged
      .filter(({ positive, probability }) => positive !== probability >= threshold)
      .toSorted((a, b) => b.distance - a.distance || a.line - b.line)
      .map(({ text, line, positive, probability }) => ({ text, line, positive, probability })),
  };
}
