import type { Outcome } from "../core/outcome.ts";
import type { Retriever } from "../core/retriever.ts";
import type { Clock } from "../core/runtime.ts";
import { answer, type AnswerOptions } from "./answer.ts";
import { detectQuestion, type FaceJudge } from "./detect-question.ts";
import { createModelJudge } from "./judge.ts";
import { reject, type Consulting, type GateJudge } from "./reject.ts";
import { rerank, type RerankOptions } from "./rerank.ts";
import { retrieve } from "./retrieve.ts";
import { rewriteByModel, type AskModelForQuestion } from "./rewrite-by-model.ts";
import { rewrite } from "./rewrite.ts";
import { pipeline, type StepAround, type StepTimer } from "./step.ts";
import type { Asked } from "./turn.ts";

export interface StandardOptions extends Omit<AnswerOptions, "retriever"> {
  retriever: Retriever;
  judgeFace: FaceJudge;
  judge: GateJudge;
  /** The gate's least `answerable`, reported with lines that never reach it. */
  threshold: number;
  /** The least P(question) that the gate speaks to. */
  questionFloor: number;
  /** The gate's unsure band. */
  band: Consulting["band"];
  /** When the model may be asked to judge too, and how often; absent: never. It takes a `model`. */
  consult?: { when: Consulting["when"]; clock: Clock; takeCall: () => boolean } | undefined;
  /** Passages looked at for an answer. */
  hits: number;
  /** Absent: the order of the search holds. */
  rerank?: Omit<RerankOptions, "retriever">;
  /** Milliseconds, for step times. */
  now: () => number;
  /** Each step runs within it. */
  around?: StepAround;
}

/** The pipeline of every question, from whatever side it comes. */
export function standardPipeline(
  options: StandardOptions,
): (turn: Asked, signal: AbortSignal, onStep?: StepTimer) => Promise<Outcome> {
  const accepted = pipeline("detect-question", detectQuestion(options.judgeFace, options.threshold))
    .step("rewrite", rewrite({ ...options, askModel: rewriting(options) }))
    .step("retrieve", retrieve(options.retriever, options.hits))
    .step("reject", reject(options.judge, consulting(options)));
  const { retriever } = options;
  const ranked =
    options.rerank === undefined ? accepted : accepted.step("rerank", rerank({ ...options.rerank, retriever }));
  const run = ranked.step("answer", answer(options)).build(options.now, options.around);
  return async (turn, signal, onStep) => {
    const result = await run(turn, signal, onStep);
    if ("end" in result) return result.end;
    const { answer: text, citations, model, usage, clearHistory } = result.next;
    return { kind: "answered", answer: text, citations, model, usage, ...(clearHistory && { clearHistory }) };
  };
}

function consulting(options: StandardOptions): Consulting | undefined {
  const { model, consult, band } = options;
  if (model === undefined || consult === undefined) return undefined;
  return { when: consult.when, band, ask: createModelJudge({ ...options, ...consult, model }) };
}

/** Asks the model what a line means in its conversation, under the same bounds as asking it to judge. */
function rewriting({ model, createNonce, consult }: StandardOptions): AskModelForQuestion | undefined {
  if (model === undefined || consult === undefined) return undefined;
  return rewriteByModel({ model, createNonce, clock: consult.clock, takeCall: consult.takeCall });
}
