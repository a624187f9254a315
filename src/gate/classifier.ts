import type { FeatureName, ShareName } from "./feature-words.ts";
import type { LineFeatures } from "./features.ts";
import { GRAM_BUCKETS, gramCosine } from "./grams.ts";
import { fitKernelLogistic } from "./kernel-logistic.ts";
import {
  addCosines,
  addWorth,
  rarityOf,
  VIEW_BUCKETS,
  VIEW_NAMES,
  viewShare,
  type ViewName,
  type ViewWeights,
} from "./rare-buckets.ts";

/**
 * How far each part may move the log-odds (its variance), and how many labels weigh as much as the prior. Compared by
 * cross-validation on group lines, flat around these values (docs/decisions/0009-gate-study.md).
 */
export interface Shape {
  base: number;
  dense: number;
  meaning: number;
  wording: number;
  views: Record<ViewName, number>;
  priorLabels: number;
  /** Labels at which half of the variances are granted: a dozen lines must not overrule the prior. */
  trustLabels: number;
}

export const SHAPE: Shape = {
  base: 1,
  dense: 0.03,
  meaning: 10,
  wording: 3,
  views: { passages: 3, terms: 3, places: 1 },
  priorLabels: 100,
  trustLabels: 100,
};

/** Falls of the meaning kernel: `exp(−SHARPNESS · (1 − cosine))`. */
const SHARPNESS = 2;

/** What has been learnt from labelled lines. Every part adds to the log-odds. */
export interface Classifier {
  base: number;
  /** Share of the prior's log-odds that is kept, 0 to 1. */
  prior: number;
  dense: Partial<Record<FeatureName, number>>;
  /** Mean vector of the labelled lines. */
  centre: Float32Array;
  /** Centred unit vectors of the labelled lines, row-major, and what each is worth. */
  landmarks: Float32Array;
  worth: Float32Array;
  /** One weight a bucket (`gramBuckets`). */
  grams: Float32Array;
  views: Record<ViewName, ViewWeights>;
}

/** Labelled lines ready to be fitted on, in whole or in part. */
export interface TrainingSet {
  rows: LineFeatures[];
  positive: boolean[];
  centre: Float32Array;
  /** Centred unit vectors, row-major. */
  vectors: Float32Array;
  rarity: Record<ViewName, Float32Array>;
  kernel: Float32Array;
  shape: Shape;
}

/** Computes what all fits on these lines share. Quadratic in their number. */
export function prepareTraining(rows: LineFeatures[], positive: boolean[], shape: Shape = SHAPE): TrainingSet {
  const dimensions = rows[0]?.vector.length ?? 0;
  const centre = new Float32Array(dimensions);
  for (const { vector } of rows) {
    for (let axis = 0; axis < dimensions; axis++) {
      centre[axis] = (centre[axis] ?? 0) + (vector[axis] ?? 0) / rows.length;
    }
  }
  const vectors = new Float32Array(rows.length * dimensions);
  for (const [index, { vector }] of rows.entries()) vectors.set(centred(vector, centre), index * dimensions);
  const kernel = new Float32Array(rows.length * rows.length);
  const dense = rows.map((row) => Float64Array.from(Object.values(row.dense)));
  for (const [i, a] of rows.entries()) {
    for (let j = 0; j <= i; j++) {
      const b = rows[j];
      if (b === undefined) continue;
      const value =
        shape.base +
        shape.dense * product(dense[i], dense[j]) +
        shape.meaning * likeness(vectors, i * dimensions, vectors.subarray(j * dimensions, (j + 1) * dimensions)) +
        shape.wording * gramCosine(a.grams, b.grams);
      kernel[i * rows.length + j] = value;
      kernel[j * rows.length + i] = value;
    }
  }
  const rarity = eachView((view) => {
    const lines = rows.map((row) => row.views[view]);
    const found = rarityOf(lines, VIEW_BUCKETS[view]);
    addCosines(kernel, lines, { rarity: found, variance: shape.views[view] });
    return found;
  });
  return { rows, positive, centre, vectors, rarity, kernel, shape };
}

/** What a fit on the rows `chosen` gives: α for each, and the share of the prior that is kept. */
export interface Fit {
  chosen: number[];
  alpha: Float64Array;
  prior: number;
}

/** Fits on some rows of a training set. */
export function fitRows({ rows, positive, kernel, shape }: TrainingSet, chosen: number[]): Fit {
  const size = chosen.length;
  const part = new Float32Array(size * size);
  const trust = size / (size + shape.trustLabels);
  for (const [i, row] of chosen.entries()) {
    for (const [j, column] of chosen.entries()) part[i * size + j] = trust * (kernel[row * rows.length + column] ?? 0);
  }
  const prior = shape.priorLabels / (shape.priorLabels + size);
  const offset = Float64Array.from(chosen, (row) => prior * (rows[row]?.prior ?? 0));
  const labels = chosen.map((row) => positive[row] === true);
  const alpha = fitKernelLogistic({ kernel: part, positive: labels, offset });
  return { chosen, alpha: alpha.map((value) => trust * value), prior };
}

/** Log-odds of one row of the training set by a fit on (other) rows of it. */
export function fittedLogOdds({ rows, kernel }: TrainingSet, { chosen, alpha, prior }: Fit, row: number): number {
  let sum = prior * (rows[row]?.prior ?? 0);
  for (const [index, each] of chosen.entries()) sum += (alpha[index] ?? 0) * (kernel[row * rows.length + each] ?? 0);
  return sum;
}

/** The fit as a classifier of its own, without the training set. */
export function toClassifier(training: TrainingSet, { chosen, alpha, prior }: Fit): Classifier {
  const { rows, vectors, centre, rarity, shape } = training;
  const dimensions = centre.length;
  const dense: Partial<Record<FeatureName, number>> = {};
  const grams = new Float32Array(GRAM_BUCKETS);
  const views = eachView((view) => ({ weights: new Float32Array(VIEW_BUCKETS[view]), rarity: rarity[view] }));
  const landmarks = new Float32Array(chosen.length * dimensions);
  let base = 0;
  for (const [index, row] of chosen.entries()) {
    const worth = alpha[index] ?? 0;
    const line = rows[row];
    if (line === undefined) continue;
    base += shape.base * worth;
    for (const [name, value] of denseEntries(line)) dense[name] = (dense[name] ?? 0) + shape.dense * worth * value;
    const unit = line.grams.length === 0 ? 0 : (shape.wording * worth) / Math.sqrt(line.grams.length);
    for (const bucket of line.grams) grams[bucket] = (grams[bucket] ?? 0) + unit;
    for (const view of VIEW_NAMES) addWorth(views[view], line.views[view], shape.views[view] * worth);
    landmarks.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), index * dimensions);
  }
  const worth = Float32Array.from(alpha, (value) => shape.meaning * value);
  return { base, prior, dense, centre, landmarks, worth, grams, views };
}

/** A share of the log-odds. */
export interface Share {
  name: ShareName;
  value: number;
}

/** What each part says about a line; the values add up to its log-odds. */
export function classifierShares(classifier: Classifier, line: LineFeatures): Share[] {
  const shareOf = (view: ViewName): number => viewShare(classifier.views[view], line.views[view]);
  const shares: Share[] = [
    { name: "base", value: classifier.base },
    { name: "prior", value: classifier.prior * line.prior },
    { name: "meaning", value: meaningShare(classifier, line.vector) },
    { name: "wording", value: wordingShare(classifier, line.grams) + shareOf("terms") },
    { name: "subject", value: shareOf("passages") + shareOf("places") },
  ];
  for (const [name, value] of denseEntries(line)) {
    shares.push({ name, value: (classifier.dense[name] ?? 0) * value });
  }
  return shares;
}

function meaningShare({ centre, landmarks, worth }: Classifier, vector: Float32Array): number {
  const unit = centred(vector, centre);
  let sum = 0;
  for (let index = 0; index < worth.length; index++) {
    sum += (worth[index] ?? 0) * likeness(landmarks, index * centre.length, unit);
  }
  return sum;
}

function wordingShare({ grams }: Classifier, buckets: Uint16Array): number {
  let sum = 0;
  for (const bucket of buckets) sum += grams[bucket] ?? 0;
  return buckets.length === 0 ? 0 : sum / Math.sqrt(buckets.length);
}

function eachView<T>(make: (view: ViewName) => T): Record<ViewName, T> {
  return { passages: make("passages"), terms: make("terms"), places: make("places") };
}

function denseEntries({ dense }: LineFeatures): [FeatureName, number][] {
  const entries: [FeatureName, number][] = [];
  let name: FeatureName;
  for (name in dense) entries.push([name, dense[name]]);
  return entries;
}

/** Vectors of one model point mostly the same way; what is left without that way tells them apart. */
function centred(vector: Float32Array, centre: Float32Array): Float32Array {
  const rest = vector.map((value, axis) => value - (centre[axis] ?? 0));
  const length = Math.sqrt(rest.reduce((sum, value) => sum + value * value, 0));
  return length < 1e-9 ? rest : rest.map((value) => value / length);
}

/** Four sums at once: a processor adds them side by side. */
function likeness(rows: Float32Array, start: number, vector: Float32Array): number {
  const { length } = vector;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let axis = 0;
  for (; axis + 3 < length; axis += 4) {
    const at = start + axis;
    a += (rows[at] ?? 0) * (vector[axis] ?? 0);
    b += (rows[at + 1] ?? 0) * (vector[axis + 1] ?? 0);
    c += (rows[at + 2] ?? 0) * (vector[axis + 2] ?? 0);
    d += (rows[at + 3] ?? 0) * (vector[axis + 3] ?? 0);
  }
  for (; axis < length; axis++) a += (rows[start + axis] ?? 0) * (vector[axis] ?? 0);
  return Math.exp(SHARPNESS * (a + b + c + d - 1));
}

function product(a: Float64Array = new Float64Array(0), b: Float64Array = new Float64Array(0)): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
