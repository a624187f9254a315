import { AppError, errorMessage, isAppError } from "../core/errors.ts";
import { badReply, errorFromNetwork, errorFromStatus, hasNetworkCode, unauthorised } from "./gateway-errors.ts";
import { excerpt, type Gateway } from "./gateway.ts";

/**
 * Puts what an integration threw into our words. Each SDK has its own classes, but all of them carry the HTTP status
 * in one of a few fields, or the network's fault as a cause.
 */
export function errorFromLangChain(gateway: Gateway, thrown: unknown, baseUrl: string): AppError {
  if (isAppError(thrown)) return thrown;
  const status = statusOf(thrown);
  if (status !== undefined) {
    const response = { status, headers: headersOf(thrown), url: baseUrl };
    return errorFromStatus(gateway, response, JSON.stringify({ error: { message: saidBy(thrown) } }));
  }
  const said = errorMessage(thrown);
  const missing = /Unable to import ([@\w/.-]+)\. /u.exec(said)?.[1];
  if (missing !== undefined) {
    return new AppError(
      "package_missing",
      `${gateway.id} needs a package that is not installed: npm install ${missing}`,
    );
  }
  // The keys' variables of the integrations themselves: "Missing credentials. … OPENAI_API_KEY", "API key not found".
  if (/api.?key|credentials/iu.test(said)) {
    return unauthorised(gateway, `has no key: ${excerpt(said, gateway, 120)}`, "key-unset");
  }
  if (/time(?:d ?)?out/iu.test(nameOf(thrown))) {
    return new AppError("timeout", `${gateway.id} gave up waiting: ${excerpt(said, gateway)}`, { retryable: true });
  }
  if (hasNetworkCode(thrown) || /connection/iu.test(nameOf(thrown)) || said === "fetch failed") {
    return errorFromNetwork(gateway, baseUrl, thrown);
  }
  return badReply(gateway, `gave no reply that its integration can read (${nameOf(thrown)})`, { got: said });
}

function nameOf(thrown: unknown): string {
  // The SDKs' classes all have the name "Error"; their constructors tell them apart.
  return thrown instanceof Error ? (thrown.name === "Error" ? thrown.constructor.name : thrown.name) : typeof thrown;
}

function fieldsOf(value: unknown): Map<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

function statusOf(thrown: unknown): number | undefined {
  const fields = fieldsOf(thrown);
  const candidates = [
    fields.get("status"),
    fields.get("statusCode"),
    fields.get("status_code"),
    fieldsOf(fields.get("response")).get("status"),
    fieldsOf(fields.get("$metadata")).get("httpStatusCode"),
  ];
  return candidates.find((one): one is number => typeof one === "number" && one >= 400 && one <= 599);
}

function headersOf(thrown: unknown): Headers {
  const fields = fieldsOf(thrown);
  for (const headers of [fields.get("headers"), fieldsOf(fields.get("response")).get("headers")]) {
    if (headers instanceof Headers) return headers;
    const found = [...fieldsOf(headers)].find(([name]) => name.toLowerCase() === "retry-after")?.[1];
    if (typeof found === "string") return new Headers({ "retry-after": found });
  }
  return new Headers();
}

/** The gateway's own sentence, and its code (`insufficient_quota`), without the advice that LangChain adds below. */
function saidBy(thrown: unknown): string {
  const { error, code } = Object.fromEntries(fieldsOf(thrown));
  const inner = fieldsOf(error).get("message");
  const own = typeof inner === "string" ? inner : (errorMessage(thrown).split("\n\nTroubleshooting URL")[0] ?? "");
  return typeof code === "string" && !own.includes(code) ? `${own} (${code})` : own;
}
