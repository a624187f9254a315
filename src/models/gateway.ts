import type { Clock, Fetch } from "../core/runtime.ts";
import type { Redact } from "./redact.ts";

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

/** An address fit for a log: no user, password, query or fragment. */
export function displayUrl(address: string): string {
  if (!URL.canParse(address)) {
    return "(not an address)";
  }
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}

/** Start of a text for a message: one line, redacted before it is cut so that no half secret remains. */
export function excerpt(text: string, gateway: Pick<Gateway, "redact">, maxChars = 80): string {
  const clean = gateway.redact(text).replace(/\s+/g, " ").trim();
  return clean.length > maxChars ? `${clean.slice(0, maxChars).toWellFormed()}…` : clean;
}
