import type { Response } from "express";

/** A fault in the shape of RFC 9457. */
export interface Problem {
  status: number;
  title: string;
  detail?: string;
  /** One word for programs, such as `body_too_large`. */
  code?: string;
}

/** Answers with `application/problem+json`; `status` equals the status line's. */
export function sendProblem(response: Response, { status, title, detail, code }: Problem): void {
  response
    .status(status)
    .type("application/problem+json")
    .send(
      JSON.stringify({
        type: "about:blank",
        title,
        status,
        ...(detail !== undefined && { detail }),
        ...(code !== undefined && { code }),
      }),
    );
}
