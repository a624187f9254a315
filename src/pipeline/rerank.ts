import { isAppError } from "../core/errors.ts";
import type { Hit, Reranker, Retriever } from "../core/retriever.ts";
import type { Step } from "./step.ts";
import type { Accepted } from "./turn.ts";

export interface RerankOptions {
  /** Makes or gives the reranker; what it throws counts as its failure. */
  reranker: () => Promise<Reranker>;
  retriever: Pick<Retriever, "retrieve">;
  /** Passages that are put in order. */
  candidates: number;
  /** Passages that are kept. */
  keep: number;
}

/**
 * Puts the passages of a turn that will be answered in a better order. It stands after the gate, so that silence costs no
 * call and the gate's evidence stays as it was measured. When it fails the order of the search holds.
 */
export function rerank({ reranker, retriever, candidates, keep }: RerankOptions): Step<Accepted, Accepted> {
  return async function rerankStep(turn, signal) {
    try {
      const { queryVector } = turn.evidence;
      const hits =
        candidates > turn.hits.length
          ? (await retriever.retrieve(turn.query, { limit: candidates, queryVector }, signal)).hits
          : turn.hits.slice(0, candidates);
      const model = await reranker();
      const order = await model.rerank(turn.query, hits.map(textOf), { limit: keep }, signal);
      return { next: { ...turn, hits: inOrder(hits, order).slice(0, keep) } };
    } catch (error) {
      signal.throwIfAborted();
      if (!isAppError(error)) throw error;
      turn.note(`rerank-failed: ${error.message}`);
      return { next: turn };
    }
  };
}

/** The hits of `order` first; those that it leaves out follow as they were. */
function inOrder(hits: readonly Hit[], order: readonly number[]): Hit[] {
  const first = order.flatMap((index) => hits[index] ?? []);
  const rest = hits.filter((hit) => !first.includes(hit));
  return [...first, ...rest].map((hit, position) => ({ ...hit, rank: position + 1 }));
}

function textOf({ title, chunk }: Hit): string {
  return [title, ...chunk.headings.filter((heading) => heading !== title), chunk.text].join("\n");
}
