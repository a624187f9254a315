import type { DeclineReason, GateScores } from "../core/outcome.ts";
import type { Hit, RetrievalEvidence } from "../core/retriever.ts";
import type { ModelJudge } from "./judge.ts";
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

/** When a model is asked, and the model. */
export interface Consulting {
  /** "unsure": only lines in the band; "always": every question that has passages, and whatever lies above the band. */
  when: "unsure" | "always";
  /** The values of `answerable` between which the gate is wrong most often. */
  band: { low: number; high: number };
  ask: ModelJudge;
}

/** P(question) from which on a line is put to the model by "always" even where the documents seem to have nothing. */
const LIKELY_QUESTION = 0.5;
/** Reasons that come from the documents; a line that is silenced by its face is nobody's question. */
const OF_DOCUMENTS: readonly (DeclineReason | undefined)[] = [undefined, "unrelated", "unanswerable"];

/**
 * Ends turns that the documents do not answer, or that were no question after all. A fault of the gate means silence.
 * A model that is consulted decides alone, unless it may not be asked.
 */
export function reject(judge: GateJudge, consulting?: Consulting): Step<Retrieved, Accepted> {
  return async function rejectStep(turn, signal) {
    const { scores, reason } = judge(turn);
    turn.onScores(scores);
    if (consulting !== undefined && turn.hits.length > 0 && isAsked(consulting, scores, reason)) {
      const verdict = await consulting.ask(turn, signal);
      if (verdict === "speak") return { next: { ...turn, scores } };
      if (verdict === "silence") return { end: { kind: "declined", reason: "unanswerable" } };
    }
    if (reason !== undefined) return { end: { kind: "declined", reason } };
    if (turn.hits.length === 0) return { end: { kind: "declined", reason: "unrelated" } };
    return { next: { ...turn, scores } };
  };
}

function isAsked({ when, band }: Consulting, scores: GateScores, reason: DeclineReason | undefined): boolean {
  const { question, answerable } = scores;
  if (!OF_DOCUMENTS.includes(reason)) return false;
  if (when === "unsure") return answerable >= band.low && answerable <= band.high;
  // A gate whose labels do not ask for a question's face lets every line come here.
  return question >= LIKELY_QUESTION || answerable >= band.low;
}
