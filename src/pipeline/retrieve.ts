import type { Retriever } from "../core/retriever.ts";
import type { Step } from "./step.ts";
import type { Retrieved, Rewritten } from "./turn.ts";

/** Looks the query up in the documents. `limit` is the number of hits kept for the answer. */
export function retrieve(retriever: Retriever, limit: number): Step<Rewritten, Retrieved> {
  return async function retrieveStep(turn, signal) {
    const { hits, evidence } = await retriever.retrieve(turn.query, { limit }, signal);
    return { next: { ...turn, hits, evidence } };
  };
}
