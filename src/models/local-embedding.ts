import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { AppError, errorMessage } from "../core/errors.ts";
import type { EmbeddingKind, EmbeddingModel } from "../core/model.ts";

/** Longest input in tokens, special tokens included (position table of the model). */
const MAX_TOKENS = 512;

/** E5 models are trained with these prefixes (arXiv 2402.05672, section 3). */
const PREFIX: Record<EmbeddingKind, string> = { query: "query: ", passage: "passage: " };

/**
 * Loads a sentence-embedding model from a local folder (`onnx/model_quantized.onnx`, `tokenizer.json`, `tokenizer_config.json`).
 * Texts run one at a time on one thread: dynamic int8 quantisation scales activations per batch, so only single texts
 * give the same vector every time; use several workers for throughput.
 * @throws AppError `embedding_model_missing`, `embedding_model_damaged`
 */
export async function loadLocalEmbedding(folder: string): Promise<EmbeddingModel> {
  const [tokenizer, session] = await Promise.all([loadTokenizer(folder), loadSession(folder)]);
  const dimensions = outputDimensions(session);

  async function embedOne(text: string, kind: EmbeddingKind): Promise<Float32Array> {
    const ids = tokenizer.encode(PREFIX[kind] + text.toWellFormed()).ids;
    const kept = ids.length > MAX_TOKENS ? [...ids.slice(0, MAX_TOKENS - 1), ids[ids.length - 1] ?? 2] : ids;
    const input = new BigInt64Array(kept.length);
    for (let index = 0; index < kept.length; index++) input[index] = BigInt(kept[index] ?? 0);
    const shape = [1, kept.length];
    const feeds: Record<string, Tensor> = {
      input_ids: new Tensor("int64", input, shape),
      attention_mask: new Tensor("int64", new BigInt64Array(kept.length).fill(1n), shape),
    };
    if (session.inputNames.includes("token_type_ids")) {
      feeds["token_type_ids"] = new Tensor("int64", new BigInt64Array(kept.length), shape);
    }
    const output = (await session.run(feeds))[session.outputNames[0] ?? ""];
    if (!(output?.data instanceof Float32Array)) {
      throw new AppError("embedding_model_damaged", `The embedding model in ${folder} gave no float output.`);
    }
    return meanUnit(output.data, kept.length, dimensions);
  }

  return {
    id: `local/${basename(folder)}`,
    dimensions,
    async embed(texts, kind, signal) {
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        signal.throwIfAborted();
        vectors.push(await embedOne(text, kind));
      }
      return vectors;
    },
    async close() {
      await session.release();
    },
  };
}

async function loadTokenizer(folder: string): Promise<Tokenizer> {
  try {
    const [tokenizer, config] = await Promise.all(
      ["tokenizer.json", "tokenizer_config.json"].map(async (name): Promise<object> =>
        JSON.parse(await readFile(join(folder, name), "utf8")),
      ),
    );
    return new Tokenizer(tokenizer ?? {}, config ?? {});
  } catch (cause) {
    throw modelError(folder, cause);
  }
}

async function loadSession(folder: string): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(join(folder, "onnx", "model_quantized.onnx"), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw modelError(folder, cause);
  }
}

function modelError(folder: string, cause: unknown): AppError {
  const missing = /ENOENT|doesn't exist|NO_SUCHFILE/i.test(errorMessage(cause));
  return missing
    ? new AppError(
        "embedding_model_missing",
        `No embedding model in ${folder}: set [embedding] model to a folder with onnx/model_quantized.onnx, tokenizer.json and tokenizer_config.json.`,
        { cause },
      )
    : new AppError(
        "embedding_model_damaged",
        `The embedding model in ${folder} cannot be loaded: restore its files from the repository and compare their checksums.`,
        { cause },
      );
}

function outputDimensions(session: InferenceSession): number {
  const output = session.outputMetadata[0];
  const last = output?.isTensor ? output.shape.at(-1) : undefined;
  return typeof last === "number" ? last : 384;
}

/** Mean of the token vectors, scaled to unit length. `data` is `[tokens × dimensions]`, row-major. */
function meanUnit(data: Float32Array, tokens: number, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (let token = 0; token < tokens; token++) {
    const row = token * dimensions;
    for (let axis = 0; axis < dimensions; axis++) vector[axis] = (vector[axis] ?? 0) + (data[row + axis] ?? 0);
  }
  let squares = 0;
  for (const value of vector) squares += value * value;
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let axis = 0; axis < dimensions; axis++) vector[axis] = (vector[axis] ?? 0) * scale;
  return vector;
}
