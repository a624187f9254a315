import type { Chunk } from "../core/document.ts";
import type { HistoryTurn } from "../core/message.ts";
import type { TokenUsage } from "../core/model.ts";
import type { Citation, DeclineReason, GateScores } from "../core/outcome.ts";
import type { Hit, RetrievalEvidence } from "../core/retriever.ts";

export type Language = "zh" | "en";

/** A question as it enters the pipeline. */
export interface Asked {
  question: string;
  /** Earlier turns of the same person in the same thread and our answers to them, oldest first; never anybody else's. */
  history: HistoryTurn[];
  /** Language to answer in. */
  language: Language;
  /** Receives checked pieces of the answer; joined they are the answer. */
  onText?: ((text: string) => void) | undefined;
  /** Collects things the caller should be told: a model that failed, a sentence that was dropped. */
  note: (text: string) => void;
  /** Receives the gate's scores as soon as they are known. */
  onScores: (scores: GateScores) => void;
  /** Receives what came of asking a model whether the documents answer; not called when none was asked. */
  onJudged?: ((report: JudgeReport) => void) | undefined;
}

/** What came of asking a model whether the documents answer a line. */
export interface JudgeReport {
  /** 0 to 10; undefined when there was no reply or none that could be read. */
  score: number | undefined;
  /** Whether that is enough to speak. */
  speaks: boolean;
  /** `vendor/model`; empty without a reply. */
  model: string;
  usage: TokenUsage;
}

/** What a line shows without any document. */
export interface FaceVerdict {
  /** P(request for help), 0 to 1. */
  probability: number;
  /** Why the line is certainly not for us. */
  reason?: DeclineReason;
}

/** After `detect-question`: it has words, and how much it looks like a question is known. */
export interface Detected extends Asked {
  face: FaceVerdict;
}

/** After `rewrite`: `question` can be understood without the history, and `face` is that question's. */
export interface Rewritten extends Detected {
  /** What is searched for. */
  query: string;
}

/** After `retrieve`. */
export interface Retrieved extends Rewritten {
  hits: Hit[];
  evidence: RetrievalEvidence;
}

/** After `reject`: the documents seem to answer it. */
export interface Accepted extends Retrieved {
  scores: GateScores;
}

/** One numbered passage that an answer may cite. */
export interface Material {
  /** The number that the answer's `[n]` refers to, from 1. */
  n: number;
  hit: Hit;
  /** The chunk found and its neighbours of the same section, in the document's order. */
  chunks: Chunk[];
  /** Markdown of those chunks. */
  text: string;
}

/** After `answer`: what the model said, checked sentence by sentence. */
export interface Drafted extends Accepted {
  answer: string;
  citations: Citation[];
  model: string;
  usage: TokenUsage;
  /** The gateway wants the conversation so far to be forgotten. */
  clearHistory: boolean;
}
