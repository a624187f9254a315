import type { Request, Response } from "express";
import { sendProblem } from "../problem.ts";

/** The key of `Authorization: Bearer`; empty without one. */
export function bearerOf({ headers }: Request): string {
  return /^Bearer +(\S+) *$/iu.exec(asUtf8(headers.authorization ?? ""))?.[1] ?? "";
}

/** Node reads headers as Latin-1; a key in another script comes as UTF-8. */
function asUtf8(header: string): string {
  const text = Buffer.from(header, "latin1").toString("utf8");
  return text.includes("\ufffd") ? header : text;
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
