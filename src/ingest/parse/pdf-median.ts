/** The middle value (upper one of two); 0 for no values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** The value that carries most weight. Undefined for no values. */
export function weightiest<T>(
  items: readonly T[],
  value: (item: T) => number,
  weight: (item: T) => number,
): number | undefined {
  const weights = new Map<number, number>();
  for (const item of items) {
    const key = value(item);
    weights.set(key, (weights.get(key) ?? 0) + weight(item));
  }
  let best: number | undefined;
  for (const [key, sum] of weights) if (best === undefined || sum > (weights.get(best) ?? 0)) best = key;
  return best;
}
