import type { OutboundObserver } from "../../core/channel.ts";
import { AppError, isAppError } from "../../core/errors.ts";
import type { Clock, Fetch } from "../../core/runtime.ts";
import {
  callPlatform,
  describeFault,
  downloadFromPlatform,
  type Platform,
  type PlatformAnswer,
  type PlatformRequest,
} from "../call-platform.ts";
import { createPlatformToken, TOKEN_REFUSED, type IssuedToken } from "../platform-token.ts";
import type { SecretMask } from "../secret-mask.ts";
import { createSendLimit } from "../send-limit.ts";
import { errorFromRefusal, readRefusal, TOKEN_CODES, type LarkRefusal } from "./error-codes.ts";

/** How often a call that Lark found too frequent is made, in all. */
const MAX_ATTEMPTS = 4;
const FIRST_BACKOFF_MS = 1000;
/** A longer wait is the caller's to decide about. */
const MAX_WAIT_MS = 30_000;

export interface LarkRequest {
  /** Says in a fault what was tried, such as `send a message`. */
  what: string;
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base address. */
  path: string;
  body?: unknown;
  /** Where a message goes to: Lark takes five a second to a chat. */
  chatId?: string;
  /** What Lark counts calls by, such as `reply`. */
  limitedAs: string;
  /** Default 10,000. */
  timeoutMs?: number;
  signal: AbortSignal;
}

export type LarkResult =
  | { kind: "done"; data: Record<string, unknown>; body: Record<string, unknown> }
  | { kind: "refused"; refusal: LarkRefusal; error: AppError };

/** Lark's HTTP API with token, limits and patience. */
export interface LarkApi {
  /**
   * Makes a call that may be made twice (all of ours may: messages carry a uuid, changes of a card a sequence). Waits
   * for Lark's limits; what it refuses nevertheless is a result.
   * @throws AppError `channel_unreachable` (surely not done), `channel_unknown_outcome` (retryable), `channel_rejected`,
   * `channel_unauthorised`, `channel_limited`, `aborted`
   */
  call(request: LarkRequest): Promise<LarkResult>;
  /** The same where a refusal is a fault. @throws AppError `channel_*`, `aborted` */
  demand(request: LarkRequest): Promise<{ data: Record<string, unknown>; body: Record<string, unknown> }>;
  /** What a member sent: an image or a file. @throws AppError `channel_*`, `aborted` */
  download(
    resource: { messageId: string; key: string; type: "image" | "file" },
    options: { maxBytes: number; signal: AbortSignal },
  ): Promise<{ bytes: Uint8Array; mediaType: string }>;
}

export interface LarkApiOptions {
  /** Begins every message of a fault, such as `lark "hr"`. */
  name: string;
  baseUrl: string;
  appId: string;
  appSecret: string;
  fetch: Fetch;
  /** Told of every call. */
  outbound?: OutboundObserver | undefined;
  clock: Clock;
  secrets: SecretMask;
}

export function createLarkApi(options: LarkApiOptions): LarkApi {
  const { name, clock, fetch, secrets, outbound } = options;
  const platform: Platform = { name, baseUrl: options.baseUrl.replace(/\/+$/, ""), fetch, secrets, outbound };
  const token = createPlatformToken({ name, clock, request: () => requestToken(platform, options) });
  const chatLimit = createSendLimit({ windows: [{ max: 5, windowMs: 1000 }], clock });
  const apiLimit = createSendLimit({
    windows: [
      { max: 50, windowMs: 1000 },
      { max: 1000, windowMs: 60_000 },
    ],
    clock,
  });

  const callOnce = (request: LarkRequest): Promise<LarkResult> =>
    token.use(async (value) => {
      const answer = await callRepeatably(platform, {
        what: request.what,
        method: request.method,
        url: request.path,
        headers: { authorization: `Bearer ${value}` },
        ...(request.body !== undefined && { body: request.body }),
        repeatable: false,
        ...(request.timeoutMs !== undefined && { timeoutMs: request.timeoutMs }),
        signal: request.signal,
      });
      const refusal = readRefusal(answer);
      if (refusal === undefined) return { kind: "done", data: objectOf(answer.body["data"]), body: answer.body };
      if (TOKEN_CODES.has(refusal.code)) return TOKEN_REFUSED;
      const error = errorFromRefusal(refusal, (fault) => describeFault(platform, request, fault));
      return { kind: "refused", refusal, error };
    }, request.signal);

  const callWithinLimits = (request: LarkRequest): Promise<LarkResult> => {
    const { chatId, limitedAs, signal } = request;
    const callApi = (): Promise<LarkResult> => apiLimit.run(limitedAs, () => callOnce(request), signal);
    return chatId === undefined ? callApi() : chatLimit.run(chatId, callApi, signal);
  };

  const call = async (request: LarkRequest): Promise<LarkResult> => {
    for (let attempt = 1; ; attempt += 1) {
      const result = await callWithinLimits(request);
      const waitMs = result.kind === "refused" ? waitBeforeRetry(result.refusal, attempt) : undefined;
      if (waitMs === undefined) return result;
      outbound?.retried();
      await sleep(clock, waitMs, request.signal);
    }
  };

  return {
    call,
    async demand(request) {
      const result = await call(request);
      if (result.kind === "refused") throw result.error;
      return result;
    },
    async download({ messageId, key, type }, { maxBytes, signal }) {
      const what = "download what a member sent";
      const path = `/open-apis/im/v1/messages/${encodeURIComponent(messageId)}/resources/${encodeURIComponent(key)}`;
      return token.use(async (value) => {
        const result = await downloadFromPlatform(
          platform,
          { what, method: "GET", url: `${path}?type=${type}`, headers: { authorization: `Bearer ${value}` }, signal },
          maxBytes,
        );
        if (result.kind === "bytes") return result;
        const refusal = readRefusal(result.answer);
        if (refusal !== undefined && TOKEN_CODES.has(refusal.code)) return TOKEN_REFUSED;
        const describe = (fault: string): string => describeFault(platform, { what }, fault);
        if (refusal !== undefined) throw errorFromRefusal(refusal, describe);
        throw new AppError("channel_rejected", describe("it is no file"));
      }, signal);
    },
  };
}

/** Undefined when it is not to be tried again here. */
function waitBeforeRetry({ kind, retryAfterMs }: LarkRefusal, attempt: number): number | undefined {
  if ((kind !== "limited" && kind !== "busy" && kind !== "open") || attempt >= MAX_ATTEMPTS) return undefined;
  const waitMs = retryAfterMs ?? FIRST_BACKOFF_MS * 2 ** (attempt - 1);
  return waitMs <= MAX_WAIT_MS ? waitMs : undefined;
}

/** A fault on the way leaves open what became of the call, but it may be made again. */
async function callRepeatably(platform: Platform, request: PlatformRequest): Promise<PlatformAnswer> {
  try {
    return await callPlatform(platform, request);
  } catch (error) {
    if (!isAppError(error, "channel_unknown_outcome")) throw error;
    throw new AppError("channel_unknown_outcome", error.message, { retryable: true });
  }
}

async function requestToken(platform: Platform, { appId, appSecret }: LarkApiOptions): Promise<IssuedToken> {
  const request = {
    what: "get an access token",
    method: "POST",
    url: "/open-apis/auth/v3/tenant_access_token/internal",
    body: { app_id: appId, app_secret: appSecret },
    repeatable: true,
    // Several callers wait for it, so it belongs to none of them.
    signal: new AbortController().signal,
  } as const;
  const answer = await callPlatform(platform, request);
  const describe = (fault: string): string => describeFault(platform, request, fault);
  const refusal = readRefusal(answer);
  if (refusal !== undefined) {
    const isPassing = refusal.kind === "limited" || refusal.kind === "open";
    // Whatever else it says, it will not let us in with this id and secret.
    throw errorFromRefusal(isPassing ? refusal : { ...refusal, kind: "unauthorised" }, describe);
  }
  const { tenant_access_token: token, expire } = answer.body;
  if (typeof token !== "string" || typeof expire !== "number") {
    throw new AppError("channel_rejected", describe("the reply has no token; check base_url"));
  }
  platform.secrets.add(token);
  return { token, expiresInMs: expire * 1000 };
}

async function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (signal.aborted) throw new AppError("aborted", "the call was cancelled while it waited for Lark's limits");
    throw error;
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
