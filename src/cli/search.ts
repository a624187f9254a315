import type { Hit } from "../core/retriever.ts";
import type { CommandContext } from "./context.ts";
import { ensureIndex } from "./ensure-index.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { printable } from "./output.ts";
import { readQueries } from "./read-queries.ts";
import type { Query } from "./read-queries.ts";
import { cleanLine } from "./read-question.ts";
import { usageError } from "./report-error.ts";
import { placeLine } from "./source-lines.ts";

export interface SearchArguments {
  words: string[];
  limit: number;
  queriesFile: string | undefined;
}

const SNIPPET_CHARS = 160;

/** `search QUERY | --queries FILE`: the passages found, nothing else. */
export async function runSearch(context: CommandContext, search: SearchArguments): Promise<ExitCode> {
  const queries = await readSearch(context, search);
  const { assistant } = await context.open();
  await ensureIndex(context, assistant);
  for (const query of queries) {
    const hits = await assistant.search(query.text, { limit: search.limit }, context.signal);
    context.signal.throwIfAborted();
    if (context.options.json) context.output.result(JSON.stringify(toSearchDocument(query, hits)));
    else showHits(context, queries.length > 1 ? query : undefined, hits);
  }
  return EXIT.done;
}

async function readSearch(context: CommandContext, { words, queriesFile }: SearchArguments): Promise<Query[]> {
  const { text } = context;
  const query = cleanLine(words.join(" "));
  if (queriesFile === undefined) {
    if (query === "") throw usageError(text.usage.noQuery);
    return [{ text: query }];
  }
  if (words.length > 0) throw usageError(text.usage.queryAndFile);
  return readQueries(queriesFile, { ...context, input: process.stdin });
}

function toSearchDocument({ id }: Query, hits: Hit[]) {
  return {
    ...(id === undefined ? {} : { id }),
    hits: hits.map(({ rank, score, dense, lexical, source, chunk }) => ({
      rank,
      score,
      dense,
      lexical,
      source,
      chunk: chunk.id,
      text: chunk.text,
    })),
  };
}

function showHits({ output, text }: CommandContext, query: Query | undefined, hits: Hit[]): void {
  if (query !== undefined) output.result(output.paint.bold(text.search.query(printable(query.text))));
  if (hits.length === 0) output.result(text.search.nothing);
  for (const hit of hits) {
    const { headings, page } = hit.chunk;
    const place = placeLine({ title: hit.title, headings, ...(page === undefined ? {} : { page }) }, text);
    const scores = `${hit.score.toFixed(3)} (${hit.dense.toFixed(3)}, ${hit.lexical.toFixed(2)})`;
    output.result(`${String(hit.rank).padStart(2)}. ${scores} ${place} — ${printable(hit.source)}`);
    output.result(output.paint.dim(`    ${snippet(hit.chunk.text)}`));
  }
}

function snippet(passage: string): string {
  const line = printable(passage).replace(/\s+/g, " ").trim();
  // Half a surrogate pair at the cut would print as a replacement character.
  return line.length > SNIPPET_CHARS ? `${line.slice(0, SNIPPET_CHARS).replace(/[\uD800-\uDBFF]$/, "")}…` : line;
}
