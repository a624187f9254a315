import type { RequestHandler } from "express";
import { sendProblem } from "../problem.ts";
import { isLoopbackHost } from "./loopback.ts";
import { isMcpPath, isWebhookPath } from "./open-paths.ts";

export interface LocalNames {
  publicUrl: string | undefined;
  /** Origins of other sites whose pages may use the API. */
  corsOrigins: readonly string[];
}

/**
 * On a machine's own address, a page of another site must not reach us through a name that it points at us (DNS
 * rebinding), nor through the browser of whoever sits there: foreign `Host` and `Origin` are 403.
 */
export function requireLocalNames({ publicUrl, corsOrigins }: LocalNames): RequestHandler {
  const isOurs = namesOf(publicUrl);
  return function checkNames(request, response, next) {
    const { host = "", origin } = request.headers;
    const isKnown = origin === undefined || isOurs(origin) || corsOrigins.includes(origin);
    if (isWebhookPath(request.path) || (isOurs(`http://${host}`) && isKnown)) next();
    else sendProblem(response, FOREIGN);
  };
}

/**
 * Beyond loopback our names are not known, and a key is asked for; but MCP wants `Origin` looked at everywhere: a page
 * that is not from the address it asks is 403.
 */
export function requireMcpOrigin({ publicUrl, corsOrigins }: LocalNames): RequestHandler {
  const isOurs = namesOf(publicUrl);
  return function checkOrigin(request, response, next) {
    const { host, origin } = request.headers;
    const isAsked = origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
    if (!isMcpPath(request.path) || origin === undefined) next();
    else if (isAsked || isOurs(origin) || corsOrigins.includes(origin)) next();
    else sendProblem(response, FOREIGN);
  };
}

const FOREIGN = { status: 403, title: "Forbidden", detail: "Foreign Host or Origin.", code: "forbidden" };

/** Tells whether an address has a name of this machine's own, or the public one. */
function namesOf(publicUrl: string | undefined): (address: string) => boolean {
  const ours = publicUrl === undefined ? undefined : new URL(publicUrl);
  return function isOurs(address) {
    if (!URL.canParse(address)) return false;
    const { hostname, host } = new URL(address);
    return isLoopbackHost(hostname) || host === ours?.host;
  };
}
