import type { Response } from "express";

/** A fault in the shape of RFC 9457. */
export interface Problem {
  status: number;
  title: string;
  detail?: string;
  /** One word for programs, such as `body_too_large`. */
  code?: string;
  /** What is wrong with the input, each at a JSON pointer into it. */
  errors?: readonly InputFault[];
  /** What must be there, and whether it is. */
  checks?: readonly { check: string; ready: boolean }[];
  /** Told in the header `Retry-After`, in whole seconds. */
  retryAfterS?: number;
}

export interface InputFault {
  /** Such as `/history/1/role`; empty for the whole. */
  pointer: string;
  detail: string;
}

/** A fault of the request, thrown by a route: the server answers with its problem. */
export class RequestFault extends Error {
  override readonly name = "RequestFault";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

/** Writes a problem in the words of another API. */
export type ProblemWriter = (response: Response, problem: Problem) => void;

const writers = new WeakMap<Response, ProblemWriter>();

/** From here on the faults of this response are written by `writer`, whoever finds them. */
export function useProblemWriter(response: Response, writer: ProblemWriter): void {
  writers.set(response, writer);
}

/** Answers with `application/problem+json`, or in the shape of the API that the route belongs to. */
export function sendProblem(response: Response, problem: Problem): void {
  if (problem.retryAfterS !== undefined) response.setHeader("retry-after", String(problem.retryAfterS));
  const writer = writers.get(response);
  if (writer !== undefined) {
    writer(response, problem);
    return;
  }
  response
    .status(problem.status)
    .type("application/problem+json")
    .send(JSON.stringify(problemDocument(problem, response.req.originalUrl)));
}

/** The document of a problem; `status` equals the status line's. */
export function problemDocument({ status, title, detail, code, errors, checks }: Problem, url: string) {
  return {
    type: "about:blank",
    title,
    status,
    ...(detail !== undefined && { detail }),
    // Without the query, which may hold what somebody typed.
    instance: url.split("?", 1)[0] ?? "",
    ...(code !== undefined && { code }),
    ...(errors !== undefined && { errors }),
    ...(checks !== undefined && { checks }),
  };
}
