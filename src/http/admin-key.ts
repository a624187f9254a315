import type { RequestHandler } from "express";
import { createKeyRing } from "./access/key-ring.ts";
import { bearerOf, sendUnauthorised } from "./access/bearer.ts";

/** Lets only the admin key through, sent as `Authorization: Bearer`; without a configured key nobody comes through. */
export function requireAdmin(adminKey: string | undefined): RequestHandler {
  const ring = createKeyRing([{ key: adminKey ?? "" }]);
  return function requireAdminKey(request, response, next) {
    if (ring.nameOf(bearerOf(request)) === undefined) sendUnauthorised(response);
    else next();
  };
}
