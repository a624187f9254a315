import { AppError } from "../../core/errors.ts";
import type { Clock } from "../../core/runtime.ts";
import { describeFault, type Platform } from "../call-platform.ts";
import { assertOk, callWecom } from "./api-faults.ts";
import { allowedResponseUrl, type ReplyContext } from "./reply-context.ts";

/** One hour, less what a slow call takes. */
const LIFE_MS = 3_590_000;

const MAX_REMEMBERED = 10_000;

export interface ResponseUrls {
  /** The address, while it can be used: at the platform's origin, young enough, not used by this process. */
  usable(context: ReplyContext): string | undefined;
  /**
   * Posts into the chat, quoting the message. Each address is good for one post.
   * @throws AppError `channel_*`; after `channel_unknown_outcome` it must not be tried again
   */
  respond(url: string, post: { content: string; feedbackId: string | undefined }, signal: AbortSignal): Promise<void>;
}

export function createResponseUrls(platform: Platform, clock: Clock): ResponseUrls {
  const used = new Set<string>();
  return {
    usable: ({ url, at }) => {
      const allowed = allowedResponseUrl(url, platform.baseUrl);
      return allowed === undefined || used.has(allowed) || clock.now() - at > LIFE_MS ? undefined : allowed;
    },
    respond: async (url, { content, feedbackId }, signal) => {
      const request = { what: "send an answer to the response address" };
      if (used.has(url))
        throw new AppError("channel_rejected", describeFault(platform, request, "it was used already"));
      const [oldest] = used;
      if (used.size >= MAX_REMEMBERED && oldest !== undefined) used.delete(oldest);
      used.add(url);
      try {
        const markdown = { content, ...(feedbackId !== undefined && { feedback: { id: feedbackId } }) };
        const reply = await callWecom(platform, {
          ...request,
          method: "POST",
          url,
          body: { msgtype: "markdown", markdown },
          signal,
        });
        assertOk(platform, request, reply);
      } catch (error) {
        // Surely not used: the same post may be tried again later.
        if (error instanceof AppError && (error.retryable || error.code === "aborted")) used.delete(url);
        throw error;
      }
    },
  };
}
