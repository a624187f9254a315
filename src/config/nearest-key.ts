import { editDistance } from "../core/edit-distance.ts";

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
