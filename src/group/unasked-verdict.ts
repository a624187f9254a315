import type { GateVerdict } from "./engine-options.ts";

/**
 * The gate's verdict on a line that does not ask us: `[gate] max_wrong` asks for more certainty than an answer to somebody
 * who did.
 */
export function unaskedVerdict(verdict: GateVerdict, unaskedThreshold: number): GateVerdict {
  const threshold = Math.max(verdict.threshold, unaskedThreshold);
  if (!verdict.speak || verdict.answerable >= threshold) return { ...verdict, threshold };
  return { ...verdict, threshold, speak: false, reason: "unanswerable" };
}
