import { createHash, timingSafeEqual } from "node:crypto";
import type { RequestHandler } from "express";
import { sendProblem } from "./problem.ts";

/** Lets only the admin key through, sent as `Authorization: Bearer`; without a configured key nobody comes through. */
export function requireAdmin(adminKey: string | undefined): RequestHandler {
  const expected = adminKey === undefined || adminKey.trim() === "" ? undefined : digest(adminKey.trim());
  return function requireAdminKey(request, response, next) {
    const given = /^Bearer +(\S+)$/iu.exec(request.headers.authorization ?? "")?.[1] ?? "";
    // Compared as digests: equal in length, so that the time tells nothing.
    if (expected !== undefined && timingSafeEqual(digest(given), expected)) {
      next();
      return;
    }
    response.setHeader("www-authenticate", "Bearer");
    sendProblem(response, { status: 401, title: "Unauthorized", code: "unauthorized" });
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
