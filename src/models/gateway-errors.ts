import { AppError, type ErrorCode, type GatewayFault } from "../core/errors.ts";
import { displayUrl, excerpt, type Gateway } from "./gateway.ts";
import { parseJson } from "./json-path.ts";

const MESSAGE_CHARS = 300;

/** Turns an HTTP error status into an AppError: which fault, whether to retry, what the gateway said, redacted. */
export function errorFromStatus(
  gateway: Gateway,
  response: Pick<Response, "status" | "headers" | "url">,
  body: string,
): AppError {
  const { status } = response;
  const said = gatewayMessage(body, gateway);
  const tail = said === "" ? "" : `: ${said}`;
  const isUsedUp = /^(?:402|403|429)$/.test(String(status)) && USED_UP.test(body);
  if (isUsedUp) {
    // Waiting does not fill an account.
    return new AppError("model_rate_limited", `${gateway.id} has no quota left (HTTP ${status})${tail}`, {
      fault: "quota-used-up",
    });
  }
  if (status === 401 || status === 403) {
    return unauthorised(gateway, `refused the key (HTTP ${status})${tail}`);
  }
  const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"), gateway.clock.now());
  const options = retryAfterMs === undefined ? { retryable: true } : { retryable: true, retryAfterMs };
  if (status === 429) {
    return new AppError("model_rate_limited", `${gateway.id} limits us (HTTP 429)${tail}`, {
      ...options,
      fault: "rate-limited",
    });
  }
  if (status === 408) {
    return new AppError("timeout", `${gateway.id} gave up waiting (HTTP 408)${tail}`, options);
  }
  if (status === 425 || status >= 500) {
    return new AppError("model_unreachable", `${gateway.id} is in trouble (HTTP ${status})${tail}`, options);
  }
  const hint = status === 404 ? `; check base_url and model (${displayUrl(response.url, gateway)})` : "";
  return new AppError("model_rejected_request", `${gateway.id} refused the request (HTTP ${status})${tail}${hint}`, {
    fault: isModelUnknown(body) ? "model-unknown" : status === 404 || status === 405 ? "endpoint-unknown" : undefined,
  });
}

/** OpenAI `insufficient_quota`, Moonshot `exceeded_current_quota_error`, DeepSeek "Insufficient Balance", Zhipu 余额不足. */
const USED_UP =
  /insufficient.?(?:quota|balance|credit)|balance is insufficient|exceeded_current_quota|余额不足|欠费|arrear/iu;

/**
 * OpenAI `model_not_found`, DeepSeek "Model Not Exist", Moonshot "Not found the model", Zhipu 模型不存在, Ollama
 * `model "x" not found`.
 */
function isModelUnknown(body: string): boolean {
  return /model[^.]{0,80}(?:not[ _](?:found|exist|supported)|n't exist|not a valid|unknown)|(?:not found the|unknown|invalid|no such) model|模型[^。]{0,40}不存在/iu.test(
    body,
  );
}

/** An error that tells which variable to look at. */
export function unauthorised(
  gateway: Pick<Gateway, "id" | "keyVariable">,
  what: string,
  fault: GatewayFault = "key-refused",
): AppError {
  const remedy =
    gateway.keyVariable === undefined
      ? "name the variable that holds a key in api_key_env"
      : `check the key in the variable ${gateway.keyVariable}`;
  return new AppError("model_unauthorised", `${gateway.id} ${what}; ${remedy}`, { fault });
}

const NETWORK_FAULTS: Record<string, { words: string; retryable: boolean; fault?: GatewayFault }> = {
  ECONNREFUSED: { words: "nothing listens there", retryable: false, fault: "nothing-listens" },
  ENOTFOUND: { words: "the host name is unknown", retryable: false, fault: "host-unknown" },
  EAI_AGAIN: { words: "the host name could not be looked up now", retryable: true, fault: "host-unknown" },
  ECONNRESET: { words: "the connection was cut", retryable: true },
  EPIPE: { words: "the connection was cut", retryable: true },
  UND_ERR_SOCKET: { words: "the connection was cut", retryable: true },
  ETIMEDOUT: { words: "it does not respond", retryable: true, fault: "no-way-there" },
  EHOSTUNREACH: { words: "there is no way to the host", retryable: true, fault: "no-way-there" },
  ENETUNREACH: { words: "there is no network", retryable: true, fault: "no-way-there" },
  UND_ERR_CONNECT_TIMEOUT: { words: "it does not respond", retryable: true, fault: "no-way-there" },
  UND_ERR_HEADERS_TIMEOUT: { words: "it does not respond", retryable: true },
  UND_ERR_BODY_TIMEOUT: { words: "it stopped in the middle of the reply", retryable: true },
};

const CERTIFICATE_CODE = /CERT|SSL|TLS|SIGNATURE/;

/** Puts what `fetch` threw into words; "fetch failed" alone helps nobody, the cause below it does. */
export function errorFromNetwork(gateway: Gateway, url: string, thrown: unknown): AppError {
  const code = networkCode(thrown);
  const certificate = code !== undefined && CERTIFICATE_CODE.test(code);
  const fault = code === undefined ? undefined : NETWORK_FAULTS[code];
  const words = fault?.words ?? (certificate ? "its certificate is not trusted" : "the connection failed");
  const detail = code ?? excerpt(thrown instanceof Error ? thrown.message : String(thrown), gateway);
  return new AppError(
    "model_unreachable",
    `${gateway.id} cannot be reached at ${displayUrl(url, gateway)}: ${words} (${detail})`,
    { retryable: fault?.retryable ?? !certificate, fault: fault?.fault ?? (certificate ? "certificate" : undefined) },
  );
}

/** Whether what was thrown, or a cause of it, is a fault that the network names. */
export function hasNetworkCode(thrown: unknown): boolean {
  const code = networkCode(thrown);
  return code !== undefined && (code in NETWORK_FAULTS || CERTIFICATE_CODE.test(code));
}

function networkCode(thrown: unknown): string | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ("code" in error && typeof error.code === "string") {
      return error.code;
    }
    // Happy eyeballs: one error an address, the first tells enough.
    if (error instanceof AggregateError && error.errors.length > 0) {
      return networkCode(error.errors[0]);
    }
  }
  return undefined;
}

/** A reply that is no use: names the gateway and shows what came instead. */
export function badReply(
  gateway: Gateway,
  what: string,
  options: { got?: string; retryable?: boolean; fault?: GatewayFault } = {},
): AppError {
  const got = options.got === undefined ? "" : `; got: ${excerpt(options.got, gateway) || "nothing"}`;
  return new AppError("model_bad_reply", `${gateway.id} ${what}${got}`, {
    retryable: options.retryable ?? false,
    fault: options.fault,
  });
}

/** An error that came inside a reply with status 200, in OpenAI's shape. */
export function errorFromErrorObject(gateway: Gateway, value: unknown): AppError {
  const said = excerpt(messageOf(value) ?? JSON.stringify(value) ?? "", gateway, MESSAGE_CHARS);
  const hints = JSON.stringify(value) ?? "";
  const [code, retryable] = classifyErrorText(hints);
  const fault = isModelUnknown(hints) ? "model-unknown" : undefined;
  return new AppError(code, `${gateway.id} reported an error: ${said}`, { retryable, fault });
}

function classifyErrorText(text: string): [code: ErrorCode, retryable: boolean] {
  if (/rate.?limit|too many requests|"code":"?429/i.test(text)) {
    return ["model_rate_limited", true];
  }
  if (/invalid_api_key|unauthori[sz]ed|authentication|"code":"?40[13]/i.test(text)) {
    return ["model_unauthorised", false];
  }
  return /invalid_request|context_length|content_filter|"code":"?400/i.test(text)
    ? ["model_rejected_request", false]
    : ["model_unreachable", true];
}

/** What a gateway's error body says, from any of the usual shapes; the start of the text otherwise. */
function gatewayMessage(body: string, gateway: Pick<Gateway, "redact">): string {
  const value = parseJson(body);
  if (value === undefined) {
    const text = body.replace(/<(script|style|head)\b[\s\S]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " ");
    return excerpt(text, gateway, 80);
  }
  return excerpt(messageOf(value) ?? body, gateway, MESSAGE_CHARS);
}

/** The sentence in an error object: `{error:{message}}`, `{error}`, `{message}`, `{msg}`, `{error_msg}`, `{detail}`. */
export function messageOf(value: unknown): string | undefined {
  if (typeof value === "string") {
    return value;
  }
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const key of ["error", "message", "error_msg", "msg", "detail", "data"]) {
    const text = messageOf(fields.get(key));
    if (text !== undefined && text !== "") {
      return text;
    }
  }
  return undefined;
}

/** Milliseconds that a Retry-After header (seconds or HTTP date) asks us to wait; undefined when there is none. */
export function parseRetryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.trim() === "") {
    return undefined;
  }
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, Math.ceil(ms)) : undefined;
}
