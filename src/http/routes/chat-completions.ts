import { Router, type Request, type Response } from "express";
import { toAskDocument, type AskDocument } from "../../core/ask-document.ts";
import { callerOf } from "../access/caller.ts";
import { endpoint } from "../endpoint.ts";
import { hangUpSignal, HEARTBEAT_MS, openEventStream, type EventStream } from "../event-stream.ts";
import { faultProblem } from "../fault-problem.ts";
import { completionBody, completionChunks, completionText, type CompletionHead } from "../openai/completion-body.ts";
import { isClientTask, readTask } from "../openai/client-tasks.ts";
import { completionSchema, MODEL, readConversation } from "../openai/completion-request.ts";
import { modelNotFound, openAiError } from "../openai/faults.ts";
import { RequestFault } from "../problem.ts";
import { jsonBody, readInput } from "../request-input.ts";
import { runTurn, type TurnParts, type TurnRequest } from "../run-turn.ts";

export interface CompletionOptions extends TurnParts {
  maxBodyBytes: number;
  createId: () => string;
  /** Whether the text of an answer ends with a list of its sources. */
  footnotes: boolean;
}

/** Turns of a long conversation beyond these say nothing of the question. */
const HISTORY_TURNS = 50;
/** A fault found before this has a status of its own; after it, the stream has begun. */
const SILENT_MS = 5000;

/** What a chat interface wants for itself is no question: it costs nothing, and is in no ledger. */
const SILENCE = toAskDocument({
  outcome: { kind: "declined", reason: "not-a-question" },
  scores: undefined,
  timings: {},
});

/** `POST /v1/chat/completions`, as OpenAI's clients know it. What is declined is a completion of one line. */
export function completionRoutes({ maxBodyBytes, createId, footnotes, ...parts }: CompletionOptions): Router {
  return endpoint("/v1/chat/completions", {
    post: [
      ...jsonBody(maxBodyBytes),
      async (request, response) => {
        const wanted = readInput(completionSchema, request.body);
        if (wanted.model !== MODEL) throw modelNotFound(wanted.model);
        const isTask = isClientTask(wanted);
        // A task holds the whole conversation and may be longer than a question.
        const { question, history } = isTask ? readTask(wanted) : readConversation(wanted);
        const head = { id: `chatcmpl-${createId().replaceAll("-", "")}`, created: Math.floor(parts.now() / 1000) };
        const callerId = callerOf(request);
        const options = { history: history.slice(-HISTORY_TURNS) };
        const turn: TurnRequest = { id: head.id, question, callerId, via: "openai", options };
        if (wanted.stream === true) {
          const usage = wanted.stream_options?.include_usage === true;
          await stream(request, response, { head, turn, usage, isTask });
          return;
        }
        const document = isTask ? SILENCE : await runTurn(turn, parts, hangUpSignal(response));
        if (document === undefined) return;
        assertNotFailed(document);
        response.json(completionBody(head, completionText(question, document, { footnotes }), document));
      },
    ],
  });

  async function stream(
    request: Request,
    response: Response,
    { head, turn, usage, isTask }: { head: CompletionHead; turn: TurnRequest; usage: boolean; isTask: boolean },
  ): Promise<void> {
    const chunks = completionChunks(head, usage);
    let opened: EventStream | undefined;
    const open = (): EventStream => {
      if (opened !== undefined) return opened;
      opened = openEventStream(response, { heartbeatMs: HEARTBEAT_MS });
      opened.send(chunks.first());
      return opened;
    };
    const opening = setTimeout(open, SILENT_MS);
    let streamed = "";
    const onText = (text: string): void => {
      if (text === "") return;
      streamed += text;
      open().send(chunks.text(text));
    };
    try {
      const asked = { ...turn, options: { ...turn.options, onText } };
      const document = isTask ? SILENCE : await runTurn(asked, parts, hangUpSignal(response));
      if (document === undefined) return;
      assertNotFailed(document);
      const text = completionText(turn.question, document, { footnotes });
      if (text.startsWith(streamed)) onText(text.slice(streamed.length));
      open().send(chunks.last(document));
      if (usage) open().send(chunks.usage(document));
      open().send("[DONE]");
    } catch (error) {
      if (opened === undefined) throw error;
      opened.send(JSON.stringify({ error: openAiError(faultProblem(error, request, parts.logger)) }));
    } finally {
      clearTimeout(opening);
      opened?.end();
    }
  }
}

/** OpenAI has no completion that failed. */
function assertNotFailed({ outcome, reason = "", message = "" }: AskDocument): void {
  if (outcome !== "failed") return;
  throw new RequestFault({ status: 503, title: "Service Unavailable", code: reason, detail: message });
}
