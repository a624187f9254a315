import { Router } from "express";
import { z } from "zod";
import type { AskDocument } from "../../core/ask-document.ts";
import { callerOf } from "../access/caller.ts";
import { endpoint } from "../endpoint.ts";
import { hangUpSignal, HEARTBEAT_MS, openEventStream } from "../event-stream.ts";
import { faultProblem } from "../fault-problem.ts";
import { problemDocument } from "../problem.ts";
import { jsonBody, readInput } from "../request-input.ts";
import { runTurn, type TurnParts } from "../run-turn.ts";
import { nameText, questionText, wellFormed } from "../text-input.ts";

export interface QueryOptions extends TurnParts {
  maxBodyBytes: number;
  createId: () => string;
}

/** Earlier turns beyond these say nothing of the question. */
const HISTORY_TURNS = 50;
const MAX_TOP_K = 50;

export const querySchema = z.strictObject({
  question: questionText,
  history: z.array(z.strictObject({ role: z.enum(["user", "assistant"]), content: wellFormed })).default([]),
  group: nameText(256).optional(),
  top_k: z.int().min(1).max(MAX_TOP_K).optional(),
  language: z.enum(["zh", "en"]).optional(),
});

/** `POST /v1/query`: a question, answered as JSON or, where the client accepts `text/event-stream`, while it is written. */
export function queryRoutes({ maxBodyBytes, createId, ...parts }: QueryOptions): Router {
  return endpoint("/v1/query", {
    post: [
      ...jsonBody(maxBodyBytes),
      async (request, response) => {
        const { question, history, group, top_k: topK, language } = readInput(querySchema, request.body);
        const id = createId();
        const asked = { id, question, callerId: callerOf(request), via: "query" as const };
        const options = {
          history: history.slice(-HISTORY_TURNS),
          ...(group !== undefined && { group }),
          ...(topK !== undefined && { topK }),
          ...(language !== undefined && { language }),
        };
        const signal = hangUpSignal(response);
        if (request.accepts(["application/json", "text/event-stream"]) !== "text/event-stream") {
          const document = await runTurn({ ...asked, options }, parts, signal);
          if (document !== undefined) response.json({ id, ...document });
          return;
        }
        // Said while there is still a status line to say it in.
        parts.functions.assertRoom?.();
        const stream = openEventStream(response, { heartbeatMs: HEARTBEAT_MS });
        let streamed = "";
        const onText = (text: string): void => {
          streamed += text;
          if (text !== "") stream.send(JSON.stringify({ text }), "delta");
        };
        try {
          const document = await runTurn({ ...asked, options: { ...options, onText } }, parts, signal);
          if (document !== undefined) sendEnd(document);
        } catch (error) {
          // The status line has left already.
          const problem = problemDocument(faultProblem(error, request, parts.logger), request.originalUrl);
          stream.send(JSON.stringify(problem), "error");
        }
        stream.end();

        function sendEnd(document: AskDocument): void {
          if (document.outcome === "answered") {
            if (document.answer.startsWith(streamed)) onText(document.answer.slice(streamed.length));
            for (const citation of document.citations) stream.send(JSON.stringify(citation), "citation");
          }
          stream.send(JSON.stringify({ id, ...document }), "done");
        }
      },
    ],
  });
}
