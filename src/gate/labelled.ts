import type { Hit, RetrievalEvidence } from "../core/retriever.ts";

/** A chat line that a person labelled, with what the documents have on it. */
export interface LabelledEvidence {
  text: string;
  /** Whether it should be answered. */
  positive: boolean;
  /** Where it stands in the label file, from 1. */
  line: number;
  evidence: RetrievalEvidence;
  hits: Hit[];
}
