import type { ErrorCode } from "./errors.ts";
import type { TokenUsage } from "./model.ts";

/** Why the assistant chose silence. */
export const DECLINE_REASONS = [
  "not-a-question",
  "addressed-to-someone-else",
  "unrelated",
  "unanswerable",
  "unsupported",
  "unsafe",
  "quiet-hours",
  "over-budget",
  "already-answered",
  "too-short",
] as const;

export type DeclineReason = (typeof DECLINE_REASONS)[number];

/** A checked reference from an answer to the passage that supports it. */
export interface Citation {
  /** The number in the answer's `[n]`, from 1. */
  n: number;
  source: string;
  title: string;
  headings: string[];
  page?: number;
  /** Stands word for word in the source's Markdown. */
  quote: string;
  chunkId: string;
}

/** The gate's view of a line; probabilities from 0 to 1. */
export interface GateScores {
  /** P(the line is a request for help that is meant for us). */
  question: number;
  /** P(our documents answer it). */
  answerable: number;
  /** The least `answerable` that is spoken to. */
  threshold: number;
}

/** How a turn ended. Never an exception: faults are `failed`. */
export type Outcome =
  | {
      kind: "answered";
      answer: string;
      citations: Citation[];
      model: string;
      usage: TokenUsage;
      /** True when the gateway wants the conversation so far to be forgotten; whoever keeps its history drops it. */
      clearHistory?: boolean;
    }
  | { kind: "declined"; reason: DeclineReason }
  | { kind: "failed"; code: ErrorCode; message: string };
