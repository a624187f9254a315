import { Router, type Request, type Response } from "express";
import { useMcpFaults } from "../mcp/faults.ts";
import { useOpenAiFaults } from "../openai/faults.ts";
import { sendProblem } from "../problem.ts";
import { addressOf } from "./address-of.ts";
import { readApiKeys } from "./api-keys.ts";
import { bearerOf, sendUnauthorised } from "./bearer.ts";
import { setCaller } from "./caller.ts";
import { allowOrigins } from "./cross-origin.ts";
import { createKeyRing } from "./key-ring.ts";
import { createKnownCallers } from "./known-callers.ts";
import { requireLocalNames, requireMcpOrigin } from "./local-callers.ts";
import { isLoopbackHost } from "./loopback.ts";
import { isOpenPath } from "./open-paths.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import { securityHeaders } from "./security-headers.ts";

export interface GuardOptions {
  /** Where the server listens. */
  host: string;
  publicUrl: string | undefined;
  /** Origins of other sites whose pages may use the API, such as `https://app.example`. */
  corsOrigins: readonly string[];
  /** Comma separated, each with or without a name; blanks are none. */
  apiKeys: string | undefined;
  adminKey: string | undefined;
  /** Of one caller, or of one address without keys; undefined = no limit. */
  rateLimiter: RateLimiter | undefined;
  createId: () => string;
}

const REQUEST_ID = /^[\w.:-]{1,128}$/u;

/** What every request passes first: its id, names, key and rate. The admin key opens what an API key does, and more. */
export function guard({ host, publicUrl, corsOrigins, rateLimiter, createId, ...given }: GuardOptions): Router {
  const keys = createKeyRing(readApiKeys(given.apiKeys ?? ""));
  const admin = createKeyRing([{ key: given.adminKey ?? "" }]);
  const known = createKnownCallers();
  const router = Router();

  router.use(securityHeaders({ publicUrl }));
  router.use((request, response, next) => {
    const id = request.headers["x-request-id"];
    response.setHeader("x-request-id", typeof id === "string" && REQUEST_ID.test(id) ? id : createId());
    next();
  });
  router.use(useOpenAiFaults, useMcpFaults);
  router.use((isLoopbackHost(host) ? requireLocalNames : requireMcpOrigin)({ publicUrl, corsOrigins }));
  router.use(allowOrigins(corsOrigins));
  router.use(async (request, response, next) => {
    if (isOpenPath(request.path) || (await mayPass(request, response))) next();
  });
  return router;

  /** Whether the key and the rate are right; else the response has been sent. */
  async function mayPass(request: Request, response: Response): Promise<boolean> {
    const key = bearerOf(request);
    const caller = admin.nameOf(key) === undefined ? keys.nameOf(key) : "admin";
    const address = `address ${addressOf(request)}`;
    if (keys.size > 0 && caller === undefined) {
      // Guesses count, so that there are not many of them.
      const waitMs = await rateLimiter?.take(address);
      if (waitMs === undefined) sendUnauthorised(response);
      else sendTooMany(response, waitMs);
      return false;
    }
    if (caller !== undefined && !known.has(caller, address)) {
      // After many guesses a right one must look like the others. Who was right before goes on: an address may be many people.
      const waitMs = await rateLimiter?.waitOf(address);
      if (waitMs !== undefined) {
        sendTooMany(response, waitMs);
        return false;
      }
      known.add(caller, address);
    }
    if (caller !== undefined) setCaller(request, caller);
    const waitMs = await rateLimiter?.take(caller ?? address);
    if (waitMs !== undefined) sendTooMany(response, waitMs);
    return waitMs === undefined;
  }

  function sendTooMany(response: Response, waitMs: number): void {
    sendProblem(response, {
      status: 429,
      title: "Too Many Requests",
      detail: `At most ${rateLimiter?.perMinute ?? 0} requests a minute.`,
      code: "rate_limit_exceeded",
      retryAfterS: Math.max(1, Math.ceil(waitMs / 1000)),
    });
  }
}
