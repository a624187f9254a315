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
import { filtersInput, nameText, questionText, wellFormed } from "../text-input.ts";

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
  filters: filtersInput.optional(),
});

/** `POST /v1/query`: a question, answered as JSON or, where the client accepts `text/event-stream`, while it is written. */
export function queryRoutes({ maxBodyBytes, createId, ...parts }: QueryOptions): Router {
  return endpoint("/v1/query", {
    post: [
      ...jsonBody(maxBodyBytes),
      async (request, response) => {
        const { question, history, group, top_k: topK, language, filters } = readInput(querySchema, request.body);
        const id = createId();
        const asked = { id, question, callerId: callerOf(request), via: "query" as const };
        const options = {
          history: history.slice(-HISTORY_TURNS),
          ...(group !== undefined && { group }),
          ...(topK !== undefined && { topK }),
          ...(language !== undefined && { language }),
          ...(filters?.sources !== undefined && { sources: filters.sources }),
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
        const held: string[] = [];
        const onText = (text: string): void => {
          if (text === "") return;
          for (const step of held.splice(0)) stream.send(step, "step");
          streamed += text;
          stream.send(JSON.stringify({ text }), "delta");
        };
        // Silence is told by its document alone: until there is a word of an answer, steps are kept.
        const onStep = (name: string, ms: number): void => {
          const step = JSON.stringify({ name, ms });
          if (streamed === "") held.push(step);
          else stream.send(step, "step");
        };
        try {
          const document = await runTurn({ ...asked, options: { ...options, onText, onStep } }, parts, signal);
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
