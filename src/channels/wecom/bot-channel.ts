import type {
  Channel,
  Intake,
  OutboundObserver,
  Post,
  PostStream,
  WebhookReply,
  WebhookRequest,
} from "../../core/channel.ts";
import { errorMessage } from "../../core/errors.ts";
import type { Clock, Fetch, Logger } from "../../core/runtime.ts";
import { firstBytes } from "../cut-to-bytes.ts";
import { createSecretMask } from "../secret-mask.ts";
import { createWecomCrypto } from "../wecom-crypto.ts";
import { createBotDelivery } from "./bot-delivery.ts";
import { writeBotProgress } from "./bot-progress.ts";
import { createBotStreams } from "./bot-streams.ts";
import { decodeBotCallback, WECOM_BOT, type BotEvent } from "./decode-bot.ts";
import { encodeFrame, sealReply, withoutCalls, withoutOpenTag, type StreamFrame } from "./encode.ts";
import { allowedResponseUrl, readReplyContext, writeReplyContext } from "./reply-context.ts";
import { createResponseUrls } from "./response-url.ts";
import { createStreamIds } from "./stream-id.ts";
import { openCallback, readJsonEncrypt } from "./verify.ts";

/** An unfinished text leaves room for a good place to end the bubble at. */
const MAX_GROWING_BYTES = 16_000;

export interface WecomBotOptions {
  /** As in the config. */
  name: string;
  /** Origin of the response addresses, such as `https://qyapi.weixin.qq.com`. */
  baseUrl: string;
  /** The bot's name in the group, cut from the lines. */
  botName?: string | undefined;
  secrets: { token: string; encodingAesKey: string };
  fetch: Fetch;
  /** Told of every call. */
  outbound?: OutboundObserver | undefined;
  clock: Clock;
  logger: Logger;
}

/**
 * An AI bot of WeCom by callback: hears the lines that mention it, answers in a bubble that WeCom polls.
 * @throws AppError `config_invalid` for an EncodingAESKey that is none
 */
export function createWecomBotChannel({
  name,
  baseUrl,
  botName,
  secrets,
  fetch,
  outbound,
  clock,
  logger,
}: WecomBotOptions): Channel {
  const title = `${WECOM_BOT} "${name}"`;
  const crypto = createWecomCrypto({ name: title, ...secrets, receiveId: "" });
  const mask = createSecretMask([secrets.token, secrets.encodingAesKey]);
  const platform = { name: title, baseUrl: baseUrl.replace(/\/+$/, ""), fetch, secrets: mask, outbound };
  const ids = createStreamIds(`${name}/${secrets.token}/${secrets.encodingAesKey}`);
  const streams = createBotStreams({ ids, clock, logger });
  const responseUrls = createResponseUrls(platform, clock);
  const delivery = createBotDelivery({ name: title, streams, responseUrls, clock, logger });
  let intake: Intake | undefined;

  const seal = (nonce: string, frame: StreamFrame): WebhookReply => ({
    status: 200,
    contentType: "text/plain; charset=utf-8",
    body: sealReply(crypto, encodeFrame(frame), { nonce, nowMs: clock.now() }),
  });

  const take = async (event: BotEvent, nonce: string, handIn: Intake): Promise<WebhookReply> => {
    switch (event.kind) {
      case "malformed":
        return refuse(400, "malformed");
      case "nothing":
        logger.debug("wecom.callback.ignored", { channel: name, why: event.why });
        return NOTHING;
      case "poll": {
        const answer = await streams.poll(event.streamId);
        return answer.kind === "frame" ? seal(nonce, answer.frame) : NOTHING;
      }
      case "event":
        await handIn(event.event);
        return NOTHING;
      case "message": {
        const stream = streams.begin(event.message.id);
        const url = allowedResponseUrl(event.responseUrl, platform.baseUrl);
        const context = { stream: stream.id, at: stream.createdAt, ...(url !== undefined && { url }) };
        if (url === undefined && event.responseUrl !== undefined) {
          logger.warn("wecom.response_url.refused", { channel: name, message: event.message.id });
        }
        await handIn({ kind: "message", message: { ...event.message, replyContext: writeReplyContext(context) } });
        // A poll comes for all that follows; only where this message was answered before is it the end at once.
        const first = { id: stream.id, finish: false, content: stream.shown() };
        return seal(nonce, { ...(stream.isTaken() ? await stream.next() : first), feedbackId: stream.id });
      }
    }
  };
  const refuse = (status: number, why: string): WebhookReply => {
    logger.warn("wecom.callback.refused", { channel: name, status, why });
    return { status };
  };

  return {
    name,
    kind: WECOM_BOT,
    abilities: { hearsEverything: false, sendsOnce: false, resumesSends: true, recalls: false, takesFeedback: true },
    start: async (handIn) => {
      intake = handIn;
    },
    stop: async () => {
      intake = undefined;
    },
    receive: async (request: WebhookRequest) => {
      if (intake === undefined) return { status: 503 };
      const opened = openCallback(request, crypto, readJsonEncrypt);
      if (opened.kind === "refused") return refuse(opened.status, opened.why);
      if (opened.kind === "echo") return { status: 200, contentType: "text/plain; charset=utf-8", body: opened.text };
      const event = decodeBotCallback(opened.text, { app: name, botName, nowMs: clock.now() });
      try {
        return await take(event, opened.nonce, intake);
      } catch (error) {
        logger.error("wecom.callback.not_taken", { channel: name, error: errorMessage(error) });
        return { status: 503 };
      }
    },
    send: (post, progress, signal) => delivery.deliver(post, progress, signal),
    openStream: async (post, progress, signal): Promise<PostStream> => {
      const { stream } = delivery.open(post.target, progress);
      stream.owner ??= post.idempotencyKey;
      const isOurs = stream.owner === post.idempotencyKey;
      // Of its own: many bubbles wait at once, and node warns of many listeners on one signal.
      const until = AbortSignal.any([signal]);
      if (isOurs) stream.beforeShow = (shown) => progress.save(writeBotProgress({ stage: "showing", shown }));
      return {
        update: (markdown) => {
          if (isOurs) stream.update(firstBytes(withoutOpenTag(withoutCalls(markdown)), MAX_GROWING_BYTES));
        },
        finish: (whole: Post) => delivery.deliver(whole, progress, until),
        abandon: async () => {
          if (isOurs) stream.close();
        },
      };
    },
    stayQuiet: async (target) => {
      const id = readReplyContext(target.replyContext)?.stream;
      const stream = id === undefined ? undefined : streams.find(id);
      if (stream?.isComplete() === false) stream.close();
    },
    check: async () => [
      {
        what: "callback",
        status: "skipped",
        detail:
          "an AI bot is called by WeCom and has nothing that could be asked; its token and key have the right form",
        remedy: `save the address …/webhooks/wecom/${name} in the bot's API settings: WeCom checks it at once`,
      },
    ],
  };
}

/** Nothing to say, or nothing yet. */
const NOTHING: WebhookReply = { status: 200, contentType: "text/plain; charset=utf-8", body: "" };
