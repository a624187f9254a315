import type { OutboundObserver } from "../core/channel.ts";
import { AppError, isAppError } from "../core/errors.ts";
import type { Fetch } from "../core/runtime.ts";
import { unreachable } from "./network-fault.ts";
import type { SecretMask } from "./secret-mask.ts";

const MAX_REPLY_BYTES = 8 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 10_000;

/** A chat platform's HTTP API. */
export interface Platform {
  /** Begins every message of a fault, such as `lark "hr"`. */
  name: string;
  /** Without a slash at its end. */
  baseUrl: string;
  fetch: Fetch;
  secrets: SecretMask;
  /** Told of every call. */
  outbound?: OutboundObserver | undefined;
}

export interface PlatformRequest {
  /** Says in a fault what was tried, such as `send a message`. The address is never shown: hooks carry their key in it. */
  what: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base address; a whole address where a hook has its own. */
  url: string;
  headers?: Record<string, string>;
  /** Sent as JSON; bytes and forms as they are. */
  body?: unknown;
  /**
   * The same call twice does no more than once. Then a fault on the way is `channel_unreachable` (try again), else
   * `channel_unknown_outcome`. Default: true for GET and DELETE only.
   */
  repeatable?: boolean;
  /** Default 10,000. */
  timeoutMs?: number;
  signal: AbortSignal;
}

/** What the platform said, whatever the status; its codes are the caller's to judge. */
export interface PlatformAnswer {
  status: number;
  headers: Headers;
  /** The JSON object of the reply. */
  body: Record<string, unknown>;
  /** Of `Retry-After` or the platform's own reset header, in milliseconds. */
  retryAfterMs: number | undefined;
}

/**
 * Calls a platform and reads the JSON object it answers. Follows no redirect: the token would go along.
 * @throws AppError `channel_unreachable`, `channel_unknown_outcome`, `channel_limited`, `channel_unauthorised`,
 * `channel_rejected` (the last three only where the reply is no JSON object), `aborted`
 */
export async function callPlatform(platform: Platform, request: PlatformRequest): Promise<PlatformAnswer> {
  return counted(platform, request, async () => {
    const answer = await withReply(platform, request, async (response) => {
      const text = new TextDecoder().decode(await readBytes(platform, request, response, MAX_REPLY_BYTES));
      const body = parseObject(text);
      if (body === undefined) throw errorFromStatus(platform, request, response);
      const { status, headers } = response;
      return { status, headers, body, retryAfterMs: readRetryAfter(headers) };
    });
    return { result: answer, code: codeOf(answer) };
  });
}

/** A file, or what the platform said in its place. */
type Download = { kind: "bytes"; bytes: Uint8Array; mediaType: string } | { kind: "answer"; answer: PlatformAnswer };

/**
 * Downloads what a platform keeps (an image, a file); a JSON reply is a fault of the platform and comes back as such.
 * @throws AppError as `callPlatform`; `channel_rejected` when it is larger than `maxBytes`
 */
export async function downloadFromPlatform(
  platform: Platform,
  request: PlatformRequest,
  maxBytes: number,
): Promise<Download> {
  return counted(platform, request, async () => {
    const result = await withReply<Download>(platform, request, async (response) => {
      const mediaType = response.headers.get("content-type") ?? "application/octet-stream";
      if (response.ok && !mediaType.includes("json")) {
        return { kind: "bytes", bytes: await readBytes(platform, request, response, maxBytes), mediaType };
      }
      // The limit is for what was asked for, not for the platform's excuse.
      const body = parseObject(new TextDecoder().decode(await readBytes(platform, request, response, MAX_REPLY_BYTES)));
      if (body === undefined) throw errorFromStatus(platform, request, response);
      const { status, headers } = response;
      return { kind: "answer", answer: { status, headers, body, retryAfterMs: readRetryAfter(headers) } };
    });
    return { result, code: result.kind === "bytes" ? "200" : codeOf(result.answer) };
  });
}

/** Runs a call and tells how it ended. */
async function counted<T>(
  { outbound }: Platform,
  { what }: PlatformRequest,
  call: () => Promise<{ result: T; code: string }>,
): Promise<T> {
  try {
    const { result, code } = await call();
    outbound?.called({ api: what, code });
    return result;
  } catch (error) {
    outbound?.called({ api: what, code: isAppError(error) ? error.code : "bug" });
    throw error;
  }
}

/** The platform's own code: HTTP is 200 whatever it says. */
function codeOf({ status, body }: PlatformAnswer): string {
  const code = body["code"] ?? body["errcode"] ?? status;
  const text = typeof code === "string" || typeof code === "number" ? String(code) : "";
  return /^-?[\w.]{1,12}$/.test(text) ? text : "other";
}

/** A whole sentence about a call: what failed, on what, what to do; without secrets. */
export function describeFault(platform: Platform, request: Pick<PlatformRequest, "what">, fault: string): string {
  return platform.secrets.mask(`${platform.name}: could not ${request.what}: ${fault}`);
}

/** `Retry-After` (seconds or a date) or Lark's `x-ogw-ratelimit-reset` (seconds), in milliseconds; undefined if unreadable. */
export function readRetryAfter(headers: Headers): number | undefined {
  for (const name of ["x-ogw-ratelimit-reset", "retry-after"]) {
    const value = headers.get(name)?.trim();
    if (value !== undefined && /^\d{1,6}(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  }
  return undefined;
}

async function withReply<T>(
  platform: Platform,
  request: PlatformRequest,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const aborted = (): AppError => new AppError("aborted", describeFault(platform, request, "it was cancelled"));
  if (request.signal.aborted) throw aborted();
  const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const late = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([request.signal, late]);
  const isBytes = request.body instanceof Uint8Array || request.body instanceof FormData;
  try {
    const response = await platform.fetch(absoluteUrl(platform, request.url), {
      method: request.method,
      headers: {
        ...(request.body !== undefined && !isBytes && { "content-type": "application/json; charset=utf-8" }),
        ...request.headers,
      },
      ...(request.body !== undefined && { body: encodeBody(request.body) }),
      redirect: "manual",
      signal,
    });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      throw new AppError(
        "channel_rejected",
        describeFault(platform, request, "it answers with a redirect, which is not followed; check base_url"),
      );
    }
    return await read(response);
  } catch (error) {
    if (isAppError(error)) throw error;
    if (request.signal.aborted && isRepeatable(request)) throw aborted();
    throw unreachable(error, {
      describe: (fault) => describeFault(platform, request, fault),
      isRepeatable: isRepeatable(request),
      lateAfterMs: late.aborted ? timeoutMs : undefined,
    });
  }
}

/** The body, never more than `maxBytes` of it in memory. */
async function readBytes(
  platform: Platform,
  request: PlatformRequest,
  response: Response,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const piece = await reader?.read();
    if (piece === undefined || piece.done) return Buffer.concat(chunks);
    bytes += piece.value.byteLength;
    if (bytes > maxBytes) {
      await reader?.cancel();
      throw new AppError(
        "channel_rejected",
        describeFault(platform, request, `the reply is larger than ${maxBytes} bytes`),
      );
    }
    chunks.push(piece.value);
  }
}

/** What to make of a reply that is no JSON object: something stands between us and the platform, or it is down. */
function errorFromStatus(platform: Platform, request: PlatformRequest, response: Response): AppError {
  const { status } = response;
  const describe = (fault: string): string => describeFault(platform, request, `HTTP ${status}, ${fault}`);
  const retryAfterMs = readRetryAfter(response.headers);
  const wait = { retryable: true, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  if (status === 429) return new AppError("channel_limited", describe("too many calls; it is tried again later"), wait);
  if (status === 401 || status === 403) {
    return new AppError("channel_unauthorised", describe("access refused; check the secrets and base_url"));
  }
  if (status >= 400 && status < 500) return new AppError("channel_rejected", describe("refused; check base_url"));
  if (isRepeatable(request)) {
    return new AppError("channel_unreachable", describe("no readable reply; it is tried again later"), wait);
  }
  return new AppError("channel_unknown_outcome", describe("no readable reply; it may have been done nevertheless"));
}

function isRepeatable({ repeatable, method }: PlatformRequest): boolean {
  return repeatable ?? (method === "GET" || method === "DELETE");
}

function absoluteUrl({ baseUrl }: Platform, url: string): string {
  return /^https?:\/\//.test(url) ? url : baseUrl + url;
}

function encodeBody(body: unknown): NonNullable<RequestInit["body"]> {
  if (body instanceof FormData) return body;
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return JSON.stringify(body);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
