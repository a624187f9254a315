import type { Router } from "express";
import { z } from "zod";
import type { DocumentFunctions } from "../document-functions.ts";
import { endpoint } from "../endpoint.ts";
import { readInput } from "../request-input.ts";
import { sendFile } from "../send-file.ts";
import { nameText } from "../text-input.ts";
import { found } from "./documents.ts";

export interface SourceOptions {
  documents: Pick<DocumentFunctions, "source" | "sourceFile">;
}

const MAX_SOURCE_CHARS = 4096;

export const sourceSchema = z.strictObject({
  /** As a citation names it. */
  source: nameText(MAX_SOURCE_CHARS),
  /** Whose documents hold. */
  group: nameText(256).optional(),
});

/** `GET /v1/sources` and `/v1/sources/file`: what a citation points to, for whoever may be answered from it. */
export function sourceRoutes({ documents }: SourceOptions): Router[] {
  return [
    endpoint("/v1/sources", {
      get: [
        async (request, response) => {
          const { source: name, group } = readInput(sourceSchema, request.query);
          const asked = group === undefined ? {} : { group };
          const { source, title, mediaType, pages, passages } = found(await documents.source(name, asked));
          response.json({ source, title, mediaType, ...(pages !== undefined && { pages }), passages });
        },
      ],
    }),
    endpoint("/v1/sources/file", {
      get: [
        async (request, response) => {
          const { source, group } = readInput(sourceSchema, request.query);
          const file = await documents.sourceFile(source, group === undefined ? {} : { group });
          await sendFile(response, found(file));
        },
      ],
    }),
  ];
}
