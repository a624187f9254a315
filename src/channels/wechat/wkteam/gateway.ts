import { AppError, isAppError } from "../../../core/errors.ts";
import type { Clock } from "../../../core/runtime.ts";
import { callPlatform, describeFault, type Platform, type PlatformAnswer } from "../../call-platform.ts";
import { createPlatformToken, TOKEN_REFUSED } from "../../platform-token.ts";
import { markLongNumbers, writeExactJson } from "./exact-json.ts";

export interface WkteamCall {
  /** Says in a fault what was tried. */
  what: string;
  path: string;
  body: Record<string, unknown>;
  /** As in `PlatformRequest`; default false. */
  repeatable?: boolean;
  /** A refusal says nothing about the Authorization: it is not renewed. Default false. */
  refusalIsAnswer?: boolean;
  timeoutMs?: number;
  signal: AbortSignal;
}

/** The gateway's API, behind its Authorization. */
export interface WkteamGateway {
  /**
   * Returns the `data` of the reply (with marked long numbers), an empty object where there is none.
   * @throws AppError `channel_unreachable` (retryable) for a `code` other than "1000", also with a new Authorization;
   * `channel_unknown_outcome`; others as `callPlatform`
   */
  call(call: WkteamCall): Promise<Record<string, unknown>>;
  /** Logs in. @throws AppError `channel_*` */
  logIn(signal: AbortSignal): Promise<void>;
}

/** The one code of success: a string. */
const SUCCESS = "1000";

export function createWkteamGateway({
  platform: given,
  account,
  password,
  clock,
}: {
  platform: Platform;
  account: string;
  password: string;
  clock: Clock;
}): WkteamGateway {
  const platform: Platform = { ...given, fetch: async (url, init) => withLongNumbers(await given.fetch(url, init)) };
  const authorization = createPlatformToken({
    name: platform.name,
    clock,
    request: async () => {
      const what = "log in";
      const { signal } = new AbortController();
      const answer = await post({ what, path: "/member/login", body: { account, password }, repeatable: true, signal });
      const data = dataOf(answer);
      const issued = data?.["Authorization"];
      if (typeof issued !== "string" || issued === "") throw refusal(what, answer);
      platform.secrets.add(issued);
      // It is good until the gateway says otherwise.
      return { token: issued, expiresInMs: Number.MAX_SAFE_INTEGER };
    },
  });

  function post(call: WkteamCall, headers: Record<string, string> = {}): Promise<PlatformAnswer> {
    return callPlatform(platform, {
      what: call.what,
      method: "POST",
      url: call.path,
      headers: { "content-type": "application/json; charset=utf-8", ...headers },
      body: Buffer.from(writeExactJson(call.body)),
      signal: call.signal,
      ...(call.repeatable !== undefined && { repeatable: call.repeatable }),
      ...(call.timeoutMs !== undefined && { timeoutMs: call.timeoutMs }),
    });
  }

  function refusal(what: string, { status, body }: PlatformAnswer): AppError {
    const code = typeof body["code"] === "string" || typeof body["code"] === "number" ? String(body["code"]) : "none";
    const said = typeof body["message"] === "string" ? body["message"].slice(0, 80) : "";
    const fault = `HTTP ${status}, code ${code.slice(0, 16)} ${said}`.trimEnd();
    return new AppError("channel_unreachable", describeFault(platform, { what }, `${fault}; it is tried again`), {
      retryable: true,
    });
  }

  return {
    call: (call) => {
      let isRenewed = call.refusalIsAnswer ?? false;
      const once = async (token: string): Promise<Record<string, unknown> | typeof TOKEN_REFUSED> => {
        try {
          const answer = await post(call, { authorization: token });
          const data = dataOf(answer);
          if (data !== undefined) return data;
          // A gateway that fails on the way may have done it; one that says a code has not.
          if (answer.status >= 500 && call.repeatable !== true) {
            const fault = `HTTP ${answer.status}; it may have been done nevertheless`;
            throw new AppError("channel_unknown_outcome", describeFault(platform, call, fault));
          }
          if (isRenewed) throw refusal(call.what, answer);
        } catch (error) {
          if (isRenewed || !isAppError(error, "channel_unauthorised")) throw error;
        }
        isRenewed = true;
        return TOKEN_REFUSED;
      };
      return authorization.use(once, call.signal);
    },
    logIn: (signal) => authorization.use(() => Promise.resolve(undefined), signal),
  };
}

/** The data of a success; undefined for anything else. */
function dataOf({ status, body }: PlatformAnswer): Record<string, unknown> | undefined {
  if (status < 200 || status >= 300 || body["code"] !== SUCCESS) return undefined;
  return isObject(body["data"]) ? body["data"] : {};
}

async function withLongNumbers(response: Response): Promise<Response> {
  // Only what may hold a body can be made anew.
  if (response.status !== 200) return response;
  const { status, headers } = response;
  return new Response(markLongNumbers(await response.text()), {
    status,
    headers: { "content-type": headers.get("content-type") ?? "" },
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
