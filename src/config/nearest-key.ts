/**
 * Damerau–Levenshtein distance (optimal string alignment): insertions, deletions, changes and swaps of neighbours
 * that turn one word into another.
 */
export function editDistance(left: string, right: string): number {
  const a = Array.from(left);
  const b = Array.from(right);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/**
 * The candidate a person most likely meant, or undefined when none is near: at most two edits in five letters, or one
 * name begins the other (`api_key` for `api_key_env`, `debounce` for `debounce_s`). Case and `-` for `_` cost nothing.
 */
export function nearestKey(key: string, candidates: Iterable<string>): string | undefined {
  const wanted = normalise(key);
  if (wanted === "" || wanted.length > 64) {
    return undefined;
  }
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const known = normalise(candidate);
    const begins = wanted.length >= 3 && (known.startsWith(`${wanted}_`) || wanted.startsWith(`${known}_`));
    const distance = begins ? 1 : editDistance(wanted, known);
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, known.length) * 0.4));
    if (distance <= allowed && (best === undefined || distance < best.distance)) {
      best = { candidate, distance };
    }
  }
  return best?.candidate;
}

function normalise(key: string): string {
  return key.trim().toLowerCase().replaceAll("-", "_");
}
