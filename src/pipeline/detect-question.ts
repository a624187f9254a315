import type { Step } from "./step.ts";
import type { Asked, Detected, FaceVerdict } from "./turn.ts";

/** Tells from a line's face how likely it is a request for help. */
export type FaceJudge = (line: string) => FaceVerdict;

/**
 * Judges the line on its face. Nothing ends here but a line without words: a silent line's `answerable` is reported too,
 * and what the documents say about a bare keyword decides whether it was a question (`reject`).
 */
export function detectQuestion(judge: FaceJudge, threshold: number): Step<Asked, Detected> {
  return async function detectQuestionStep(turn) {
    const face = judge(turn.question);
    if (face.reason === "too-short") {
      turn.onScores({ question: face.probability, answerable: 0, threshold });
      return { end: { kind: "declined", reason: "too-short" } };
    }
    return { next: { ...turn, face } };
  };
}
