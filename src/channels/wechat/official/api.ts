import { AppError } from "../../../core/errors.ts";
import type { Clock } from "../../../core/runtime.ts";
import { callPlatform, describeFault, type Platform, type PlatformAnswer } from "../../call-platform.ts";
import { createPlatformToken, TOKEN_REFUSED, type IssuedToken } from "../../platform-token.ts";

/** The platform's API for an account that has its AppSecret configured. */
export interface OfficialApi {
  /** Sends a customer message. @throws AppError `channel_*` */
  sendText(reader: string, text: string, signal: AbortSignal): Promise<void>;
  /** Asks for an access token. @throws AppError `channel_*` */
  checkToken(signal: AbortSignal): Promise<void>;
}

const TOKEN_CODES = new Set([40001, 40014, 42001, 41001]);

const LIMITED = new Map([
  [-1, "the platform is busy"],
  [45009, "the day's quota of API calls is used up"],
  [45011, "too many API calls"],
]);

const UNAUTHORISED = new Map([
  [40013, "the AppID is wrong; check app_id"],
  [40125, "the AppSecret is wrong; check secret_env"],
  [40164, "this address is not on the account's list of allowed IP addresses; add it in the console"],
  [48001, "the account may not use the customer message API; verify the account, or leave secret_env out"],
  [50002, "the account is frozen"],
]);

const REJECTED = new Map([
  [40003, "the reader is unknown to this account"],
  [40007, "the platform refuses the message"],
  [45002, "the text is too long"],
  [45015, "the reader's last act is more than 48 hours ago"],
  [45047, "too many messages since the reader's last act"],
  [43004, "the reader does not follow the account any more"],
]);

export function createOfficialApi({
  platform,
  appId,
  secret,
  clock,
}: {
  platform: Platform;
  appId: string;
  secret: string;
  clock: Clock;
}): OfficialApi {
  const token = createPlatformToken({ name: platform.name, clock, request: () => requestToken() });

  async function requestToken(): Promise<IssuedToken> {
    const query = new URLSearchParams({ grant_type: "client_credential", appid: appId, secret });
    const what = "get an access token";
    // Several sends share it, so none of theirs may end it; the call has its own time limit.
    const { signal } = new AbortController();
    const answer = await callPlatform(platform, {
      what,
      method: "GET",
      url: `/cgi-bin/token?${query.toString()}`,
      signal,
    });
    const { access_token: issued, expires_in: seconds } = answer.body;
    if (typeof issued !== "string" || issued === "") throw refusal(platform, what, answer);
    platform.secrets.add(issued);
    return { token: issued, expiresInMs: (typeof seconds === "number" && seconds > 0 ? seconds : 7200) * 1000 };
  }

  return {
    sendText: (reader, text, signal) =>
      token.use(async (accessToken) => {
        const what = "send a customer message";
        const answer = await callPlatform(platform, {
          what,
          method: "POST",
          url: `/cgi-bin/message/custom/send?${new URLSearchParams({ access_token: accessToken }).toString()}`,
          body: { touser: reader, msgtype: "text", text: { content: text } },
          signal,
        });
        const { errcode } = answer.body;
        if (typeof errcode === "number" && TOKEN_CODES.has(errcode)) return TOKEN_REFUSED;
        if (errcode !== 0) throw refusal(platform, what, answer);
        return undefined;
      }, signal),
    checkToken: (signal) => token.use(() => Promise.resolve(undefined), signal),
  };
}

function refusal(platform: Platform, what: string, { status, body, retryAfterMs }: PlatformAnswer): AppError {
  const { errcode, errmsg } = body;
  const describe = (meaning: string): string => describeFault(platform, { what }, meaning);
  if (typeof errcode !== "number") {
    const fault = `HTTP ${status} without an errcode; check base_url`;
    return status >= 500
      ? new AppError("channel_unknown_outcome", describe(`${fault}; it may have been done nevertheless`))
      : new AppError("channel_rejected", describe(fault));
  }
  const limited = LIMITED.get(errcode);
  if (limited !== undefined) {
    return new AppError("channel_limited", describe(`${errcode}, ${limited}; it is tried again later`), {
      retryable: true,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  const unauthorised = UNAUTHORISED.get(errcode);
  if (unauthorised !== undefined) {
    return new AppError("channel_unauthorised", describe(`${errcode}, ${unauthorised}`));
  }
  const said = typeof errmsg === "string" ? errmsg.slice(0, 80) : "unknown";
  return new AppError("channel_rejected", describe(`${errcode}, ${REJECTED.get(errcode) ?? said}`));
}
