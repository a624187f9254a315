import { Router } from "express";
import { z } from "zod";
import { callerOf } from "../access/caller.ts";
import type { ApiFunctions } from "../api-functions.ts";
import { endpoint } from "../endpoint.ts";
import { RequestFault } from "../problem.ts";
import { jsonBody, readInput } from "../request-input.ts";
import { nameText, wellFormed } from "../text-input.ts";

export interface FeedbackOptions {
  functions: Pick<ApiFunctions, "vote">;
  maxBodyBytes: number;
}

export const feedbackSchema = z.strictObject({
  id: nameText(1024),
  vote: z.enum(["up", "down", "none"]),
  comment: z.string().max(2000).pipe(wellFormed).optional(),
});

/** `POST /v1/feedback`: an opinion of the answer, or silence, with this id. 204; a later one replaces it, `none` takes it back. */
export function feedbackRoutes({ functions, maxBodyBytes }: FeedbackOptions): Router {
  return endpoint("/v1/feedback", {
    post: [
      ...jsonBody(maxBodyBytes),
      async (request, response) => {
        const { id, vote, comment } = readInput(feedbackSchema, request.body);
        const callerId = callerOf(request);
        if (!(await functions.vote({ id, vote, callerId, ...(comment !== undefined && { comment }) }))) {
          throw new RequestFault({
            status: 404,
            title: "Not Found",
            detail: "No answer has this id.",
            code: "not_found",
          });
        }
        response.status(204).end();
      },
    ],
  });
}
