import type { AskResult } from "../app.ts";
import type { Citation, GateScores } from "../core/outcome.ts";

/** What `ask --json` prints; the HTTP side gives the same document. */
export interface AskDocument {
  outcome: "answered" | "declined" | "failed";
  /** Why nothing was answered: a reason of silence, or the code of a fault. */
  reason?: string;
  /** What failed and what to do; only when the outcome is `failed`. */
  message?: string;
  /** Empty unless answered. */
  answer: string;
  citations: Omit<Citation, "chunkId">[];
  /** Null when the gate was not reached. */
  scores: GateScores | null;
  /** `vendor/model`, or the extractive answerer's name; empty unless answered. */
  model: string;
  tokens: { prompt: number; completion: number; total: number };
  /** Milliseconds a step. */
  timings: Record<string, number>;
}

export function toAskDocument({ outcome, scores, timings }: AskResult): AskDocument {
  const common = { scores: scores ?? null, timings };
  const silent = { answer: "", citations: [], model: "", tokens: { prompt: 0, completion: 0, total: 0 } };
  switch (outcome.kind) {
    case "answered": {
      const { prompt, completion } = outcome.usage;
      return {
        outcome: "answered",
        answer: outcome.answer,
        citations: outcome.citations.map(({ n, source, title, headings, page, quote }) => ({
          n,
          source,
          title,
          headings,
          ...(page === undefined ? {} : { page }),
          quote,
        })),
        scores: common.scores,
        model: outcome.model,
        tokens: { prompt, completion, total: prompt + completion },
        timings: common.timings,
      };
    }
    case "declined":
      return { outcome: "declined", reason: outcome.reason, ...silent, ...common };
    case "failed":
      return { outcome: "failed", reason: outcome.code, message: outcome.message, ...silent, ...common };
  }
}
