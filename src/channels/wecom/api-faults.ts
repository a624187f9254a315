import { AppError } from "../../core/errors.ts";
import { callPlatform, describeFault, type Platform, type PlatformRequest } from "../call-platform.ts";
import { apiReplySchema, type ApiReply } from "./api-types.ts";

/** The token is wrong or has run out. */
const TOKEN_CODES = new Set([40_001, 40_014, 42_001]);

/** Too often; members, API or IP. */
const LIMIT_CODES = new Set([45_009, 45_033, 45_011]);

/** What the owner has to mend before anything can work. */
const REMEDIES: Readonly<Record<number, string>> = {
  40_001: "the secret is wrong; copy it again from the app's page",
  40_013: "the corp id is wrong; check corp_id",
  40_056: "there is no app with this id; check agent_id",
  40_091: "the secret is wrong; copy it again from the app's page",
  48_002: "the app may not call this API; check its permissions",
  60_020: "this server's IP address is not among the app's trusted ones; add it in the admin console",
  93_000: "the hook's key is wrong or the robot was removed; copy the hook's address again",
  301_002: "the secret belongs to another app than agent_id; check both",
};

const RETRY_AFTER_MS = 60_000;

/** Calls the API and reads its reply; a reply without `errcode` is not of WeCom. @throws AppError `channel_*` */
export async function callWecom(platform: Platform, request: PlatformRequest): Promise<ApiReply> {
  const { body, status } = await callPlatform(platform, request);
  const reply = apiReplySchema.safeParse(body);
  if (reply.success) return reply.data;
  throw new AppError(
    "channel_rejected",
    describeFault(platform, request, `HTTP ${status} without an errcode, which is not WeCom; check base_url`),
  );
}

/** Whether the access token has to be asked for again. */
export function isTokenRefused({ errcode }: ApiReply): boolean {
  return TOKEN_CODES.has(errcode);
}

/** @throws AppError when the reply says that the call failed: HTTP was 200 all the same */
export function assertOk(platform: Platform, request: Pick<PlatformRequest, "what">, reply: ApiReply): void {
  const { errcode, errmsg } = reply;
  if (errcode === 0) return;
  const describe = (fault: string): string => describeFault(platform, request, `errcode ${errcode}, ${fault}`);
  if (LIMIT_CODES.has(errcode)) {
    throw new AppError("channel_limited", describe("too many calls; it is tried again later"), {
      retryable: true,
      retryAfterMs: RETRY_AFTER_MS,
    });
  }
  if (errcode === -1) {
    throw new AppError("channel_unreachable", describe("WeCom is busy; it is tried again later"), { retryable: true });
  }
  const remedy = REMEDIES[errcode];
  if (remedy !== undefined) throw new AppError("channel_unauthorised", describe(remedy));
  throw new AppError("channel_rejected", describe(`refused: ${(errmsg ?? "without a reason").slice(0, 200)}`));
}
