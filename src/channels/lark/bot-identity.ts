import { AppError } from "../../core/errors.ts";
import type { LarkApi } from "./api.ts";

/** Who we are in the chats of this app; ids of others are of this app only. */
export interface BotIdentity {
  openId: string;
  name: string;
  /** False while the app's bot is not released or turned off. */
  isActive: boolean;
}

/** `activate_status` of a bot that members can use. */
const ACTIVE = 2;

/** @throws AppError `channel_*`, `aborted` */
export async function fetchBotIdentity(api: LarkApi, signal: AbortSignal): Promise<BotIdentity> {
  const { body } = await api.demand({
    what: "learn who the bot is",
    method: "GET",
    path: "/open-apis/bot/v3/info",
    limitedAs: "bot-info",
    signal,
  });
  // Under `bot`, unlike everything else, which is under `data`.
  const { bot } = body;
  if (typeof bot === "object" && bot !== null && "open_id" in bot && typeof bot.open_id === "string") {
    const name = "app_name" in bot && typeof bot.app_name === "string" ? bot.app_name : "";
    const isActive = !("activate_status" in bot) || bot.activate_status === ACTIVE;
    return { openId: bot.open_id, name, isActive };
  }
  throw new AppError(
    "channel_rejected",
    "Lark does not say who the bot is; turn on the app's bot and publish a version",
  );
}
