import type { TokenUsage } from "./model.ts";
import type { Citation, GateScores, Outcome } from "./outcome.ts";

/** A turn that has ended, as far as it is told to whoever asked. */
export interface EndedTurn {
  outcome: Outcome;
  /** Absent when the turn ended before the gate had looked at it. */
  scores: GateScores | undefined;
  /** Milliseconds by step, and `total`. */
  timings: Record<string, number>;
  /** Absent when no model was asked whether the documents answer. */
  judged?: { score: number | undefined; speaks: boolean; model: string; usage: TokenUsage } | undefined;
}

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
  /** Only when a model was asked whether the documents answer: its score from 0 to 10, null when none could be read. */
  judge?: { score: number | null; speaks: boolean; model: string };
  /** `vendor/model`, or the extractive answerer's name; empty unless answered. */
  model: string;
  /** The answer's and the judge's. */
  tokens: { prompt: number; completion: number; total: number };
  /** Milliseconds a step. */
  timings: Record<string, number>;
}

/** The document of a turn, without what only the program itself needs. */
export function toAskDocument({ outcome, scores, judged, timings }: EndedTurn): AskDocument {
  const judge =
    judged === undefined ? {} : { judge: { score: judged.score ?? null, speaks: judged.speaks, model: judged.model } };
  const common = { scores: scores ?? null, ...judge, timings };
  const silent = { answer: "", citations: [], model: "", tokens: sumTokens([judged?.usage]) };
  switch (outcome.kind) {
    case "answered": {
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
        model: outcome.model,
        tokens: sumTokens([outcome.usage, judged?.usage]),
        ...common,
      };
    }
    case "declined":
      return { outcome: "declined", reason: outcome.reason, ...silent, ...common };
    case "failed":
      return { outcome: "failed", reason: outcome.code, message: outcome.message, ...silent, ...common };
  }
}

function sumTokens(usages: (TokenUsage | undefined)[]): AskDocument["tokens"] {
  const sum = (read: (usage: TokenUsage) => number): number =>
    usages.reduce((total, usage) => total + (usage === undefined ? 0 : read(usage)), 0);
  const [prompt, completion] = [sum((usage) => usage.prompt), sum((usage) => usage.completion)];
  return { prompt, completion, total: prompt + completion };
}
