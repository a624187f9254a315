import { Router } from "express";
import { z } from "zod";
import type { ApiFunctions } from "../api-functions.ts";
import { endpoint } from "../endpoint.ts";
import { hangUpSignal } from "../event-stream.ts";
import { MODEL } from "../openai/completion-request.ts";
import { modelNotFound } from "../openai/faults.ts";
import { RequestFault } from "../problem.ts";
import { jsonBody, readInput } from "../request-input.ts";
import { wellFormed } from "../text-input.ts";

export interface EmbeddingOptions {
  functions: Pick<ApiFunctions, "embed">;
  maxBodyBytes: number;
}

const MAX_INPUTS = 2048;
/** Roughly; the embedding model does not tell its count. */
const BYTES_PER_TOKEN = 3;

const input = z.string().min(1).pipe(wellFormed);
export const embeddingSchema = z.object({
  model: z.string(),
  input: z.union([input, z.array(input).min(1).max(MAX_INPUTS)], "a string, or up to 2048 strings, none of them empty"),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  dimensions: z.int().min(1).nullish(),
});

/** `POST /v1/embeddings`, as OpenAI has it: the vectors that our own search compares questions by. */
export function embeddingRoutes({ functions, maxBodyBytes }: EmbeddingOptions): Router {
  return endpoint("/v1/embeddings", {
    post: [
      ...jsonBody(maxBodyBytes),
      async (request, response) => {
        const wanted = readInput(embeddingSchema, request.body);
        if (wanted.model !== MODEL) throw modelNotFound(wanted.model);
        const texts = typeof wanted.input === "string" ? [wanted.input] : wanted.input;
        const vectors = await functions.embed(texts, hangUpSignal(response));
        assertDimensions(wanted.dimensions ?? undefined, vectors[0]?.length);
        const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
        const tokens = Math.ceil(bytes / BYTES_PER_TOKEN);
        response.json({
          object: "list",
          data: vectors.map((vector, index) => ({
            object: "embedding",
            index,
            embedding: wanted.encoding_format === "base64" ? toBase64(vector) : [...vector],
          })),
          model: MODEL,
          usage: { prompt_tokens: tokens, total_tokens: tokens },
        });
      },
    ],
  });
}

function assertDimensions(wanted: number | undefined, ours: number | undefined): void {
  if (wanted === undefined || wanted === ours) return;
  const errors = [{ pointer: "/dimensions", detail: `this model has ${ours ?? "other"} dimensions` }];
  throw new RequestFault({ status: 400, title: "Bad Request", errors });
}

/** Little-endian floats, as OpenAI sends them. */
function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString("base64");
}
