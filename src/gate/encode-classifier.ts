import { AppError } from "../core/errors.ts";
import type { Classifier } from "./classifier.ts";
import type { FeatureName } from "./feature-words.ts";
import type { GateEntry } from "./gate-file.ts";
import { GRAM_BUCKETS } from "./grams.ts";
import { VIEW_BUCKETS, VIEW_NAMES, type ViewName, type ViewWeights } from "./rare-buckets.ts";

type Encoded = GateEntry["classifier"];

/** A classifier as a gate file holds it: vectors in eight bits a component, everything else exact to seven digits. */
export function encodeClassifier(classifier: Classifier): Encoded {
  const { base, prior, dense, centre, landmarks, worth, grams, views } = classifier;
  const dimensions = centre.length;
  const bytes = new Int8Array(landmarks.length);
  const steps = new Float32Array(worth.length);
  for (let row = 0; row < worth.length; row++) {
    const vector = landmarks.subarray(row * dimensions, (row + 1) * dimensions);
    const step = vector.reduce((top, value) => Math.max(top, Math.abs(value)), 0) / 127;
    steps[row] = step;
    for (const [axis, value] of vector.entries()) {
      bytes[row * dimensions + axis] = step === 0 ? 0 : Math.round(value / step);
    }
  }
  return {
    base,
    prior,
    dense,
    dimensions,
    centre: fromFloats(centre),
    landmarks: Buffer.from(bytes.buffer).toString("base64"),
    steps: fromFloats(steps),
    worth: fromFloats(worth),
    grams: fromFloats(grams),
    views: { passages: encodeView(views.passages), terms: encodeView(views.terms), places: encodeView(views.places) },
  };
}

/** A gate is made anew for every line, and decoding takes longer than embedding one. */
const decodedOnes = new WeakMap<Encoded, Classifier>();

/**
 * The classifier of an entry, decoded once for each `encoded`; not to be written to.
 * @throws AppError `gate_stale` when the parts do not fit together
 */
export function decodeClassifier(encoded: Encoded): Classifier {
  const known = decodedOnes.get(encoded);
  if (known !== undefined) return known;
  const classifier = decodeAnew(encoded);
  decodedOnes.set(encoded, classifier);
  return classifier;
}

function decodeAnew(encoded: Encoded): Classifier {
  const { dimensions, base, prior } = encoded;
  const centre = toFloats(encoded.centre);
  const steps = toFloats(encoded.steps);
  const worth = toFloats(encoded.worth);
  const grams = toFloats(encoded.grams);
  const views = {
    passages: decodeView(encoded.views.passages),
    terms: decodeView(encoded.views.terms),
    places: decodeView(encoded.views.places),
  };
  const packed = Buffer.from(encoded.landmarks, "base64");
  const bytes = new Int8Array(packed.buffer, packed.byteOffset, packed.length);
  const fits =
    centre.length === dimensions &&
    bytes.length === worth.length * dimensions &&
    steps.length === worth.length &&
    grams.length === GRAM_BUCKETS &&
    VIEW_NAMES.every((name) => viewFits(name, views[name])) &&
    [centre, steps, worth, grams].every((values) => values.every(Number.isFinite));
  if (!fits) {
    throw new AppError(
      "gate_stale",
      'The gate file is damaged, its parts do not fit together: run "xianheng tune --labels FILE" again, or delete the file.',
    );
  }
  const landmarks = Float32Array.from(bytes, (value, at) => value * (steps[Math.floor(at / dimensions)] ?? 0));
  const dense: Partial<Record<FeatureName, number>> = encoded.dense;
  return { base, prior, dense, centre, landmarks, worth, grams, views };
}

function encodeView({ weights, rarity }: ViewWeights): { weights: string; rarity: string } {
  return { weights: fromFloats(weights), rarity: fromFloats(rarity) };
}

function decodeView({ weights, rarity }: { weights: string; rarity: string }): ViewWeights {
  return { weights: toFloats(weights), rarity: toFloats(rarity) };
}

function viewFits(name: ViewName, view: ViewWeights): boolean {
  return [view.weights, view.rarity].every(
    (values) => values.length === VIEW_BUCKETS[name] && values.every(Number.isFinite),
  );
}

function fromFloats(values: Float32Array): string {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString("base64");
}

function toFloats(text: string): Float32Array {
  const bytes = Buffer.from(text, "base64");
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(index * 4));
}
