export interface TopRowsOptions {
  /** Only values greater than this count. Default: all. */
  above?: number;
  accept?: (row: number) => boolean;
}

/** The `k` rows with the largest values, largest first; equal values by row, so that the order never depends on chance. */
export function topRows(
  values: ArrayLike<number>,
  k: number,
  options: TopRowsOptions = {},
): { row: number; score: number }[] {
  const { above = Number.NEGATIVE_INFINITY, accept } = options;
  if (k <= 0) return [];
  const rows = new Uint32Array(k);
  const scores = new Float64Array(k);
  let used = 0;
  let floor = above;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? 0;
    // A later row never displaces an equal earlier one, which keeps ties in row order. The negation lets NaN fall through.
    if (!(value > floor)) continue;
    if (accept !== undefined && !accept(row)) continue;
    let place = used < k ? used++ : k - 1;
    for (; place > 0 && (scores[place - 1] ?? 0) < value; place--) {
      scores[place] = scores[place - 1] ?? 0;
      rows[place] = rows[place - 1] ?? 0;
    }
    scores[place] = value;
    rows[place] = row;
    if (used === k) floor = scores[k - 1] ?? floor;
  }
  return Array.from({ length: used }, (_, index) => ({ row: rows[index] ?? 0, score: scores[index] ?? 0 }));
}
