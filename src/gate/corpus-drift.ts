import type { RetrievalEvidence } from "../core/retriever.ts";
import { meanOf } from "./breadth.ts";
import type { Classifier } from "./classifier.ts";

/** How near lines are to the documents: mean cosines. */
export interface Likeness {
  /** To the nearest passage. */
  nearest: number;
  /** To the nearest thirty. */
  nearestThirty: number;
  /** To the nearest document as a whole. */
  centroid: number;
}

/** Lines of the tuning that are looked up again when the documents have changed. */
const SAMPLE = 50;
/** A larger drift is that of another corpus, which no moving makes good. */
const MOST = 0.03;
/** From this rank on all of `nearest` is moved by the drift of the thirty. */
const DEEP_RANK = 15;

/**
 * Vectors of some of the lines a classifier was fitted on, as far as eight bits a component hold them: a landmark is what
 * was left of a unit vector without the centre, scaled, so the unit vector lies on `centre + t · landmark`.
 */
export function sampleVectors({ centre, landmarks, worth }: Pick<Classifier, "centre" | "landmarks" | "worth">) {
  const dimensions = centre.length;
  const step = Math.max(1, Math.ceil(worth.length / SAMPLE));
  const vectors: Float32Array[] = [];
  for (let row = 0; row < worth.length; row += step) {
    const landmark = landmarks.subarray(row * dimensions, (row + 1) * dimensions);
    const across = dot(landmark, landmark);
    const along = dot(centre, landmark);
    const rest = along * along - across * (dot(centre, centre) - 1);
    if (across < 1e-9 || rest < 0) continue;
    const length = (Math.sqrt(rest) - along) / across;
    vectors.push(centre.map((value, axis) => value + length * (landmark[axis] ?? 0)));
  }
  return vectors;
}

/** The mean over lines; undefined where there is nothing to be near to. */
export function meanLikeness(evidence: readonly RetrievalEvidence[]): Likeness | undefined {
  if (evidence.length === 0 || evidence.some(({ nearest }) => nearest.length === 0)) return undefined;
  return {
    nearest: meanOf(evidence.map(({ nearest }) => nearest[0] ?? 0)),
    nearestThirty: meanOf(evidence.map(({ nearest }) => meanOf(nearest))),
    centroid: meanOf(evidence.map(({ centroid }) => centroid)),
  };
}

/**
 * How much nearer the same lines are now than when the gate was tuned; 0 where they are not: more documents make every
 * line look answerable, fewer only make the gate quieter, which disturbs nobody (docs/decisions/0011-life-of-a-gate-file.md).
 */
export function driftOf(then: Likeness, now: Likeness): Likeness {
  const grown = (name: keyof Likeness): number => Math.min(MOST, Math.max(0, now[name] - then[name]));
  return { nearest: grown("nearest"), nearestThirty: grown("nearestThirty"), centroid: grown("centroid") };
}

/** What the evidence would have been in the documents of the tuning. */
export function withoutDrift(evidence: RetrievalEvidence, drift: Likeness): RetrievalEvidence {
  const deeper = drift.nearestThirty - drift.nearest;
  return {
    ...evidence,
    nearest: evidence.nearest.map((value, rank) => value - drift.nearest - deeper * Math.min(1, rank / DEEP_RANK)),
    centroid: evidence.centroid - drift.centroid,
  };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let axis = 0; axis < a.length; axis++) sum += (a[axis] ?? 0) * (b[axis] ?? 0);
  return sum;
}
