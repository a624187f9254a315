import { sigmoid } from "./logistic.ts";
import { bestPoint, type Judged } from "./measures.ts";
import { seededRandom } from "./random.ts";

/** `sigmoid(slope · log-odds + shift)` is the share of such lines that are positive. */
export interface Calibration {
  slope: number;
  shift: number;
}

/** Labels that weigh as much as the belief that the log-odds are right as they are. */
const BELIEF = 60;

/**
 * Fits slope and shift to log-odds of lines that the model had not seen (Platt, 1999), pulled towards slope 1 and shift 0,
 * so that a dozen labels change little. The slope stays between .2 and 3.
 */
export function fitCalibration(lines: readonly { logOdds: number; positive: boolean }[]): Calibration {
  let slope = 1;
  let shift = 0;
  for (let step = 0; step < 50; step++) {
    let [slopePull, shiftPull] = [-BELIEF * (slope - 1), -BELIEF * shift];
    let [slopeCurve, shiftCurve, cross] = [BELIEF, BELIEF, 0];
    for (const { logOdds, positive } of lines) {
      const probability = sigmoid(slope * logOdds + shift);
      const error = (positive ? 1 : 0) - probability;
      const curvature = probability * (1 - probability);
      slopePull += error * logOdds;
      shiftPull += error;
      slopeCurve += curvature * logOdds * logOdds;
      shiftCurve += curvature;
      cross += curvature * logOdds;
    }
    const determinant = slopeCurve * shiftCurve - cross * cross;
    const slopeStep = (shiftCurve * slopePull - cross * shiftPull) / determinant;
    const shiftStep = (slopeCurve * shiftPull - cross * slopePull) / determinant;
    slope = Math.min(3, Math.max(0.2, slope + slopeStep));
    shift += shiftStep;
    if (Math.abs(slopeStep) + Math.abs(shiftStep) < 1e-9) break;
  }
  return { slope, shift };
}

export interface ThresholdOptions {
  /** Threshold to lean on while labels are few. */
  prior: number;
  seed: number;
}

/** Labels that weigh as much as the prior's threshold. */
const THRESHOLD_BELIEF = 100;
const DRAWS = 60;

/**
 * The threshold of best F1, steadied, since the best F1 of a sample jumps between neighbouring lines: midway, in log-odds,
 * between the mean of the best thresholds of bootstrap draws and half the F1 that the probabilities promise (where they are
 * right, that is the best threshold: Lipton, Elkan & Narayanaswamy, 2014); pulled towards the prior's while labels are few.
 */
export function chooseThreshold(judged: readonly Judged[], { prior, seed }: ThresholdOptions): number {
  const random = seededRandom(seed);
  const found: number[] = [];
  for (let draw = 0; draw < DRAWS; draw++) {
    const drawn = judged.flatMap(() => judged[Math.floor(random() * judged.length)] ?? []);
    if (drawn.some(({ positive }) => positive) && drawn.some(({ positive }) => !positive)) {
      found.push(toLogOdds(bestPoint(drawn).threshold));
    }
  }
  const promised = toLogOdds(promisedF1(judged) / 2);
  const drawn = found.length === 0 ? promised : found.reduce((sum, value) => sum + value, 0) / found.length;
  const weight = THRESHOLD_BELIEF / (THRESHOLD_BELIEF + judged.length);
  return sigmoid(weight * toLogOdds(prior) + (1 - weight) * (0.5 * drawn + 0.5 * promised));
}

/** The best F1 to be expected if every probability is right. */
function promisedF1(judged: readonly Judged[]): number {
  const falling = judged.map(({ probability }) => probability).toSorted((a, b) => b - a);
  const positives = falling.reduce((sum, probability) => sum + probability, 0);
  let right = 0;
  let best = 0;
  for (const [index, probability] of falling.entries()) {
    right += probability;
    best = Math.max(best, (2 * right) / (index + 1 + positives));
  }
  return best;
}

/** Log-odds of a probability, within ±12. */
export function toLogOdds(probability: number): number {
  const inside = Math.min(1 - 6e-6, Math.max(6e-6, probability));
  return Math.log(inside / (1 - inside));
}
