import { Router } from "express";
import { z } from "zod";
import type { ApiFunctions } from "../api-functions.ts";
import { endpoint } from "../endpoint.ts";
import { hangUpSignal } from "../event-stream.ts";
import { toHitDocument } from "../hit-document.ts";
import { readInput } from "../request-input.ts";
import { questionText, sourcesInput } from "../text-input.ts";

export interface SearchOptions {
  functions: Pick<ApiFunctions, "search">;
}

const MAX_TOP_K = 100;
const TOP_K = 10;

export const searchSchema = z.strictObject({
  q: questionText,
  top_k: z
    .string()
    .regex(/^\d{1,3}$/u, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(1).max(MAX_TOP_K))
    .default(TOP_K),
  sources: z
    .union([z.string().transform((text) => [text]), z.array(z.string())])
    .pipe(sourcesInput)
    .optional(),
});

/** `GET /v1/search?q=…&top_k=…&sources=…`, the last as often as wanted: the passages found, as `search --json` has them. */
export function searchRoutes({ functions }: SearchOptions): Router {
  return endpoint("/v1/search", {
    get: [
      async (request, response) => {
        const { q, top_k: limit, sources } = readInput(searchSchema, request.query);
        const hits = await functions.search(
          q,
          { limit, ...(sources !== undefined && { sources }) },
          hangUpSignal(response),
        );
        response.json({ hits: hits.map(toHitDocument) });
      },
    ],
  });
}
