import { AppError, isAppError } from "../../core/errors.ts";
import { badReply, messageOf, unauthorised } from "../gateway-errors.ts";
import { excerpt, type Gateway } from "../gateway.ts";
import type { DialectContext } from "../dialect.ts";
import { requestJson } from "../http.ts";

/** Unified domain: routes by the model family in the path. */
export const ALLES_APIN_BASE_URL = "https://openxlab.org.cn/gw/alles-apin-hub";

export interface AllesApinConnection {
  gateway: Gateway;
  /** Up to `/gw/alles-apin-hub`, or the host's own root. */
  baseUrl: string;
  /** Sent as `alles-apin-token`, never as Authorization. */
  token: string;
  /** Cluster: `cn1` Shanghai, `us1` Silicon Valley. */
  region?: string | undefined;
  timeoutMs: number;
}

export function connectionOf({ gateway, baseUrl, keys, settings, timeoutMs }: DialectContext): AllesApinConnection {
  return { gateway, baseUrl, token: keys.api ?? "", region: settings.region, timeoutMs };
}

/** The key and, where the owner names one, the cluster. */
export function headersOf({ token, region }: AllesApinConnection): Record<string, string> {
  return { "alles-apin-token": token, ...(region !== undefined && { region }) };
}

export interface AllesApinCall {
  /** Begins with `/v1/`. */
  path: string;
  body: Record<string, unknown>;
  signal: AbortSignal;
}

/**
 * Calls an interface of alles-apin and takes `data` out of its envelope.
 * @throws AppError `model_*`, `timeout`, `aborted`; the gateway's own words are in the message
 */
export async function callAllesApin(connection: AllesApinConnection, call: AllesApinCall): Promise<unknown> {
  const { gateway, baseUrl, timeoutMs } = connection;
  const value = await requestJson(gateway, {
    url: `${baseUrl}${call.path}`,
    headers: headersOf(connection),
    body: call.body,
    timeoutMs,
    signal: call.signal,
  });
  return openEnvelope(gateway, value);
}

/** `{msgCode, msg, data}`: "10000" is success, "-1" a business error, anything else is not in the document. */
export function openEnvelope(gateway: Gateway, value: unknown): unknown {
  const envelope = new Map<string, unknown>(typeof value === "object" && value !== null ? Object.entries(value) : []);
  const code = envelope.get("msgCode");
  const data = envelope.get("data");
  if (String(code) === "10000") {
    return data;
  }
  if (code === undefined) {
    throw badReply(gateway, "answered without a msgCode", { got: JSON.stringify(value), retryable: true });
  }
  const said = excerpt(messageOf(data) ?? messageOf(envelope.get("msg")) ?? JSON.stringify(value), gateway, 300);
  // A0202 is what the gateways of this house answer to a bad token with status 200.
  if (code === "A0202") {
    throw unauthorised(gateway, `refused the key (msgCode A0202): ${said}`);
  }
  throw businessError(gateway, `msgCode ${excerpt(JSON.stringify(code), gateway, 20)}: ${said}`, { said, data });
}

/** A success without the text that belongs there: its document asks to try such abnormal replies again. */
export function noText(gateway: Gateway, where: string, value: unknown): AppError {
  return badReply(gateway, `answered without a text (${where})`, { got: JSON.stringify(value), retryable: true });
}

/** Runs a reader of a vendor's reply; what it cannot read is worth another try, as the gateway's document says. */
export function retryBadReply<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw isAppError(error, "model_bad_reply") ? new AppError(error.code, error.message, { retryable: true }) : error;
  }
}

/** The vendor's faults of the request itself; trying again cannot help. */
const REQUEST_FAULTS = [
  // Wenxin: "the role of message with odd index in the messages must be assistant" (336003).
  /must be|invalid|not supported|not allowed/i,
  // OpenAI: "This model's maximum context length is 8192 tokens. However, …".
  /maximum context length|too long|too many tokens/i,
  /does not exist|content (policy|filter|management)/i,
];

/**
 * A business error. Its document calls abnormal replies usual (the pool of keys ran dry: "Your account is not active,
 * please check your billing details") and asks to try again, so only faults of the request are final.
 */
export function businessError(
  gateway: Gateway,
  words: string,
  { said, data }: { said: string; data: unknown },
): AppError {
  if (/timed? ?out/i.test(said)) {
    return new AppError("timeout", `${gateway.id} reported ${words}; raise timeout_s`, { retryable: true });
  }
  const vendorCode = typeof data === "object" && data !== null && "error_code" in data ? Number(data.error_code) : 0;
  const isRequestFault = Math.trunc(vendorCode / 1000) === 336 || REQUEST_FAULTS.some((pattern) => pattern.test(said));
  if (isRequestFault && !/account|api.?key|quota|billing/i.test(said)) {
    return new AppError("model_rejected_request", `${gateway.id} refused the request: ${words}`);
  }
  const isLimit = /rate limit|quota|too many requests|qps/i.test(said);
  return new AppError(
    isLimit ? "model_rate_limited" : "model_unreachable",
    `${gateway.id} reported a business error: ${words}`,
    { retryable: true },
  );
}
