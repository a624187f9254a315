import { logOdds, sigmoid, type LogisticModel } from "./logistic.ts";

export interface LabelledFeatures {
  features: Record<string, number>;
  positive: boolean;
}

export interface FitOptions {
  /** Strength of the pull towards 0 (ridge penalty on standardised weights), from 0. */
  ridge: number;
  /** Steps of gradient descent. Default 4000. */
  steps?: number;
}

/**
 * Fits a logistic model by gradient descent on standardised features; weights come back in the features' own scale.
 * Deterministic: no randomness, order of rows does not matter beyond rounding.
 */
export function fitLogistic(rows: LabelledFeatures[], { ridge, steps = 4000 }: FitOptions): LogisticModel {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.features)))].toSorted();
  const scales = names.map((name) => spread(rows.map((row) => row.features[name] ?? 0)));
  const standardised = rows.map((row) =>
    names.map(
      (name, index) => ((row.features[name] ?? 0) - (scales[index]?.mean ?? 0)) / (scales[index]?.deviation ?? 1),
    ),
  );
  const weights = names.map(() => 0);
  let bias = 0;
  const rate = 1 / Math.max(1, rows.length);
  for (let step = 0; step < steps; step++) {
    const gradient = weights.map((weight) => ridge * weight);
    let biasGradient = 0;
    standardised.forEach((values, row) => {
      let sum = bias;
      values.forEach((value, index) => (sum += value * (weights[index] ?? 0)));
      const error = sigmoid(sum) - (rows[row]?.positive === true ? 1 : 0);
      biasGradient += error;
      values.forEach((value, index) => (gradient[index] = (gradient[index] ?? 0) + error * value));
    });
    gradient.forEach((slope, index) => (weights[index] = (weights[index] ?? 0) - rate * slope));
    bias -= rate * biasGradient;
  }
  const model: LogisticModel = { bias, weights: {} };
  names.forEach((name, index) => {
    const { mean, deviation } = scales[index] ?? { mean: 0, deviation: 1 };
    const weight = (weights[index] ?? 0) / deviation;
    model.weights[name] = weight;
    model.bias -= weight * mean;
  });
  return model;
}

/** Mean cross-entropy of a model on labelled rows, in nats. */
export function crossEntropy(model: LogisticModel, rows: LabelledFeatures[]): number {
  let sum = 0;
  for (const row of rows) {
    const probability = Math.min(1 - 1e-9, Math.max(1e-9, sigmoid(logOdds(model, row.features))));
    sum -= Math.log(row.positive ? probability : 1 - probability);
  }
  return rows.length === 0 ? 0 : sum / rows.length;
}

function spread(values: number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
  return { mean, deviation: Math.sqrt(variance) || 1 };
}
