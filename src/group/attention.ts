import type { GateScores } from "../core/outcome.ts";
import type { QuietHours } from "./quiet-hours.ts";

/** How much a group wants to hear. Every post counts: answers, also to mentions, pointers, honest lines, digests. */
export interface AttentionPolicy {
  /** Least time from one send to the next, in milliseconds. */
  minGapMs: number;
  /** Most posts in any 60 minutes. */
  perHour: number;
  /** Most posts in any 24 hours: stricter than the day of the calendar, whose two halves of a night would add up. */
  perDay: number;
  /** Most of the last 50 messages that may be ours, ours included, 0 to 1. */
  maxShare: number;
  quiet: QuietHours;
}

/** What is known of a room at one moment. */
export interface RoomFacts {
  /** Milliseconds since 1970. */
  now: number;
  /** When our posts of the last 24 hours went out; a post that is on its way or may have been shown counts too. */
  posts: readonly number[];
  /** How many of the last 49 messages are ours; messages that were never written count as others'. */
  oursAmongRecent: number;
  /** Until when an admin wants silence. */
  mutedUntil?: number | undefined;
}

export type AttentionVerdict =
  | { kind: "speak" }
  /** Only the gap to the last post is in the way, and it ends soon. */
  | { kind: "wait"; until: number }
  /** Part of one digest in the morning. */
  | { kind: "defer"; until: number; reason: "quiet-hours" }
  | { kind: "drop"; reason: "over-budget" | "muted" | "quiet-hours"; limit: BudgetLimit | "mute" | "quiet-hours" };

/** Which limit is in the way. */
export type BudgetLimit = "min-gap" | "per-hour" | "per-day" | "max-share";

/** Messages over which the share is taken, our new post included. */
export const SHARE_WINDOW = 50;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** An answer that would come later than this after it was ready is better not given. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Whether a post may go out now. To be asked again just before it is sent. Silence wins over quiet hours, and those over
 * the budget: what waits for the morning is weighed against the budget of the morning.
 */
export function decideAttention(policy: AttentionPolicy, facts: RoomFacts): AttentionVerdict {
  const { now, mutedUntil = 0 } = facts;
  if (mutedUntil > now) return { kind: "drop", reason: "muted", limit: "mute" };
  const quietUntil = policy.quiet.endAt(now);
  if (quietUntil !== undefined) {
    return Number.isFinite(quietUntil)
      ? { kind: "defer", until: quietUntil, reason: "quiet-hours" }
      : { kind: "drop", reason: "quiet-hours", limit: "quiet-hours" };
  }
  return withinBudget(policy, facts);
}

/** The budget alone, for what quiet hours do not concern, such as the digest that ends them. */
export function withinBudget(policy: AttentionPolicy, { now, posts, oursAmongRecent }: RoomFacts): AttentionVerdict {
  // A post stands at both ends of its window, so that no way of counting finds one too many.
  const since = (windowMs: number): number => posts.filter((at) => at >= now - windowMs).length;
  if (since(HOUR_MS) >= policy.perHour) return overBudget("per-hour");
  if (since(DAY_MS) >= policy.perDay) return overBudget("per-day");
  if (oursAmongRecent + 1 > mostOfRecent(policy.maxShare)) return overBudget("max-share");
  const free = Math.max(...posts, Number.NEGATIVE_INFINITY) + policy.minGapMs;
  if (free <= now) return { kind: "speak" };
  return free - now <= LONGEST_WAIT_MS ? { kind: "wait", until: free } : overBudget("min-gap");
}

function overBudget(limit: BudgetLimit): AttentionVerdict {
  return { kind: "drop", reason: "over-budget", limit };
}

/**
 * Our posts that 50 messages in a row may hold. In a young group the messages that nobody has written yet count as
 * others': the first question there gets its answer, and a group of five lines is not held to a fifth of them.
 */
export function mostOfRecent(maxShare: number): number {
  return Math.floor(maxShare * SHARE_WINDOW + 1e-9);
}

/** How many of the messages that share a window with the next post are ours. `isOurs` is oldest first. */
export function countOurs(isOurs: readonly boolean[]): number {
  return isOurs.slice(-(SHARE_WINDOW - 1)).filter(Boolean).length;
}

/** What an answer is expected to be worth: P(question) · P(answerable). */
export function expectedValue({ question, answerable }: Pick<GateScores, "question" | "answerable">): number {
  return question * answerable;
}
