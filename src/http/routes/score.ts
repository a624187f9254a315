import { Router } from "express";
import { z } from "zod";
import type { ApiFunctions } from "../api-functions.ts";
import { endpoint } from "../endpoint.ts";
import { hangUpSignal } from "../event-stream.ts";
import { jsonBody, readInput } from "../request-input.ts";
import { nameText, wellFormed } from "../text-input.ts";

export interface ScoreOptions {
  functions: Pick<ApiFunctions, "score">;
  maxBodyBytes: number;
}

const MAX_LINES = 1000;

export const scoreSchema = z.strictObject({
  lines: z.array(wellFormed).min(1).max(MAX_LINES),
  group: nameText(256).optional(),
  explain: z.boolean().default(false),
});

/** `POST /v1/score`: what the gate makes of chat lines, one result a line, in order, as `score --json` has them. */
export function scoreRoutes({ functions, maxBodyBytes }: ScoreOptions): Router {
  return endpoint("/v1/score", {
    post: [
      ...jsonBody(maxBodyBytes),
      async (request, response) => {
        const { lines, group, explain } = readInput(scoreSchema, request.body);
        const options = { explain, ...(group !== undefined && { group }) };
        const judged = await functions.score(lines, options, hangUpSignal(response));
        response.json({
          lines: judged.map(({ question, answerable, speak, reason, explanation }, place) => ({
            text: lines[place] ?? "",
            question,
            answerable,
            speak,
            reason: reason ?? null,
            ...(explanation !== undefined && { explanation }),
          })),
        });
      },
    ],
  });
}
