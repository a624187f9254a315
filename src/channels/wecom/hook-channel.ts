import type { Channel, OutboundObserver, SendProgress, SendReceipt } from "../../core/channel.ts";
import { AppError, isAppError } from "../../core/errors.ts";
import type { Clock, Fetch, Logger } from "../../core/runtime.ts";
import { createSecretMask } from "../secret-mask.ts";
import { createSendLimit } from "../send-limit.ts";
import { sendParts } from "../send-parts.ts";
import { withSources } from "../source-list.ts";
import { splitMarkdown } from "../split-markdown.ts";
import { assertOk, callWecom } from "./api-faults.ts";
import { needsNewMarkdown } from "./encode.ts";

const WECOM_HOOK = "wecom-hook";
const MAX_MESSAGE_BYTES = 4096;
const WINDOW = { max: 20, windowMs: 60_000 };

/** When WeCom counts otherwise than we do: others may use the same key. */
const LIMITED_WAITS_MS = [10_000, 30_000, 60_000];

export interface WecomHookOptions {
  /** As in the config. */
  name: string;
  /** Such as `https://qyapi.weixin.qq.com`. */
  baseUrl: string;
  secrets: { key: string };
  fetch: Fetch;
  /** Told of every call. */
  outbound?: OutboundObserver | undefined;
  clock: Clock;
  logger: Logger;
}

/** A group robot of WeCom: notices into one group, nothing out of it. */
export function createWecomHookChannel(options: WecomHookOptions): Channel {
  const { name, baseUrl, secrets, fetch, outbound, clock, logger } = options;
  const title = `${WECOM_HOOK} "${name}"`;
  const mask = createSecretMask([secrets.key]);
  const platform = { name: title, baseUrl: baseUrl.replace(/\/+$/, ""), fetch, secrets: mask, outbound };
  const limit = createSendLimit({ windows: [WINDOW], clock });
  const url = `/cgi-bin/webhook/send?key=${encodeURIComponent(secrets.key)}`;

  const sendPart = async (content: string, signal: AbortSignal): Promise<void> => {
    const what = "send a notice";
    const msgtype = needsNewMarkdown(content) ? "markdown_v2" : "markdown";
    const body = { msgtype, [msgtype]: { content } };
    const reply = await callWecom(platform, { what, method: "POST", url, body, signal });
    assertOk(platform, { what }, reply);
  };
  const sendAll = (parts: string[], progress: SendProgress, signal: AbortSignal): Promise<SendReceipt> =>
    sendParts({
      name: title,
      parts,
      progress,
      now: () => clock.now(),
      send: (content, begin) =>
        limit.run(
          name,
          async () => {
            await begin();
            await sendPart(content, signal);
            return undefined;
          },
          signal,
        ),
    });

  return {
    name,
    kind: WECOM_HOOK,
    abilities: { hearsEverything: false, sendsOnce: false, resumesSends: true, recalls: false, takesFeedback: false },
    start: async () => undefined,
    stop: async () => undefined,
    send: async (post, progress, signal) => {
      const parts = splitMarkdown(withSources(post.markdown, post.citations), { maxBytes: MAX_MESSAGE_BYTES });
      // As it stands when this attempt fails, so that the next one goes on from there.
      const kept: SendProgress = {
        saved: progress.saved,
        save: async (state) => {
          await progress.save(state);
          kept.saved = state;
        },
      };
      for (const waitMs of LIMITED_WAITS_MS) {
        try {
          return await sendAll(parts, kept, signal);
        } catch (error) {
          if (!isAppError(error, "channel_limited")) throw error;
          logger.info("wecom.hook.limited", { channel: name, waitMs });
          outbound?.retried();
          limit.pause(name, waitMs);
        }
      }
      return sendAll(parts, kept, signal);
    },
    check: async (signal) => {
      const what = "check the key";
      try {
        // A message of no kind is refused, but only after the key was looked at: nothing is posted.
        const reply = await callWecom(platform, { what, method: "POST", url, body: {}, signal });
        if (reply.errcode === 93_000 || reply.errcode === 45_009) assertOk(platform, { what }, reply);
        return [{ what: "key", status: "ok", detail: "the robot's key is accepted", remedy: "" }];
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const status = error.code === "channel_limited" ? "warning" : "failed";
        return [
          { what: "key", status, detail: error.message, remedy: "copy the robot's address from the group again" },
        ];
      }
    },
  };
}
