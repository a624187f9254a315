import type { EmbeddingKind, EmbeddingModel } from "../../core/model.ts";

/** Embeds texts of which many come again: the sentences of a passage that several questions find. */
export type EmbedTexts = (texts: string[], kind: EmbeddingKind, signal: AbortSignal) => Promise<Float32Array[]>;

/** At 384 dimensions some 4 MiB with their texts. */
const MAX_VECTORS = 2_000;

/** Remembers the vectors that were used last; what is unknown is embedded in one call. */
export function rememberVectors(embedding: EmbeddingModel, maxVectors = MAX_VECTORS): EmbedTexts {
  // A Map keeps the order of insertion: what was used last is put at its end.
  const known = new Map<string, Float32Array>();
  return async (texts, kind, signal) => {
    const vectors = new Map<string, Float32Array>();
    for (const text of texts) {
      const key = `${kind} ${text}`;
      const vector = known.get(key);
      if (vector === undefined) continue;
      vectors.set(text, vector);
      known.delete(key);
      known.set(key, vector);
    }
    const unknown = [...new Set(texts)].filter((text) => !vectors.has(text));
    const embedded = unknown.length === 0 ? [] : await embedding.embed(unknown, kind, signal);
    for (const [index, text] of unknown.entries()) {
      const vector = embedded[index];
      if (vector === undefined) throw new Error("The embedding model gave too few vectors.");
      vectors.set(text, vector);
      known.set(`${kind} ${text}`, vector);
    }
    for (const key of known.keys()) {
      if (known.size <= maxVectors) break;
      known.delete(key);
    }
    return texts.map((text) => vectors.get(text) ?? new Float32Array(embedding.dimensions));
  };
}
