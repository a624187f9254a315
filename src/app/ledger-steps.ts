import type { EndedTurn } from "../core/ask-document.ts";
import type { LedgerStep } from "../core/store.ts";

/** The steps of a turn as the ledger keeps them. */
export function ledgerSteps({ timings, outcome, scores }: EndedTurn): LedgerStep[] {
  return Object.entries(timings)
    .filter(([name]) => name !== "total")
    .map(([name, ms]) => ({
      name,
      durationMs: Math.round(ms),
      ...(name === "detect-question" && scores !== undefined && { score: scores.question }),
      ...(name === "reject" && scores !== undefined && { score: scores.answerable, threshold: scores.threshold }),
      ...(name === "answer" &&
        outcome.kind === "answered" && { tokens: outcome.usage.prompt + outcome.usage.completion }),
    }));
}
