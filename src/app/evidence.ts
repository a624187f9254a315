import { createHash } from "node:crypto";
import type { Evidence } from "../group/engine-options.ts";
import type { IndexManifest } from "../search/manifest.ts";

export interface EvidenceParts {
  /** Of the index as it is on the disk now. */
  manifest: () => Promise<Pick<IndexManifest, "documents" | "fingerprint">>;
  /** Vectors of length 1. */
  embed: (lines: string[], signal: AbortSignal) => Promise<Float32Array[]>;
  /** Whether a question asks the same whatever was said before it. */
  standsAlone: (question: string) => boolean;
}

/** Vectors that are kept: the questions of a busy day. */
const KEPT_VECTORS = 500;

/** Names the documents of an index: the same name, the same texts. */
export function corpusDigest({ documents }: Pick<IndexManifest, "documents">): string {
  const digest = createHash("sha256");
  for (const { hash } of documents) digest.update(hash);
  return digest.digest("hex");
}

/** What earlier answers are compared with: an answer is pointed to only while nothing of the index has changed. */
export function createEvidence({ manifest, embed, standsAlone }: EvidenceParts): Evidence {
  const vectors = new Map<string, Float32Array>();

  async function vectorsOf(lines: readonly string[], signal: AbortSignal): Promise<(Float32Array | undefined)[]> {
    const missing = [...new Set(lines)].filter((line) => !vectors.has(line));
    const made = missing.length === 0 ? [] : await embed(missing, signal);
    for (const [index, vector] of made.entries()) vectors.set(missing[index] ?? "", vector);
    const found = lines.map((line) => vectors.get(line));
    // Oldest first.
    for (const line of vectors.keys()) {
      if (vectors.size <= KEPT_VECTORS) break;
      vectors.delete(line);
    }
    return found;
  }

  return {
    async corpus() {
      const current = await manifest();
      const { embedding, chunking, parsing } = current.fingerprint;
      return createHash("sha256")
        .update([corpusDigest(current), embedding, chunking, parsing].join("\n"))
        .digest("hex")
        .slice(0, 16);
    },
    // The same documents cut the same way: the same passages.
    hasChunk: () => true,
    standsAlone,
    async similarities(question, earlier, signal) {
      const [asked, ...others] = await vectorsOf([question, ...earlier], signal);
      return others.map((vector) => (asked === undefined || vector === undefined ? 0 : cosine(asked, vector)));
    },
  };
}

function cosine(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
}
