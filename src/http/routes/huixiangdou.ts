import { Router, json, type ErrorRequestHandler, type Request, type Response } from "express";
import { toAskDocument, type AskDocument } from "../../core/ask-document.ts";
import { callerOf } from "../access/caller.ts";
import type { TurnOptions } from "../api-functions.ts";
import { hangUpSignal, openEventStream } from "../event-stream.ts";
import { pythonJson, serialSteps } from "../huixiangdou/serial-steps.ts";
import { readTalk, sendInvalid } from "../huixiangdou/talk-input.ts";
import { RequestFault } from "../problem.ts";
import { runTurn, type TurnParts } from "../run-turn.ts";
import { silenceNotice } from "../silence-notice.ts";

export interface HuixiangdouOptions extends TurnParts {
  maxBodyBytes: number;
  createId: () => string;
  /** Whose bytes are given. */
  pipeline: "parallel" | "serial";
}

const PATHS = ["/huixiangdou_inference", "/huixiangdou_stream"];
const TOO_SHORT = toAskDocument({
  outcome: { kind: "declined", reason: "too-short" },
  scores: undefined,
  timings: {},
});

interface Answered {
  question: string;
  document: AskDocument;
}

/**
 * HuixiangDou's own routes. Its parallel pipeline gives a JSON string, or the sentence so far again and again without any frame,
 * references first; its serial one an object of all states so far, again and again in a stream. Pictures are not looked at.
 */
export function huixiangdouRoutes({ maxBodyBytes, createId, pipeline, ...parts }: HuixiangdouOptions): Router {
  const router = Router({ caseSensitive: true });
  router.post(PATHS, json({ limit: maxBodyBytes, strict: false, inflate: false }));
  router.post("/huixiangdou_inference", async (request, response) => {
    if (pipeline === "serial") {
      const asked = await ask(request, response);
      if (asked === undefined) return;
      const { scores, timings } = asked.document;
      response.json({ step: serialSteps(asked.document), debug: { scores, timings } });
      return;
    }
    const asked = await askAtOnce(request, response);
    if (asked !== undefined) response.json(`${asked.references}${asked.pieces.join("")}`);
  });
  router.post("/huixiangdou_stream", async (request, response) => {
    if (pipeline === "serial") {
      const asked = await ask(request, response);
      if (asked === undefined) return;
      const steps = serialSteps(asked.document);
      const stream = openEventStream(response, {});
      for (const [at] of steps.entries()) stream.write(pythonJson({ step: steps.slice(0, at + 1) }));
      stream.end();
      return;
    }
    const asked = await askAtOnce(request, response);
    if (asked === undefined) return;
    // The references stand before the first word, and are known with the last one.
    const stream = openEventStream(response, {});
    let sentence = asked.references;
    for (const piece of asked.pieces) stream.write((sentence += piece));
    stream.end();
  });
  router.all(PATHS, (_request, response) => {
    response.setHeader("allow", "POST");
    response.status(405).json({ detail: "Method Not Allowed" });
  });
  router.use(PATHS, asFastApi);
  return router;

  async function askAtOnce(
    request: Request,
    response: Response,
  ): Promise<{ references: string; pieces: string[] } | undefined> {
    const pieces: string[] = [];
    const asked = await ask(request, response, { onText: (text) => void (text !== "" && pieces.push(text)) });
    if (asked === undefined) return undefined;
    const { question, document } = asked;
    if (document.outcome === "declined") return { references: "", pieces: [silenceNotice(question, document.reason)] };
    const isWhole = pieces.join("") === document.answer;
    return { references: referencesOf(document), pieces: isWhole ? pieces : [document.answer] };
  }

  /** Undefined when the answer has been sent, or nobody waits for it. @throws RequestFault 503 for a turn that failed */
  async function ask(
    request: Request,
    response: Response,
    told: Pick<TurnOptions, "onText"> = {},
  ): Promise<Answered | undefined> {
    const talk = readTalk(request.body, response);
    if (talk === undefined) return undefined;
    const question = talk.text.replaceAll("\u0000", " ").toWellFormed();
    if (question.trim() === "") return { question, document: TOO_SHORT };
    const options = { history: [], ...told };
    const turn = { id: createId(), question, callerId: callerOf(request), via: "huixiangdou" as const, options };
    const document = await runTurn(turn, parts, hangUpSignal(response));
    if (document?.outcome === "failed") {
      throw new RequestFault({ status: 503, title: "Service Unavailable", detail: document.message ?? "" });
    }
    return document && { question, document };
  }
}

function referencesOf({ citations }: AskDocument): string {
  const sources = [...new Set(citations.map(({ source }) => source))];
  if (sources.length === 0) return "";
  return `**References:**\r\n${sources.map((source) => `* ${source}\r\n`).join("")}\r\n`;
}

/** Faults as FastAPI tells them; those of the key and the rate have ended already. */
const asFastApi: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const type = error instanceof Error && "type" in error ? error.type : undefined;
  if (response.headersSent) next(error);
  else if (type === "entity.parse.failed") {
    sendInvalid(response, [{ type: "json_invalid", loc: ["body", 0], msg: "JSON decode error", input: {} }]);
  } else if (error instanceof RequestFault) {
    const { status, title, detail, retryAfterS } = error.problem;
    if (retryAfterS !== undefined) response.setHeader("retry-after", String(retryAfterS));
    response.status(status).json({ detail: detail ?? title });
  } else next(error);
};
