import { Router, json, type ErrorRequestHandler, type RequestHandler, type Response } from "express";
import { z } from "zod";
import type { AskDocument } from "../../core/ask-document.ts";
import { callerOf } from "../access/caller.ts";
import { hangUpSignal, openEventStream } from "../event-stream.ts";
import { RequestFault } from "../problem.ts";
import { runTurn, type TurnParts } from "../run-turn.ts";
import { silenceNotice } from "../silence-notice.ts";
import { MAX_QUESTION_CHARS } from "../text-input.ts";

export interface HuixiangdouOptions extends TurnParts {
  maxBodyBytes: number;
  createId: () => string;
}

/** In lists and objects. */
const MAX_ECHO_DEPTH = 100;
const PATHS = ["/huixiangdou_inference", "/huixiangdou_stream"];

export const talkSchema = z.object({
  text: z.string().max(MAX_QUESTION_CHARS),
  image: z.string().default(""),
});

/**
 * HuixiangDou's own routes with the bytes of its parallel pipeline: a JSON string, or the sentence so far again and again
 * without any frame, references first. Pictures are not looked at.
 */
export function huixiangdouRoutes({ maxBodyBytes, createId, ...parts }: HuixiangdouOptions): Router {
  const router = Router({ caseSensitive: true });
  router.post(PATHS, json({ limit: maxBodyBytes, strict: false, inflate: false }));
  router.post("/huixiangdou_inference", async (request, response) => {
    const asked = await ask(request, response);
    if (asked !== undefined) response.json(`${asked.references}${asked.pieces.join("")}`);
  });
  router.post("/huixiangdou_stream", async (request, response) => {
    const asked = await ask(request, response);
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

  async function ask(
    request: Parameters<RequestHandler>[0],
    response: Response,
  ): Promise<{ references: string; pieces: string[] } | undefined> {
    const talk = readTalk(request.body, response);
    if (talk === undefined) return undefined;
    const question = talk.text.replaceAll("\u0000", " ").toWellFormed();
    if (question.trim() === "") return { references: "", pieces: [silenceNotice(question, "too-short")] };
    const pieces: string[] = [];
    const options = { history: [], onText: (text: string) => void (text !== "" && pieces.push(text)) };
    const turn = { id: createId(), question, callerId: callerOf(request), via: "huixiangdou" as const, options };
    const document = await runTurn(turn, parts, hangUpSignal(response));
    if (document === undefined) return undefined;
    if (document.outcome === "failed") {
      throw new RequestFault({ status: 503, title: "Service Unavailable", detail: document.message ?? "" });
    }
    if (document.outcome === "declined") {
      return { references: "", pieces: [silenceNotice(question, document.reason)] };
    }
    const isWhole = pieces.join("") === document.answer;
    return { references: referencesOf(document), pieces: isWhole ? pieces : [document.answer] };
  }
}

function referencesOf({ citations }: AskDocument): string {
  const sources = [...new Set(citations.map(({ source }) => source))];
  if (sources.length === 0) return "";
  return `**References:**\r\n${sources.map((source) => `* ${source}\r\n`).join("")}\r\n`;
}

/** The body, or undefined and FastAPI's 422. */
function readTalk(body: unknown, response: Response): z.output<typeof talkSchema> | undefined {
  if (body === undefined) {
    sendInvalid(response, [{ type: "missing", loc: ["body"], msg: "Field required", input: null }]);
    return undefined;
  }
  const read = talkSchema.safeParse(body);
  if (read.success) return read.data;
  sendInvalid(
    response,
    read.error.issues.map((issue) => faultOf(issue, body)),
  );
  return undefined;
}

interface FastApiFault {
  type: string;
  loc: (string | number)[];
  msg: string;
  input: unknown;
}

function faultOf({ code, path }: z.core.$ZodIssue, body: unknown): FastApiFault {
  const loc = ["body", ...path.map(String)];
  const [key] = path;
  if (key === undefined) {
    const msg = "Input should be a valid dictionary or object to extract fields from";
    return { type: "model_attributes_type", loc, msg, input: echoOf(body) };
  }
  const input: unknown =
    typeof body === "object" && body !== null ? Object.entries(body).find(([k]) => k === key)?.[1] : undefined;
  if (code === "too_big") {
    const msg = `String should have at most ${MAX_QUESTION_CHARS} characters`;
    return { type: "string_too_long", loc, msg, input: "" };
  }
  return input === undefined
    ? { type: "missing", loc, msg: "Field required", input: echoOf(body) }
    : { type: "string_type", loc, msg: "Input should be a valid string", input: echoOf(input) };
}

/** What FastAPI shows of the input; what is nested so deep that it could not be written again is null. */
function echoOf(value: unknown): unknown {
  return isDeeper(value, MAX_ECHO_DEPTH) ? null : value;
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}

function sendInvalid(response: Response, detail: FastApiFault[]): void {
  response.status(422).json({ detail });
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
