import { basename, dirname } from "node:path";
import { AppError } from "../core/errors.ts";
import type { EmbeddingModel } from "../core/model.ts";

const PACKAGE = "@huggingface/transformers";

/** The part of the optional package that is used here. */
interface TransformersModule {
  env: { allowRemoteModels: boolean; localModelPath: string };
  pipeline(task: "feature-extraction", model: string): Promise<Extract>;
}

type Extract = (texts: string[], options: { pooling: "mean"; normalize: true }) => Promise<{ tolist(): number[][] }>;

/**
 * Loads a sentence-embedding model of any shape that transformers.js knows, from a local folder; nothing is downloaded.
 * @throws AppError `package_missing`, `embedding_model_missing`, `embedding_model_damaged`
 */
export async function loadTransformersEmbedding(folder: string): Promise<EmbeddingModel> {
  const transformers = await loadPackage();
  transformers.env.allowRemoteModels = false;
  transformers.env.localModelPath = dirname(folder);
  const extract = await transformers.pipeline("feature-extraction", basename(folder)).catch((cause: unknown) => {
    throw new AppError(
      "embedding_model_missing",
      `${PACKAGE} cannot load the model in ${folder}: check [embedding] model, which must name a local folder with config.json, tokenizer.json and onnx/.`,
      { cause },
    );
  });
  const embedOne = async (text: string): Promise<Float32Array> => {
    const [vector] = (await extract([text.toWellFormed()], { pooling: "mean", normalize: true })).tolist();
    return Float32Array.from(vector ?? []);
  };
  const { length: dimensions } = await embedOne("dimensions");
  return {
    id: `transformers/${basename(folder)}`,
    dimensions,
    async embed(texts, _kind, signal) {
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        signal.throwIfAborted();
        vectors.push(await embedOne(text));
      }
      return vectors;
    },
  };
}

async function loadPackage(): Promise<TransformersModule> {
  // The name in a variable keeps the compiler from asking for a package that most owners do not install.
  const name: string = PACKAGE;
  try {
    const loaded: TransformersModule = await import(name);
    return loaded;
  } catch (cause) {
    throw new AppError(
      "package_missing",
      `[embedding] provider "transformers" needs a package: npm install ${PACKAGE}`,
      {
        cause,
      },
    );
  }
}
