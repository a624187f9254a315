import { editDistance } from "./edit-distance.ts";

/** Longer names are no typing errors of anything. */
const LONGEST_CHARS = 100;

/**
 * The model somebody most likely meant: case, `_` for `-`, a maker before a slash and what follows a colon or `@` cost
 * little, and a name that begins the other (`gpt-4o` for `gpt-4o-2024-08-06`) less than another name of the family.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = normalise(name);
  if (wanted === "" || wanted.length > LONGEST_CHARS) return undefined;
  let best: { candidate: string; cost: number } | undefined;
  for (const candidate of candidates) {
    const known = normalise(candidate);
    if (known.length > LONGEST_CHARS) continue;
    const distance = editDistance(wanted, known);
    const begins = wanted.length >= 3 && (known.startsWith(wanted) || wanted.startsWith(known));
    const allowed = Math.max(2, Math.floor(Math.max(wanted.length, known.length) * 0.4));
    if (distance > allowed && !begins) continue;
    const cost = begins ? Math.min(distance, 2) + distance / 100 : distance;
    if (best === undefined || cost < best.cost) best = { candidate, cost };
  }
  return best?.candidate;
}

function normalise(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/^.*\//u, "")
    .replace(/[:@].*$/u, "")
    .replaceAll("_", "-");
}
