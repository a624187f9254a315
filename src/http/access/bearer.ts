import type { Request, Response } from "express";
import { sendProblem } from "../problem.ts";

/** The key of `Authorization: Bearer`; empty without one. */
export function bearerOf({ headers }: Request): string {
  return /^Bearer +(\S+) *$/iu.exec(headers.authorization ?? "")?.[1] ?? "";
}

/** The same for no key and a wrong one. */
export function sendUnauthorised(response: Response): void {
  response.setHeader("www-authenticate", "Bearer");
  sendProblem(response, {
    status: 401,
    title: "Unauthorized",
    detail: "Send a valid key as Authorization: Bearer.",
    code: "unauthorized",
  });
}
