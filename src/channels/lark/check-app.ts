import type { ChannelFinding } from "../../core/channel.ts";
import { isAppError } from "../../core/errors.ts";
import type { LarkApi } from "./api.ts";
import { fetchBotIdentity } from "./bot-identity.ts";

/** `GET /open-apis/application/v6/scopes`: granted. */
const GRANTED = 1;

/** Any one of `scopes` does. */
const NEEDS: { scopes: string[]; status: "failed" | "warning"; without: string }[] = [
  {
    scopes: ["im:message:send_as_bot", "im:message"],
    status: "failed",
    without: "it cannot send anything",
  },
  {
    scopes: ["im:message.group_msg", "im:message.group_msg:readonly"],
    status: "warning",
    without: "it hears only the lines of a group that mention it, and nothing says so",
  },
  {
    scopes: ["im:message.group_at_msg:readonly", "im:message.group_at_msg", "im:message.group_msg"],
    status: "failed",
    without: "it does not even hear when it is mentioned in a group",
  },
  {
    scopes: ["im:message.p2p_msg:readonly", "im:message.p2p_msg"],
    status: "warning",
    without: "it cannot be asked in a direct chat",
  },
  { scopes: ["cardkit:card:write"], status: "warning", without: "answers appear whole instead of growing" },
  {
    scopes: ["im:message.reactions:write_only", "im:message"],
    status: "warning",
    without: "it cannot show that it is at work",
  },
];

/** What `doctor` says about an app. @throws only what is no fault of the platform */
export async function checkApp(
  api: LarkApi,
  { signal, callbackFindings }: { signal: AbortSignal; callbackFindings: ChannelFinding[] },
): Promise<ChannelFinding[]> {
  const identity = await checkIdentity(api, signal);
  const isIn = identity.every(({ what, status }) => what !== "token" || status === "ok");
  return [...identity, ...(isIn ? await checkScopes(api, signal) : []), ...callbackFindings];
}

async function checkIdentity(api: LarkApi, signal: AbortSignal): Promise<ChannelFinding[]> {
  try {
    const { name, openId, isActive } = await fetchBotIdentity(api, signal);
    return [
      { what: "token", status: "ok", detail: "The platform accepts the app's id and secret.", remedy: "" },
      isActive
        ? { what: "identity", status: "ok", detail: `The bot is called ${name} (${openId}).`, remedy: "" }
        : {
            what: "identity",
            status: "warning",
            detail: `The bot ${name} (${openId}) is not active.`,
            remedy: "Turn on the app's bot, publish a version and have it approved.",
          },
    ];
  } catch (error) {
    if (!isAppError(error)) throw error;
    // Without a bot there is a token nevertheless.
    const what = error.code === "channel_rejected" ? "identity" : "token";
    const remedy =
      error.code === "channel_unauthorised"
        ? "Compare app_id and the variable of app_secret_env with the developer console, Credentials & Basic Info."
        : "Check base_url (open.feishu.cn or open.larksuite.com), the network and the app's bot.";
    return [{ what, status: "failed", detail: error.message, remedy }];
  }
}

async function checkScopes(api: LarkApi, signal: AbortSignal): Promise<ChannelFinding[]> {
  const remedy = "Add it under Permissions & Scopes and publish a new version; until then the platform is just silent.";
  try {
    const { data } = await api.demand({
      what: "read the app's permissions",
      method: "GET",
      path: "/open-apis/application/v6/scopes",
      limitedAs: "scopes",
      signal,
    });
    const granted = grantedScopes(data["scopes"]);
    const missing = NEEDS.filter(({ scopes }) => !scopes.some((scope) => granted.has(scope)));
    if (missing.length === 0) {
      return [{ what: "scope", status: "ok", detail: "All permissions are granted.", remedy: "" }];
    }
    return missing.map(({ scopes, status, without }) => ({
      what: "scope",
      status,
      detail: `The permission ${scopes[0] ?? ""} is missing: ${without}.`,
      remedy,
    }));
  } catch (error) {
    if (!isAppError(error)) throw error;
    const names = NEEDS.map(({ scopes }) => scopes[0]).join(", ");
    return [
      {
        what: "scope",
        status: "skipped",
        detail: `The permissions could not be read: ${error.message}`,
        remedy: `See for yourself under Permissions & Scopes that these are granted: ${names}.`,
      },
    ];
  }
}

function grantedScopes(list: unknown): Set<string> {
  const granted = new Set<string>();
  for (const item of Array.isArray(list) ? list : []) {
    if (typeof item !== "object" || item === null) continue;
    const scope: unknown = Reflect.get(item, "scope_name");
    if (typeof scope === "string" && Reflect.get(item, "grant_status") === GRANTED) granted.add(scope);
  }
  return granted;
}
