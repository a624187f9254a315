import type { Response } from "express";
import { z } from "zod";
import { isDeeper } from "../nesting.ts";
import { MAX_QUESTION_CHARS } from "../text-input.ts";

/** In lists and objects. */
const MAX_ECHO_DEPTH = 100;

export const talkSchema = z.object({
  text: z.string().max(MAX_QUESTION_CHARS),
  image: z.string().default(""),
});

/** The body, or undefined and FastAPI's 422. */
export function readTalk(body: unknown, response: Response): z.output<typeof talkSchema> | undefined {
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

export function sendInvalid(response: Response, detail: FastApiFault[]): void {
  response.status(422).json({ detail });
}
