import type { Hit } from "../core/retriever.ts";

/** A passage found, as `search --json` has it. */
export interface HitDocument {
  rank: number;
  score: number;
  dense: number;
  lexical: number;
  source: string;
  title: string;
  headings: string[];
  page?: number;
  /** Its id. */
  chunk: string;
  text: string;
}

export function toHitDocument({ rank, score, dense, lexical, source, title, chunk }: Hit): HitDocument {
  return {
    rank,
    score,
    dense,
    lexical,
    source,
    title,
    headings: chunk.headings,
    ...(chunk.page !== undefined && { page: chunk.page }),
    chunk: chunk.id,
    text: chunk.text,
  };
}
