import type { FaceJudge } from "./detect-question.ts";
import type { AskModelForQuestion } from "./rewrite-by-model.ts";
import { resolveFollowUp } from "./resolve-follow-up.ts";
import type { Step } from "./step.ts";
import type { Detected, Rewritten } from "./turn.ts";

export interface RewriteOptions {
  judgeFace: FaceJudge;
  /** Least P(question) for which a model is asked. */
  questionFloor: number;
  /** Asked where rules cannot resolve a line. Absent: nothing is spent on rewriting. */
  askModel?: AskModelForQuestion | undefined;
}

/**
 * Makes a follow-up ("那押金呢？") a question that can be understood alone, and judges its face anew. Everything after
 * this step (search, gate, answer) sees that question in place of the line. A question that stands on its own is left
 * alone, as is everything without history.
 */
export function rewrite({ judgeFace, questionFloor, askModel }: RewriteOptions): Step<Detected, Rewritten> {
  return async function rewriteStep(turn, signal) {
    const local = resolveFollowUp(turn.question, turn.history);
    // A line for somebody else is theirs, whatever it leans on.
    if (local.kind === "unchanged" || isForOthers(turn)) return asIs(turn);
    const question =
      local.kind === "resolved"
        ? local.question
        : askModel !== undefined && turn.face.reason === undefined && turn.face.probability >= questionFloor
          ? await askModel(turn, signal)
          : undefined;
    if (question === undefined) return asIs(turn);
    return { next: { ...turn, question, query: question, face: judgeFace(question) } };
  };
}

function isForOthers({ face }: Detected): boolean {
  return face.reason !== undefined && face.reason !== "too-short";
}

/** A line too short to mean anything alone, for which the history did not help, ends here. */
function asIs(turn: Detected): Awaited<ReturnType<Step<Detected, Rewritten>>> {
  if (turn.face.reason === "too-short") return { end: { kind: "declined", reason: "too-short" } };
  return { next: { ...turn, query: turn.question } };
}
