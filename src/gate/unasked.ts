import { z } from "zod";
import { LEAST_PASSAGES } from "./breadth.ts";
import type { Judged } from "./measures.ts";

/** The least probability above which at most a share of the lines to leave alone lies. */
export interface UnaskedPoint {
  /** Share of them, 0 to 1. */
  maxWrong: number;
  threshold: number;
}

/** For the gate file; a share in between is taken as the next smaller one, which promises more. */
export const unaskedPoints = z
  .array(z.strictObject({ maxWrong: z.number().min(0).max(1), threshold: z.number().min(0).max(1) }))
  .max(100);

const SHARES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];

/**
 * Of the shipped prior: measured on 1,120 lines of public group chats to be left alone, over the knowledge base of the
 * refusal benchmark (docs/decisions/0009-gate-study.md). Above a fifth its own threshold decides.
 */
export const PRIOR_UNASKED: UnaskedPoint[] = [
  { maxWrong: 0.001, threshold: 0.93 },
  { maxWrong: 0.002, threshold: 0.93 },
  { maxWrong: 0.005, threshold: 0.9 },
  { maxWrong: 0.01, threshold: 0.84 },
  { maxWrong: 0.02, threshold: 0.77 },
  { maxWrong: 0.05, threshold: 0.57 },
  { maxWrong: 0.1, threshold: 0.38 },
  { maxWrong: 0.2, threshold: 0.2 },
];

/**
 * The same over few passages, where chance nearness is rare: the prior's best-F1 threshold where three of four lines are to be
 * left alone (.55; bench/fit-gate-prior.ts on corpus/questions).
 */
const PRIOR_UNASKED_OF_FEW: UnaskedPoint[] = [
  { maxWrong: 0.001, threshold: 0.9 },
  { maxWrong: 0.005, threshold: 0.55 },
  { maxWrong: 0.05, threshold: 0.35 },
];

/** Those of the prior, by how many passages the index has. */
export function priorUnasked(passages: number): UnaskedPoint[] {
  return passages >= LEAST_PASSAGES ? PRIOR_UNASKED : PRIOR_UNASKED_OF_FEW;
}

/** Which thresholds let how many of the lines to leave alone pass, by the judgement of a fit that never saw them. */
export function measureUnasked(judged: readonly Judged[]): UnaskedPoint[] {
  const falling = judged
    .flatMap(({ positive, probability }) => (positive ? [] : [probability]))
    .toSorted((left, right) => right - left);
  return SHARES.map((maxWrong) => {
    const limit = falling[Math.floor(maxWrong * falling.length)] ?? 0;
    return { maxWrong, threshold: justAbove(limit) };
  });
}

/** The threshold of answers that nobody asked for: never below the gate's own, and 1 where no answer may be wrong. */
export function unaskedThreshold(points: readonly UnaskedPoint[], threshold: number, maxWrong: number): number {
  const kept = points.filter((point) => point.maxWrong <= maxWrong).at(-1);
  return Math.max(threshold, kept?.threshold ?? 1);
}

/** Ties with a line to leave alone are left alone. */
function justAbove(limit: number): number {
  return Math.min(1, limit + 1e-6);
}
