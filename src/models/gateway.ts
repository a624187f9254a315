import type { Clock, Fetch } from "../core/runtime.ts";
import type { Redact } from "../core/redact.ts";

/** Who is asked, and by what means. */
export interface Gateway {
  /** `vendor/model`, safe to log; begins each message about it. */
  id: string;
  /** Name of the variable that holds the key, for messages about it. */
  keyVariable?: string | undefined;
  fetch: Fetch;
  clock: Clock;
  redact: Redact;
}

/** One call of a gateway. */
export interface GatewayRequest {
  url: string;
  /** Default POST. */
  method?: "GET" | "POST" | "DELETE";
  /** The key is among them: they are never logged. */
  headers: Record<string, string>;
  /** Sent as JSON. */
  body?: Record<string, unknown>;
  /** Longest wait for the whole reply, in milliseconds. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** An address fit for a log: no user, password, query or fragment, and no path that holds a secret. */
export function displayUrl(address: string, { redact }: Pick<Gateway, "redact">): string {
  if (!URL.canParse(address)) {
    return "(not an address)";
  }
  const { protocol, host, pathname } = new URL(address);
  // A redirect may have put anything into the path, in any encoding.
  const forms = [pathname, decoded(pathname), decoded(decoded(pathname))];
  const isClean = forms.every((form) => redact(form) === form);
  return `${protocol}//${redact(host)}${isClean ? pathname.slice(0, MAX_PATH_CHARS) : "/[redacted]"}`;
}

const MAX_PATH_CHARS = 200;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** Start of a text for a message: one line, redacted before it is cut so that no half secret remains. */
export function excerpt(text: string, gateway: Pick<Gateway, "redact">, maxChars = 80): string {
  const clean = gateway.redact(text).replace(/\s+/g, " ").trim();
  return clean.length > maxChars ? `${clean.slice(0, maxChars).toWellFormed()}…` : clean;
}
