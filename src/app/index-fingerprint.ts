import { join } from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import type { EmbeddingModel } from "../core/model.ts";
import type { IndexFingerprint } from "../search/fingerprint.ts";

/** Raised when the splitter or the text that is embedded changes. */
const CHUNKING_VERSION = 1;
/** Raised when a parser gives other text for the same file. */
const PARSING_VERSION = 1;

/** Where the index lies in a work folder. */
export function indexFolderOf(workDir: string): string {
  return join(workDir, "index");
}

/** What an index must have been made with to serve this configuration. */
export async function fingerprintOf(
  embedding: EmbeddingModel,
  config: LoadedConfig["config"],
): Promise<IndexFingerprint> {
  const { TOKENIZER_VERSION } = await import("../search/tokenize.ts");
  return {
    embedding: embedding.id,
    dimensions: embedding.dimensions,
    chunking: `${CHUNKING_VERSION}/${config.index.chunk_chars}`,
    tokenizer: String(TOKENIZER_VERSION),
    parsing: `${PARSING_VERSION}${config.corpus.ocr ? "+ocr" : ""}`,
  };
}
