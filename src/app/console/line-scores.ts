import { setImmediate } from "node:timers/promises";
import { decidingProbability } from "../../gate/evaluate-gate.ts";
import type { GateKeeper } from "../../gate/gate-keeper.ts";

/** What a gate makes of a line. */
export interface LineScore {
  /** What its threshold decides by, 0 to 1. */
  probability: number;
  speaks: boolean;
}

export interface LineScoresOptions {
  gate: () => Promise<Pick<GateKeeper, "score" | "current">>;
  /** Names what scores follow from: the gate and the documents. */
  version: () => Promise<string>;
}

/** Lines whose scores are kept: looking at a page again costs nothing. */
const KEPT = 2000;
/** Lines scored in one go: some ten milliseconds, after which others have their turn. */
const AT_ONCE = 16;

/** Scores of lines by the gate in use; kept until the gate or the documents change. */
export function createLineScores({
  gate,
  version,
}: LineScoresOptions): (
  lines: readonly string[],
  group: string | undefined,
  signal: AbortSignal,
) => Promise<LineScore[]> {
  const known = new Map<string, LineScore>();
  let knownVersion = "";
  return async (lines, group, signal) => {
    const [keeper, present] = await Promise.all([gate(), version()]);
    if (present !== knownVersion) known.clear();
    knownVersion = present;
    const keyOf = (line: string): string => `${group ?? ""}\n${line}`;
    const { threshold } = await keeper.current(group);
    const scores = new Map<string, LineScore>();
    for (const line of lines) {
      const score = known.get(keyOf(line));
      if (score !== undefined) scores.set(line, score);
    }
    const missing = [...new Set(lines)].filter((line) => !scores.has(line));
    for (let start = 0; start < missing.length; start += AT_ONCE) {
      const batch = missing.slice(start, start + AT_ONCE);
      const options = group === undefined ? {} : { group };
      for (const { text, answerable, speak, reason } of await keeper.score(batch, options, signal)) {
        const score = { probability: decidingProbability({ answerable, threshold }, reason), speaks: speak };
        scores.set(text, score);
        if (knownVersion === present) known.set(keyOf(text), score);
      }
      await setImmediate();
    }
    // Oldest first.
    for (const key of known.keys()) {
      if (known.size <= KEPT) break;
      known.delete(key);
    }
    return lines.map((line) => scores.get(line) ?? { probability: 0, speaks: false });
  };
}
