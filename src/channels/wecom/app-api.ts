import type { ChannelFinding } from "../../core/channel.ts";
import { AppError, errorMessage } from "../../core/errors.ts";
import type { Clock } from "../../core/runtime.ts";
import { describeFault, type Platform, type PlatformRequest } from "../call-platform.ts";
import { createPlatformToken, TOKEN_REFUSED } from "../platform-token.ts";
import { assertOk, callWecom, isTokenRefused } from "./api-faults.ts";
import { agentReplySchema, sendReplySchema, tokenReplySchema, type ApiReply } from "./api-types.ts";

/** How long WeCom shows the same text to the same member only once, in seconds. */
export const DUPLICATE_CHECK_S = 60;

export interface AppApi {
  /** Sends to one member; resolves with the id to withdraw it by. @throws AppError `channel_*` */
  sendMessage(message: AppMessage, signal: AbortSignal): Promise<string | undefined>;
  recallMessage(messageId: string, signal: AbortSignal): Promise<void>;
  check(signal: AbortSignal): Promise<ChannelFinding[]>;
}

export interface AppMessage {
  userId: string;
  content: string;
  kind: "text" | "markdown";
}

/** The calls of a self-built app, with its access token. */
export function createAppApi({
  platform,
  clock,
  corpId,
  agentId,
  secret,
}: {
  platform: Platform;
  clock: Clock;
  corpId: string;
  agentId: number;
  secret: string;
}): AppApi {
  const token = createPlatformToken({
    name: platform.name,
    clock,
    request: async () => {
      const request: PlatformRequest = {
        what: "get an access token",
        method: "GET",
        url: `/cgi-bin/gettoken?${new URLSearchParams({ corpid: corpId, corpsecret: secret }).toString()}`,
        signal: new AbortController().signal,
      };
      const reply = await callWecom(platform, request);
      assertOk(platform, request, reply);
      const parsed = tokenReplySchema.safeParse(reply);
      if (!parsed.success)
        throw new AppError("channel_rejected", describeFault(platform, request, "no token in the reply"));
      platform.secrets.add(parsed.data.access_token);
      return { token: parsed.data.access_token, expiresInMs: parsed.data.expires_in * 1000 };
    },
  });

  const call = async (path: string, request: Omit<PlatformRequest, "url">): Promise<ApiReply> => {
    const reply = await token.use(async (accessToken) => {
      const separator = path.includes("?") ? "&" : "?";
      const url = `${path}${separator}access_token=${encodeURIComponent(accessToken)}`;
      const answer = await callWecom(platform, { ...request, url });
      return isTokenRefused(answer) ? TOKEN_REFUSED : answer;
    }, request.signal);
    assertOk(platform, request, reply);
    return reply;
  };

  return {
    sendMessage: async ({ userId, content, kind }, signal) => {
      const what = "send a message";
      const body = {
        touser: userId,
        msgtype: kind,
        agentid: agentId,
        [kind]: { content },
        safe: 0,
        enable_duplicate_check: 1,
        duplicate_check_interval: DUPLICATE_CHECK_S,
      };
      const reply = await call("/cgi-bin/message/send", { what, method: "POST", body, signal });
      const sent = sendReplySchema.safeParse(reply);
      const { invaliduser, unlicenseduser, msgid } = sent.success ? sent.data : {};
      // errcode is 0 nevertheless, and the member sees nothing.
      if (isPresent(invaliduser) || isPresent(unlicenseduser)) {
        const fault =
          "the member is outside of the app's visible range or has no licence; mend it in the admin console";
        throw new AppError("channel_rejected", describeFault(platform, { what }, fault));
      }
      return msgid ?? undefined;
    },
    recallMessage: async (messageId, signal) => {
      const request = { what: "withdraw a message", method: "POST" as const, body: { msgid: messageId } };
      await call("/cgi-bin/message/recall", { ...request, repeatable: true, signal });
    },
    check: async (signal) => {
      try {
        const reply = await call(`/cgi-bin/agent/get?agentid=${agentId}`, {
          what: "look at the app",
          method: "GET",
          signal,
        });
        const agent = agentReplySchema.safeParse(reply);
        const appName = agent.success ? (agent.data.name ?? "") : "";
        const isOff = agent.success && agent.data.close === 1;
        return [
          { what: "token", status: "ok", detail: "corp id and secret are accepted", remedy: "" },
          isOff
            ? {
                what: "identity",
                status: "failed",
                detail: `the app ${appName} is switched off`,
                remedy: "switch it on",
              }
            : { what: "identity", status: "ok", detail: `app ${agentId} is ${appName}`, remedy: "" },
        ];
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return [{ what: "token", status: "failed", detail: errorMessage(error), remedy: REMEDY }];
      }
    },
  };
}

const REMEDY = "compare corp_id, agent_id and the secret with the app's page, and add this server to its trusted IPs";

function isPresent(value: string | null | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}
