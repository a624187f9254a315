import type { Request } from "express";
import { isAppError } from "../core/errors.ts";
import type { Logger } from "../core/runtime.ts";
import { RequestFault, type Problem } from "./problem.ts";
import { routeOf } from "./route-of.ts";

const TITLES: Record<number, string> = {
  403: "Forbidden",
  404: "Not Found",
  408: "Request Timeout",
  413: "Content Too Large",
  415: "Unsupported Media Type",
};

/** Faults of the request have a status of their own; anything else is ours, told in the log and not to the caller. */
export function faultProblem(error: unknown, request: Request, logger: Logger): Problem {
  if (error instanceof RequestFault) return error.problem;
  const status = statusOf(error);
  if (status !== undefined) {
    const title = TITLES[status] ?? "Bad Request";
    return { status, title, ...detailOf(error), code: title.toLowerCase().replaceAll(" ", "_") };
  }
  if (isAppError(error, "usage")) return { status: 422, title: "Unprocessable Content", detail: error.message };
  if (isAppError(error, "index_missing")) {
    const detail = "The documents are still being read: ask again in a moment.";
    return { status: 503, title: "Service Unavailable", detail, code: error.code, retryAfterS: 5 };
  }
  const { method } = request;
  logger.error("http.fault", { method, route: routeOf(request) ?? "none", error });
  return isAppError(error) && error.retryable
    ? { status: 503, title: "Service Unavailable", code: error.code }
    : { status: 500, title: "Internal Server Error" };
}

/** The status that Express and its parsers put on a fault of the request. */
function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  return typeof status === "number" && status >= 400 && status < 500 ? status : undefined;
}

/** What is wrong with a body, without any of it. */
function detailOf(error: unknown): { detail?: string } {
  const type = error instanceof Error && "type" in error ? error.type : undefined;
  if (type === "entity.parse.failed") return { detail: "The body is no valid JSON." };
  if (type === "charset.unsupported") return { detail: "The body must be in UTF-8." };
  if (type === "encoding.unsupported") return { detail: "The body must not be compressed." };
  return {};
}
