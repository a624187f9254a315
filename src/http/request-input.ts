import { json, type Request, type RequestHandler } from "express";
import type { z } from "zod";
import { RequestFault, type InputFault } from "./problem.ts";

/** Reads a JSON body. Another type is 415, a broken one 400, a larger one 413, all by the error handler. */
export function jsonBody(maxBytes: number): RequestHandler[] {
  return [requireJson, json({ limit: maxBytes, strict: false, inflate: false })];
}

function requireJson(request: Request, _response: unknown, next: (error?: unknown) => void): void {
  // A request without a body has no type; what is missing in it is told by the schema.
  const isEmpty = request.is("json") === null || request.headers["content-length"] === "0";
  if (isEmpty || request.is("json") === "json") next();
  else next(new RequestFault(UNSUPPORTED));
}

const UNSUPPORTED = {
  status: 415,
  title: "Unsupported Media Type",
  detail: "The body must be application/json in UTF-8.",
  code: "unsupported_media_type",
};

/** The input as the schema has it. @throws RequestFault 422 that points at each fault */
export function readInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const read = schema.safeParse(input === undefined ? {} : input);
  if (read.success) return read.data;
  const errors = read.error.issues.flatMap(inputFaults);
  const [first] = errors;
  throw new RequestFault({
    status: 422,
    title: "Unprocessable Content",
    ...(first !== undefined && { detail: `${first.pointer || "/"}: ${first.detail}` }),
    code: "invalid_input",
    errors,
  });
}

function inputFaults(issue: z.core.$ZodIssue): InputFault[] {
  if (issue.code !== "unrecognized_keys") return [{ pointer: pointerTo(issue.path), detail: issue.message }];
  return issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), detail: "Unknown key" }));
}

/** A JSON pointer (RFC 6901). */
function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1").toWellFormed()}`).join("");
}
