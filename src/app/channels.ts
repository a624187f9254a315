import type { LoadedConfig } from "../config/load.ts";
import type { Channel, ChannelEvent, Intake, OutboundObserver } from "../core/channel.ts";
import { AppError } from "../core/errors.ts";
import type { Fetch, Logger } from "../core/runtime.ts";
import type { Store } from "../core/store.ts";
import { systemClock } from "./runtime.ts";

export type ChannelSettings = LoadedConfig["config"]["channel"][number];

export interface ChannelParts {
  /** Value of a variable; undefined when unset. */
  secret: (variable: string) => string | undefined;
  /** Where platforms reach us. */
  publicUrl: string | undefined;
  fetch: Fetch;
  logger: Logger;
  store: Pick<Store, "putNote" | "note" | "notes">;
  /** Told of the calls of a kind of channel; absent where nobody counts. */
  outbound?: (kind: string) => OutboundObserver;
  /** Shows what the console channel says. */
  write: (text: string) => void;
}

/**
 * Makes the channel of a `[[channel]]` entry; only its own room is loaded.
 * @throws AppError `config_invalid` for a secret that is unset or not fit for its use; never with the secret in it
 */
export async function createChannel(settings: ChannelSettings, parts: ChannelParts): Promise<Channel> {
  const { secret, fetch, logger, store } = parts;
  const { name } = settings;
  const need = (variable: string): string => {
    const value = secret(variable);
    if (value !== undefined && value.trim() !== "") return value;
    throw new AppError("config_invalid", `[[channel]] "${name}": the variable ${variable} is not set`);
  };
  const wish = (variable: string | undefined): string | undefined =>
    variable === undefined ? undefined : need(variable);
  const outbound = parts.outbound?.(settings.kind);
  const common = { name, fetch, clock: systemClock, logger, outbound };
  switch (settings.kind) {
    case "lark": {
      const { createLarkChannel } = await import("../channels/lark/channel.ts");
      return createLarkChannel({
        ...common,
        appId: settings.app_id,
        appSecret: need(settings.app_secret_env),
        verificationToken: wish(settings.verification_token_env),
        encryptKey: wish(settings.encrypt_key_env),
        baseUrl: settings.base_url,
        mode: settings.mode,
      });
    }
    case "lark-hook": {
      const { createLarkHookChannel } = await import("../channels/lark-hook/channel.ts");
      const { hook_env, secret_env, base_url: baseUrl } = settings;
      return createLarkHookChannel({ ...common, hook: need(hook_env), secret: wish(secret_env), baseUrl });
    }
    case "wecom-bot": {
      const { createWecomBotChannel } = await import("../channels/wecom/bot-channel.ts");
      const secrets = { token: need(settings.token_env), encodingAesKey: need(settings.encoding_aes_key_env) };
      return createWecomBotChannel({ ...common, baseUrl: settings.base_url, botName: settings.bot_name, secrets });
    }
    case "wecom-app": {
      const { createWecomAppChannel } = await import("../channels/wecom/app-channel.ts");
      return createWecomAppChannel({
        ...common,
        baseUrl: settings.base_url,
        botName: settings.bot_name,
        corpId: settings.corp_id,
        agentId: settings.agent_id,
        secrets: {
          token: need(settings.token_env),
          encodingAesKey: need(settings.encoding_aes_key_env),
          secret: need(settings.secret_env),
        },
      });
    }
    case "wecom-hook": {
      const { createWecomHookChannel } = await import("../channels/wecom/hook-channel.ts");
      return createWecomHookChannel({
        ...common,
        baseUrl: settings.base_url,
        secrets: { key: need(settings.key_env) },
      });
    }
    case "wechat-official": {
      const { createOfficialChannel } = await import("../channels/wechat/official/channel.ts");
      return createOfficialChannel({
        ...common,
        appId: settings.app_id,
        token: need(settings.token_env),
        encodingAesKey: wish(settings.encoding_aes_key_env),
        secret: wish(settings.secret_env),
        baseUrl: settings.base_url,
      });
    }
    case "wechat-wkteam": {
      const { createWkteamChannel } = await import("../channels/wechat/wkteam/channel.ts");
      return createWkteamChannel({
        ...common,
        baseUrl: settings.base_url,
        account: need(settings.account_env),
        password: need(settings.password_env),
        callbackSecret: need(settings.callback_secret_env),
        publicUrl: parts.publicUrl,
        groups: settings.groups,
        notes: store,
      });
    }
    case "wechat-android": {
      const { createAndroidChannel } = await import("../channels/wechat/android/channel.ts");
      const { suffix_env, groups } = settings;
      return createAndroidChannel({ ...common, suffix: need(suffix_env), groups, notes: store });
    }
    case "console": {
      const { createConsoleChannel } = await import("../channels/console/channel.ts");
      return createConsoleChannel({ ...common, write: parts.write });
    }
  }
}

/** An intake that puts the channel's configured name where its kind stood, so that two of a kind are two places. */
export function namedIntake(name: string, intake: Intake): Intake {
  return (event) => intake(named(name, event));
}

function named(channel: string, event: ChannelEvent): ChannelEvent {
  switch (event.kind) {
    case "message":
      return { ...event, message: { ...event.message, channel } };
    case "recalled":
      return { ...event, channel };
    case "feedback":
      return { ...event, feedback: { ...event.feedback, channel } };
  }
}
