import type { EmbeddingModel } from "../core/model.ts";
import { rememberVectors } from "./extractive/sentence-vectors.ts";

/** Enough for all turns that run at once; at 384 dimensions .4 MiB. */
const MAX_QUERIES = 256;

/**
 * The same model, which knows the vectors of the last questions: one turn asks for that of its question several times, to look it up and
 * to choose sentences. Vectors are the caller's to read, not to change.
 */
export function rememberQueries<Model extends EmbeddingModel>(model: Model): Model {
  const embedQueries = rememberVectors(model, MAX_QUERIES);
  return {
    ...model,
    embed: (texts, kind, signal) =>
      kind === "query" ? embedQueries(texts, kind, signal) : model.embed(texts, kind, signal),
  };
}
