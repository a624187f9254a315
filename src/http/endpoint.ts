import { Router, type RequestHandler } from "express";
import { sendProblem } from "./problem.ts";

export type Method = "get" | "post" | "put" | "delete";

/** A router of one path; a method that it does not have is 405 with `Allow`. */
export function endpoint(path: string, methods: Partial<Record<Method, RequestHandler[]>>): Router {
  const router = Router({ caseSensitive: true });
  const allowed: string[] = [];
  if (methods.get !== undefined) {
    router.get(path, ...methods.get);
    // Express answers HEAD by the handler of GET.
    allowed.push("GET", "HEAD");
  }
  if (methods.post !== undefined) {
    router.post(path, ...methods.post);
    allowed.push("POST");
  }
  if (methods.put !== undefined) {
    router.put(path, ...methods.put);
    allowed.push("PUT");
  }
  if (methods.delete !== undefined) {
    router.delete(path, ...methods.delete);
    allowed.push("DELETE");
  }
  router.all(path, (_request, response) => {
    response.setHeader("allow", allowed.join(", "));
    sendProblem(response, { status: 405, title: "Method Not Allowed", code: "method_not_allowed" });
  });
  return router;
}
