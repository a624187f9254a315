import type { Channel, ChannelFinding, Intake, OutboundObserver, Post, WebhookReply } from "../../../core/channel.ts";
import { AppError, isAppError } from "../../../core/errors.ts";
import type { Clock, Fetch, Logger } from "../../../core/runtime.ts";
import { createSecretMask } from "../../secret-mask.ts";
import { sendParts } from "../../send-parts.ts";
import { withSources } from "../../source-list.ts";
import { createWecomCrypto } from "../../wecom-crypto.ts";
import { createOfficialApi } from "./api.ts";
import { decodeOfficialCallback } from "./decode.ts";
import { EMPTY_REPLY, encodeOneText, encodePassiveReply, encodeTexts } from "./encode.ts";
import { createPassiveReplies } from "./passive-replies.ts";
import { verifyOfficialRequest } from "./verify.ts";

export interface OfficialChannelOptions {
  /** As in the config. */
  name: string;
  appId: string;
  /** The callback's Token. */
  token: string;
  /** 43 characters; with it, callbacks that are not encrypted are refused. */
  encodingAesKey?: string | undefined;
  /** The AppSecret; without it an answer that takes longer than 15 s is lost. */
  secret?: string | undefined;
  /** Default `https://api.weixin.qq.com`. */
  baseUrl?: string;
  fetch: Fetch;
  /** Told of every call. */
  outbound?: OutboundObserver | undefined;
  clock: Clock;
  logger: Logger;
}

/**
 * A WeChat official account: one reader each, never a group. An answer that is ready within 5 s is the reply to the
 * callback; a later one is a customer message. Neither has an idempotency key: what may have been shown is not sent again.
 * @throws AppError `config_invalid` for an EncodingAESKey that is none
 */
export function createOfficialChannel(options: OfficialChannelOptions): Channel {
  const { name, appId, token, encodingAesKey, secret, fetch, outbound, clock, logger } = options;
  const title = `wechat-official "${name}"`;
  const crypto =
    encodingAesKey === undefined
      ? undefined
      : createWecomCrypto({ name: title, token, encodingAesKey, receiveId: appId });
  const platform = {
    name: title,
    baseUrl: (options.baseUrl ?? "https://api.weixin.qq.com").replace(/\/+$/, ""),
    fetch,
    outbound,
    secrets: createSecretMask([token, encodingAesKey, secret]),
  };
  const api = secret === undefined ? undefined : createOfficialApi({ platform, appId, secret, clock });
  const replies = createPassiveReplies({ clock, canSendLater: api !== undefined });
  let takeIn: Intake | undefined;

  return {
    name,
    kind: "wechat-official",
    abilities: { hearsEverything: false, sendsOnce: false, resumesSends: true, recalls: false, takesFeedback: false },
    start: async (intake) => {
      takeIn = intake;
    },
    stop: async () => {
      takeIn = undefined;
      replies.close();
    },
    receive: async (request): Promise<WebhookReply> => {
      const verified = verifyOfficialRequest(request, { token, crypto });
      if (verified.kind === "refused") {
        logger.warn("wechat_official.refused", { channel: name, status: verified.status, why: verified.why });
        return { status: verified.status };
      }
      if (verified.kind === "check") {
        return { status: 200, contentType: "text/plain; charset=utf-8", body: verified.echo };
      }
      const callback = decodeOfficialCallback(verified.fields, { app: name, nowMs: clock.now() });
      if (callback.kind === "malformed") return { status: 400 };
      if (callback.kind === "nothing") return EMPTY_REPLY;
      if (takeIn === undefined) return { status: 503 };
      const { message, account } = callback;
      const reply = replies.open(message.id);
      try {
        await takeIn({ kind: "message", message });
      } catch (error) {
        // Not kept: nobody will answer it. The platform asks again.
        replies.forget(message.id);
        if (!isAppError(error)) throw error;
        logger.error("wechat_official.not_kept", { channel: name, code: error.code });
        return { status: 503 };
      }
      const end = await reply;
      if (end.kind === "empty") return EMPTY_REPLY;
      if (end.kind === "ask-again") return { status: 503 };
      const { text } = end;
      const reader = message.sender.id;
      return encodePassiveReply({ reader, account, text, nonce: verified.nonce, nowMs: clock.now() }, crypto);
    },
    send: (post, progress, signal) => {
      const markdown = withSources(post.markdown, post.citations);
      const parts = api === undefined ? encodeOneText(markdown) : encodeTexts(markdown);
      const send = (part: string, begin: () => Promise<void>): Promise<undefined> =>
        sendPart(post, { part, isOnly: parts.length === 1, begin, signal });
      return sendParts({ name: title, parts, progress, now: () => clock.now(), send });
    },
    stayQuiet: async ({ inReplyTo }) => {
      if (inReplyTo !== undefined) replies.endEmpty(inReplyTo);
    },
    check: (signal) => check(signal),
  };

  async function sendPart(
    { target }: Post,
    { part, isOnly, begin, signal }: { part: string; isOnly: boolean; begin: () => Promise<void>; signal: AbortSignal },
  ): Promise<undefined> {
    const { inReplyTo = "" } = target;
    if (api === undefined) {
      if (!replies.isOpen(inReplyTo)) await replies.nextTry(inReplyTo, signal);
      if (signal.aborted) throw new AppError("aborted", `${title}: the send was cancelled while it waited`);
      if (replies.isOpen(inReplyTo)) {
        await begin();
        if (replies.give(inReplyTo, part)) return undefined;
      }
      throw new AppError(
        "channel_rejected",
        `${title}: the answer came too late for the platform's 3 tries of 5 s; set secret_env, so that it can be sent later`,
      );
    }
    if (isOnly && replies.isOpen(inReplyTo)) {
      await begin();
      if (replies.give(inReplyTo, part)) return undefined;
    }
    // Several parts keep their order only when all of them take the same way.
    replies.endEmpty(inReplyTo);
    await begin();
    await api.sendText(target.conversation.id, part, signal);
    return undefined;
  }

  async function check(signal: AbortSignal): Promise<ChannelFinding[]> {
    const encryption: ChannelFinding =
      crypto === undefined
        ? {
            what: "encryption",
            status: "warning",
            detail: "callbacks come as plain text",
            remedy: "turn on the secure mode in the console and set encoding_aes_key_env",
          }
        : { what: "encryption", status: "ok", detail: "only encrypted callbacks are taken", remedy: "" };
    if (api === undefined) {
      const detail = "without the AppSecret, an answer that takes longer than 15 s is lost";
      return [{ what: "token", status: "warning", detail, remedy: "set secret_env" }, encryption];
    }
    try {
      await api.checkToken(signal);
      return [{ what: "token", status: "ok", detail: "the platform gives an access token", remedy: "" }, encryption];
    } catch (error) {
      if (!isAppError(error)) throw error;
      const remedy = "check app_id, secret_env and the list of allowed IP addresses in the console";
      return [{ what: "token", status: "failed", detail: error.message, remedy }, encryption];
    }
  }
}
