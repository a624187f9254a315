import { sigmoid } from "./logistic.ts";
import { bestPoint, type Judged } from "./measures.ts";
import { seededRandom } from "./random.ts";

/** `sigmoid(slope · log-odds + shift)` is the share of such lines that are positive. */
export interface Calibration {
  slope: number;
  shift: number;
}

/** Labels that weigh as much as the belief that the log-odds are right as they are. */
const BELIEF = 20;

/**
 * Fits slope and shift to log-odds of lines that the model had not seen (Platt, 1999), pulled towards slope 1 and shift 0,
 * so that a dozen labels change little. The slope stays between .2 and 3.
 */
export function fitCalibration(lines: readonly { logOdds: number; positive: boolean }[]): Calibration {
  let slope = 1;
  let shift = 0;
  for (let step = 0; step < 50; step++) {
    let [slopePull, shiftPull] = [-BELIEF * (slope - 1), -0.25 * BELIEF * shift];
    let [slopeCurve, shiftCurve, cross] = [BELIEF, 0.25 * BELIEF, 0];
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
const THRESHOLD_BELIEF = 60;
const DRAWS = 60;

/**
 * The threshold of best F1, steadied: the best F1 of a sample jumps between neighbouring lines, so the mean over bootstrap
 * draws is taken in log-odds, and pulled towards the prior's threshold while labels are few.
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
  const weight = THRESHOLD_BELIEF / (THRESHOLD_BELIEF + judged.length);
  const mean = found.reduce((sum, value) => sum + value, 0) / Math.max(1, found.length);
  return sigmoid(weight * toLogOdds(prior) + (1 - weight) * (found.length === 0 ? toLogOdds(prior) : mean));
}

/** Log-odds of a probability, within ±12. */
export function toLogOdds(probability: number): number {
  const inside = Math.min(1 - 6e-6, Math.max(6e-6, probability));
  return Math.log(inside / (1 - inside));
}
