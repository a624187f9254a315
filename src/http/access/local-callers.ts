import type { RequestHandler } from "express";
import { sendProblem } from "../problem.ts";
import { isLoopbackHost } from "./loopback.ts";
import { isWebhookPath } from "./open-paths.ts";

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
  const ours = publicUrl === undefined ? undefined : new URL(publicUrl);
  return function checkNames(request, response, next) {
    const { host = "", origin } = request.headers;
    const isKnown = origin === undefined || isOurs(origin) || corsOrigins.includes(origin);
    if (isWebhookPath(request.path) || (isOurs(`http://${host}`) && isKnown)) next();
    else
      sendProblem(response, { status: 403, title: "Forbidden", detail: "Foreign Host or Origin.", code: "forbidden" });
  };

  function isOurs(address: string): boolean {
    if (!URL.canParse(address)) return false;
    const { hostname, host } = new URL(address);
    return isLoopbackHost(hostname) || host === ours?.host;
  }
}
