/** A logistic model by name: inspectable, and the same in memory and in a file. */
export interface LogisticModel {
  bias: number;
  /** One weight a feature; features without one do not count. */
  weights: Record<string, number>;
}

/** `1 / (1 + e^−x)`, 0 to 1. */
export function sigmoid(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

/** Log-odds of a model on features (missing ones count as 0). */
export function logOdds(model: LogisticModel, features: Record<string, number>): number {
  let sum = model.bias;
  for (const [name, weight] of Object.entries(model.weights)) sum += weight * (features[name] ?? 0);
  return sum;
}
