import type { Step } from "./step.ts";
import type { Detected, Rewritten } from "./turn.ts";

/** A question of at most so many characters may lean on the one before it. */
const ELLIPTICAL_CHARS = 16;
const FOLLOW_UP =
  /^(?:那|那么|还有|然后|另外|如果|要是|所以|它|他|她|这个?|那个?|其|上面|刚才|and|what about|how about|then|it|that|this|those|these)|[它其]|(?:这个|那个|上述|刚才)|呢[?？]?$/iu;

/**
 * Makes a follow-up ("那押金呢？") searchable: its query is the question before it and itself. A question that stands on
 * its own is left alone, as is everything without history.
 */
export function rewrite(): Step<Detected, Rewritten> {
  return async function rewriteStep(turn) {
    const previous = turn.history.findLast((entry) => entry.role === "user")?.content;
    const leans =
      turn.question.length <= ELLIPTICAL_CHARS || (turn.question.length <= 60 && FOLLOW_UP.test(turn.question));
    const query =
      previous !== undefined && leans && FOLLOW_UP.test(turn.question)
        ? `${previous.slice(0, 200)} ${turn.question}`
        : turn.question;
    return { next: { ...turn, query } };
  };
}
