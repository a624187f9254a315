import { AppError, isAppError } from "../core/errors.ts";
import type { Retriever } from "../core/retriever.ts";
import type { OpenSearch } from "../search/open-search.ts";
import type { ReadyOptions } from "./assistant.ts";
import { corpusPathsFor, isBelow, sourcesOf, within } from "./documents.ts";

export interface AskedFrom {
  /** Where it was asked; undefined: nowhere, or in a group without documents of its own. */
  group: { paths?: readonly string[] } | undefined;
  /** What whoever asks wants to be answered from: see `narrowSources`. */
  sources: readonly string[] | undefined;
}

/** The retriever of what somebody may be answered from, and wants to be. @throws AppError `usage` for a pattern that makes no sense */
export async function retrieverFor(
  options: ReadyOptions,
  { retriever, reader }: OpenSearch,
  { group, sources }: AskedFrom,
): Promise<Retriever> {
  const paths = corpusPathsFor(options, group);
  const allowed = paths === undefined ? undefined : await sourcesOf(options, paths);
  if (sources !== undefined) {
    const readable = reader.documents.filter((one) => allowed === undefined || isBelow(one.source, allowed));
    return within(
      retriever,
      await narrowSources(
        readable.map(({ source }) => source),
        sources,
      ),
    );
  }
  return allowed === undefined ? retriever : within(retriever, allowed);
}

/** Those of `readable` that begin with one of `wanted` or, where that has `*`, `?`, `[` or `{`, fit it as a glob. Never others. */
async function narrowSources(readable: readonly string[], wanted: readonly string[]): Promise<string[]> {
  const { pathMatcher } = await import("../ingest/glob.ts");
  const prefixes = wanted.filter((text) => !isGlob(text));
  try {
    const fits = pathMatcher(wanted.filter(isGlob));
    return readable.filter((source) => prefixes.some((prefix) => source.startsWith(prefix)) || fits(source));
  } catch (error) {
    throw isAppError(error) ? new AppError("usage", error.message, { cause: error }) : error;
  }
}

function isGlob(text: string): boolean {
  return /[*?[{]/u.test(text);
}
