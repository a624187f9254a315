import type { NextFunction, Request, Response } from "express";
import { useProblemWriter, RequestFault, type Problem } from "../problem.ts";

/** An error in OpenAI's shape. */
export interface OpenAiError {
  message: string;
  type: "invalid_request_error" | "rate_limit_exceeded" | "server_error";
  param: string | null;
  code: string | null;
}

const PATHS = /^\/v1\/(?:chat\/completions|models(?:\/[^/]*)?|embeddings)\/?$/u;

/** Faults on OpenAI's paths are told in OpenAI's shape, whoever finds them. */
export function useOpenAiFaults({ path }: Request, response: Response, next: NextFunction): void {
  if (PATHS.test(path)) useProblemWriter(response, writeOpenAiError);
  next();
}

function writeOpenAiError(response: Response, problem: Problem): void {
  // OpenAI has no 422.
  const status = problem.status === 422 ? 400 : problem.status;
  response.status(status).json({ error: openAiError(problem) });
}

/** A problem as OpenAI would tell it. */
export function openAiError({ status, title, detail, code, errors }: Problem): OpenAiError {
  const [first] = errors ?? [];
  return {
    message: first === undefined ? (detail ?? title) : `${paramOf(first.pointer) ?? "body"}: ${first.detail}`,
    type: status === 429 ? "rate_limit_exceeded" : status >= 500 ? "server_error" : "invalid_request_error",
    param: first === undefined ? null : paramOf(first.pointer),
    code: codeOf(status, code),
  };
}

function codeOf(status: number, code: string | undefined): string | null {
  if (status === 401) return "invalid_api_key";
  if (status === 422) return null;
  return code ?? null;
}

/** `/messages/1/role` as `messages[1].role`; null for the whole. */
function paramOf(pointer: string): string | null {
  const parts = pointer.split("/").slice(1);
  if (parts.length === 0) return null;
  return parts.map((part, place) => (/^\d+$/u.test(part) ? `[${part}]` : place === 0 ? part : `.${part}`)).join("");
}

export function modelNotFound(model: string): RequestFault {
  return new RequestFault({
    status: 404,
    title: "Not Found",
    code: "model_not_found",
    detail: `The model '${model.slice(0, 100).toWellFormed()}' does not exist.`,
    errors: [],
  });
}
