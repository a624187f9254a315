import type { RequestHandler } from "express";

const METHODS = "GET, HEAD, POST, PUT, DELETE";
const READABLE = "X-Request-Id, Retry-After, WWW-Authenticate, Content-Disposition";
/** Names of headers, parted by commas. */
const HEADER_LIST = /^[\w!#$%&'*+.^`|~-]+(?: *, *[\w!#$%&'*+.^`|~-]+)*$/u;
const PREFLIGHT_S = "600";

/**
 * Lets pages of the given origins use the API (CORS), without cookies. A preflight has no key and is answered here.
 * Other origins are told nothing, so that their browsers keep the response from them.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  return function answerOrigin(request, response, next) {
    if (origins.length === 0) {
      next();
      return;
    }
    response.vary("Origin");
    const { origin, "access-control-request-method": method } = request.headers;
    if (origin === undefined || !origins.includes(origin)) {
      next();
      return;
    }
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-expose-headers", READABLE);
    if (request.method !== "OPTIONS" || method === undefined) {
      next();
      return;
    }
    response.vary("Access-Control-Request-Headers");
    response.setHeader("access-control-allow-methods", METHODS);
    response.setHeader("access-control-max-age", PREFLIGHT_S);
    // Clients such as OpenAI's send headers of their own; without credentials none of them is a danger.
    const wanted = request.headers["access-control-request-headers"];
    if (wanted !== undefined && HEADER_LIST.test(wanted)) {
      response.setHeader("access-control-allow-headers", wanted);
    }
    response.status(204).end();
  };
}
