import type { Channel, Intake, OutboundObserver, WebhookReply } from "../../core/channel.ts";
import { AppError, errorMessage } from "../../core/errors.ts";
import type { Clock, Fetch, Logger } from "../../core/runtime.ts";
import { createSecretMask } from "../secret-mask.ts";
import { createSendLimit } from "../send-limit.ts";
import { sendParts } from "../send-parts.ts";
import { withSources } from "../source-list.ts";
import { splitMarkdown } from "../split-markdown.ts";
import { createWecomCrypto } from "../wecom-crypto.ts";
import { createAppApi, DUPLICATE_CHECK_S } from "./app-api.ts";
import { decodeAppCallback, WECOM_APP } from "./decode-app.ts";
import { openCallback, readXmlEncrypt } from "./verify.ts";

const MAX_MESSAGE_BYTES = 2048;

/** What one member gets beyond these is dropped by WeCom without a word. */
const MEMBER_WINDOWS = [
  { max: 30, windowMs: 60_000 },
  { max: 1000, windowMs: 3_600_000 },
];

/** Less than the platform's own check, whose clock starts when the message arrives there. */
const REPEATABLE_MS = (DUPLICATE_CHECK_S - 10) * 1000;

export interface WecomAppOptions {
  /** As in the config. */
  name: string;
  /** Such as `https://qyapi.weixin.qq.com`. */
  baseUrl: string;
  corpId: string;
  agentId: number;
  botName?: string | undefined;
  secrets: { token: string; encodingAesKey: string; secret: string };
  fetch: Fetch;
  /** Told of every call. */
  outbound?: OutboundObserver | undefined;
  clock: Clock;
  logger: Logger;
}

/**
 * A self-built app of WeCom: members write to it one by one, it answers by the message API.
 * @throws AppError `config_invalid` for an EncodingAESKey that is none
 */
export function createWecomAppChannel(options: WecomAppOptions): Channel {
  const { name, baseUrl, corpId, agentId, botName, fetch, outbound, clock, logger } = options;
  const { token, encodingAesKey, secret } = options.secrets;
  const title = `${WECOM_APP} "${name}"`;
  const crypto = createWecomCrypto({ name: title, token, encodingAesKey, receiveId: corpId });
  const secrets = createSecretMask([token, encodingAesKey, secret]);
  const platform = { name: title, baseUrl: baseUrl.replace(/\/+$/, ""), fetch, secrets, outbound };
  const api = createAppApi({ platform, clock, corpId, agentId, secret });
  const limit = createSendLimit({ windows: MEMBER_WINDOWS, clock });
  let intake: Intake | undefined;

  const refuse = (status: number, why: string): WebhookReply => {
    logger.warn("wecom.callback.refused", { channel: name, status, why });
    return { status };
  };

  return {
    name,
    kind: WECOM_APP,
    abilities: { hearsEverything: false, sendsOnce: false, resumesSends: true, recalls: true, takesFeedback: false },
    start: async (handIn) => {
      intake = handIn;
    },
    stop: async () => {
      intake = undefined;
    },
    receive: async (request) => {
      if (intake === undefined) return { status: 503 };
      const opened = openCallback(request, crypto, readXmlEncrypt);
      if (opened.kind === "refused") return refuse(opened.status, opened.why);
      if (opened.kind === "echo") return { status: 200, contentType: "text/plain; charset=utf-8", body: opened.text };
      const event = decodeAppCallback(opened.text, { app: name, agentId, botName, nowMs: clock.now() });
      if (event.kind === "malformed") return refuse(400, "malformed");
      if (event.kind === "nothing") {
        logger.debug("wecom.callback.ignored", { channel: name, why: event.why });
        return ACK;
      }
      try {
        await intake({ kind: "message", message: event.message });
        return ACK;
      } catch (error) {
        logger.error("wecom.callback.not_taken", { channel: name, error: errorMessage(error) });
        return { status: 503 };
      }
    },
    send: async (post, progress, signal) => {
      const userId = post.target.conversation.id;
      if (post.target.conversation.kind !== "direct" || userId.includes("|") || userId.startsWith("@")) {
        throw new AppError("channel_rejected", `${title}: an app can only write to single members, not to groups`);
      }
      return sendParts({
        name: title,
        parts: splitMarkdown(withSources(post.markdown, post.citations), { maxBytes: MAX_MESSAGE_BYTES }),
        progress,
        now: () => clock.now(),
        repeatableMs: REPEATABLE_MS,
        send: (content, begin) =>
          limit.run(
            userId,
            async () => {
              await begin();
              return api.sendMessage({ userId, content, kind: kindOf(content) }, signal);
            },
            signal,
          ),
      });
    },
    recall: async (_target, messageIds, signal) => {
      for (const messageId of messageIds) await api.recallMessage(messageId, signal);
    },
    check: (signal) => api.check(signal),
  };
}

/** Markdown cannot be read inside WeChat, so that plain sentences go as text. */
function kindOf(content: string): "text" | "markdown" {
  return /[*_`#>|[\]]/.test(content) ? "markdown" : "text";
}

const ACK: WebhookReply = { status: 200, contentType: "text/plain; charset=utf-8", body: "" };
