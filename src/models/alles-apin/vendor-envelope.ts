import type { AppError } from "../../core/errors.ts";
import { badReply, errorFromStatus } from "../gateway-errors.ts";
import type { Gateway, GatewayRequest } from "../gateway.ts";
import { requestJson } from "../http.ts";
import { textAt, valueAt } from "../json-path.ts";
import { headersOf, openEnvelope, type AllesApinConnection } from "./envelope.ts";

export interface VendorCall {
  method: NonNullable<GatewayRequest["method"]>;
  /** Begins with `/v1/`. */
  path: string;
  /** Beside the token and the region. */
  headers?: Record<string, string>;
  body?: Record<string, unknown>;
  signal: AbortSignal;
  /** Default: the connection's. */
  timeoutMs?: number;
}

/** What the vendor said, passed through. */
export interface VendorReply {
  body: unknown;
  /** Ties further calls to the organisation that holds what this one made. */
  keySign: string | undefined;
}

/**
 * Calls an interface whose envelope passes the vendor's own status, headers and body through:
 * `{statusCode, headers, body, msg, data: {"key-sign"}}`.
 * @throws AppError `model_*`, `timeout`, `aborted`, by the vendor's status
 */
export async function callVendor(connection: AllesApinConnection, call: VendorCall): Promise<VendorReply> {
  const { gateway, baseUrl } = connection;
  const url = `${baseUrl}${call.path}`;
  const value = await requestJson(gateway, {
    method: call.method,
    url,
    headers: { ...headersOf(connection), ...call.headers },
    ...(call.body && { body: call.body }),
    timeoutMs: call.timeoutMs ?? connection.timeoutMs,
    signal: call.signal,
  });
  // A fault of the gateway itself comes in its usual envelope.
  if (valueAt(value, "msgCode") !== undefined) openEnvelope(gateway, value);
  const status = valueAt(value, "statusCode");
  if (typeof status !== "number") {
    throw badReply(gateway, "answered without a statusCode", { got: JSON.stringify(value), retryable: true });
  }
  const body = valueAt(value, "body");
  if (status < 200 || status > 299)
    throw vendorFault(gateway, { status, url, body, headers: valueAt(value, "headers") });
  return { body, keySign: textAt(value, "data", "key-sign") };
}

interface VendorFault {
  status: number;
  url: string;
  body: unknown;
  headers: unknown;
}

function vendorFault(gateway: Gateway, { status, url, body, headers }: VendorFault): AppError {
  const retryAfter = textAt(headers, "retry-after");
  const response = new Response(undefined, {
    // A status that no response may have is trouble of the vendor.
    status: status >= 400 && status <= 599 ? status : 502,
    ...(retryAfter !== undefined && { headers: { "retry-after": retryAfter } }),
  });
  Object.defineProperty(response, "url", { value: url });
  return errorFromStatus(gateway, response, JSON.stringify(body ?? ""));
}
