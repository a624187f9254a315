import type { DeclineReason, GateScores } from "../core/outcome.ts";
import type { Hit, RetrievalEvidence } from "../core/retriever.ts";
import type { Step } from "./step.ts";
import type { Accepted, FaceVerdict, Retrieved } from "./turn.ts";

export interface GateInput {
  question: string;
  query: string;
  face: FaceVerdict;
  hits: Hit[];
  evidence: RetrievalEvidence;
}

/** Weighs a line against the documents; `reason` is set when the line is to be met with silence. */
export type GateJudge = (input: GateInput) => { scores: GateScores; reason?: DeclineReason };

/** Ends turns that the documents do not answer, or that were no question after all. A fault of the gate means silence. */
export function reject(judge: GateJudge): Step<Retrieved, Accepted> {
  return async function rejectStep(turn) {
    const { scores, reason } = judge(turn);
    turn.onScores(scores);
    if (reason !== undefined) return { end: { kind: "declined", reason } };
    if (turn.hits.length === 0) return { end: { kind: "declined", reason: "unrelated" } };
    return { next: { ...turn, scores } };
  };
}
