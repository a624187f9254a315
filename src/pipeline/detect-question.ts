import { readFollowUp } from "./follow-up.ts";
import type { Step } from "./step.ts";
import type { Asked, Detected, FaceVerdict } from "./turn.ts";

/** Tells from a line's face how likely it is a request for help. */
export type FaceJudge = (line: string) => FaceVerdict;

/**
 * Judges the line on its face. Nothing ends here but a line without words: a silent line's `answerable` is reported too,
 * and what the documents say about a bare keyword decides whether it was a question (`reject`). A short line that asks
 * further ("押金呢") goes on where there is something it can lean on.
 */
export function detectQuestion(judge: FaceJudge, threshold: number): Step<Asked, Detected> {
  return async function detectQuestionStep(turn) {
    const face = judge(turn.question);
    if (face.reason === "too-short" && !asksFurther(turn)) {
      turn.onScores({ question: face.probability, answerable: 0, threshold });
      return { end: { kind: "declined", reason: "too-short" } };
    }
    return { next: { ...turn, face } };
  };
}

function asksFurther({ question, history }: Asked): boolean {
  return history.length > 0 && readFollowUp(question).kind !== "none";
}
