import { Router } from "express";
import { useOpenAiFaults } from "../openai/faults.ts";
import { sendProblem } from "../problem.ts";
import { bearerOf, sendUnauthorised } from "./bearer.ts";
import { setCaller } from "./caller.ts";
import { createKeyRing } from "./key-ring.ts";
import { requireLocalNames } from "./local-callers.ts";
import { isLoopbackHost } from "./loopback.ts";
import { isOpenPath } from "./open-paths.ts";
import { createSlidingWindow } from "./sliding-window.ts";

export interface GuardOptions {
  /** Where the server listens. */
  host: string;
  publicUrl: string | undefined;
  /** Comma separated; blanks are none. */
  apiKeys: string | undefined;
  adminKey: string | undefined;
  /** Of one key, or of one address without keys; 0 = no limit. */
  requestsPerMinute: number;
  createId: () => string;
  /** Milliseconds since 1970. */
  now: () => number;
}

const REQUEST_ID = /^[\w.:-]{1,128}$/u;

/** What every request passes first: its id, names, key and rate. The admin key opens what an API key does, and more. */
export function guard(options: GuardOptions): Router {
  const { host, publicUrl, adminKey, requestsPerMinute, createId, now } = options;
  const keys = createKeyRing((options.apiKeys ?? "").split(","));
  const admin = createKeyRing([adminKey ?? ""]);
  const window = requestsPerMinute === 0 ? undefined : createSlidingWindow(requestsPerMinute);
  const router = Router();

  router.use((request, response, next) => {
    const given = request.headers["x-request-id"];
    response.setHeader("x-request-id", typeof given === "string" && REQUEST_ID.test(given) ? given : createId());
    response.setHeader("x-content-type-options", "nosniff");
    next();
  });
  router.use(useOpenAiFaults);
  if (isLoopbackHost(host)) router.use(requireLocalNames({ publicUrl }));
  router.use((request, response, next) => {
    if (isOpenPath(request.path)) {
      next();
      return;
    }
    const given = bearerOf(request);
    const isAdmin = admin.nameOf(given) !== undefined;
    const name = keys.nameOf(given);
    if (keys.size > 0 && name === undefined && !isAdmin) {
      sendUnauthorised(response);
      return;
    }
    const caller = isAdmin ? "admin" : name === undefined ? undefined : `key-${name}`;
    if (caller !== undefined) setCaller(request, caller);
    const waitMs = window?.take(caller ?? `address ${request.socket.remoteAddress ?? ""}`, now());
    if (waitMs === undefined) {
      next();
      return;
    }
    sendProblem(response, {
      status: 429,
      title: "Too Many Requests",
      detail: `At most ${requestsPerMinute} requests a minute.`,
      code: "rate_limit_exceeded",
      retryAfterS: Math.max(1, Math.ceil(waitMs / 1000)),
    });
  });
  return router;
}
