import type { RequestHandler } from "express";
import { sendProblem } from "./problem.ts";

/**
 * A body that has not come whole within `bodyMs` is 408, and its connection is closed. Uploads, which are large, have the
 * time of a whole request.
 */
export function endSlowBodies(bodyMs: number): RequestHandler {
  return function watchBody(request, response, next) {
    if (request.is("multipart/form-data") === false) {
      const timer = setTimeout(() => {
        if (request.complete || response.headersSent) return;
        response.setHeader("connection", "close");
        sendProblem(response, {
          status: 408,
          title: "Request Timeout",
          detail: "The body did not come in time.",
          code: "request_timeout",
        });
      }, bodyMs);
      response.once("close", () => clearTimeout(timer));
    }
    next();
  };
}
