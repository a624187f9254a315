import { z } from "zod";
import { attentionFields, corpusFields, gateFields, groupFields } from "./section-fields.ts";
import { oneOf, text, texts, variableName, webAddress, wholeNumber } from "./fields.ts";

/** Per-group changes: any key of [group], [attention], [gate] or [corpus], under its own name. */
const groupOverrideSchema = z.strictObject({
  id: text("Id of the group on the platform."),
  ...z.object({ ...groupFields, ...attentionFields, ...gateFields, ...corpusFields }).partial().shape,
});

const everyChannel = {
  name: z
    .string()
    .refine((value) => /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(value), { params: { rule: "channel-name" } })
    .meta({ description: "The {app} of its webhook address; unique." }),
  groups: texts('Group ids it listens to; ["*"] = all.').default(["*"]),
  group: z.array(groupOverrideSchema).default([]),
};

function callsOut(address: string) {
  return webAddress("Address of the platform.").default(address);
}

const LARK = "https://open.feishu.cn";
const WECOM = "https://qyapi.weixin.qq.com";

const wecomCallback = {
  token_env: variableName("Environment variable that holds the callback's Token."),
  encoding_aes_key_env: variableName("Environment variable that holds the callback's EncodingAESKey."),
  bot_name: text("The bot's name in the group, cut from the start of a line.").optional(),
  base_url: callsOut(WECOM),
};

/** One `[[channel]]` entry; the kind decides which keys it has. */
export const channelSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("lark"),
    ...everyChannel,
    app_id: text("App ID of the self-built app."),
    app_secret_env: variableName("Environment variable that holds the App Secret."),
    verification_token_env: variableName("Environment variable that holds the Verification Token.").optional(),
    encrypt_key_env: variableName("Environment variable that holds the Encrypt Key.").optional(),
    base_url: callsOut(LARK),
    mode: oneOf(["webhook", "websocket"], "How events arrive.").default("webhook"),
  }),
  z.strictObject({
    kind: z.literal("lark-hook"),
    ...everyChannel,
    hook_env: variableName("Environment variable that holds the whole hook address."),
    secret_env: variableName("Environment variable that holds the signing secret.").optional(),
    base_url: callsOut(LARK),
  }),
  z.strictObject({ kind: z.literal("wecom-bot"), ...everyChannel, ...wecomCallback }),
  z.strictObject({
    kind: z.literal("wecom-app"),
    ...everyChannel,
    ...wecomCallback,
    corp_id: text("Id of the company (CorpID)."),
    agent_id: wholeNumber(0, Number.MAX_SAFE_INTEGER, "id", "Id of the app (AgentId)."),
    secret_env: variableName("Environment variable that holds the app's Secret."),
  }),
  z.strictObject({
    kind: z.literal("wecom-hook"),
    ...everyChannel,
    key_env: variableName("Environment variable that holds the hook's key."),
    base_url: callsOut(WECOM),
  }),
  z.strictObject({
    kind: z.literal("wechat-official"),
    ...everyChannel,
    app_id: text("AppID of the official account."),
    token_env: variableName("Environment variable that holds the Token."),
    encoding_aes_key_env: variableName("Environment variable that holds the EncodingAESKey.").optional(),
    secret_env: variableName("Environment variable that holds the AppSecret.").optional(),
    base_url: callsOut("https://api.weixin.qq.com"),
  }),
  z.strictObject({
    kind: z.literal("wechat-wkteam"),
    ...everyChannel,
    base_url: webAddress("Address of the wkteam gateway."),
    account_env: variableName("Environment variable that holds the account."),
    password_env: variableName("Environment variable that holds the password."),
    callback_secret_env: variableName("Environment variable that holds the ?secret= of its callbacks."),
  }),
  z.strictObject({
    kind: z.literal("wechat-android"),
    ...everyChannel,
    suffix_env: variableName("Environment variable that holds the secret end of the callback address (>= 128 bits)."),
  }),
  z.strictObject({ kind: z.literal("console"), ...everyChannel }),
]);
