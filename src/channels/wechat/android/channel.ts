import type { Channel, ChannelFinding, Intake, Post, WebhookReply } from "../../../core/channel.ts";
import { AppError, isAppError } from "../../../core/errors.ts";
import type { Clock, Logger } from "../../../core/runtime.ts";
import type { NoteStore } from "../../../core/store.ts";
import { markdownToText } from "../../markdown-to-text.ts";
import { isSameSecret } from "../../same-secret.ts";
import { withSources } from "../../source-list.ts";
import { conversationIdOf, decodePhoneMessage, isDirect, readPhoneRequest, type PhoneRequest } from "./decode.ts";
import { createPollQueue } from "./poll-queue.ts";
import { estimateSuffixBits, MIN_SUFFIX_BITS } from "./suffix-strength.ts";

export interface AndroidChannelOptions {
  /** As in the config. */
  name: string;
  /** The secret end of the address that the phone calls; it is all that keeps strangers out. */
  suffix: string;
  /** Names of the groups it listens to; `*` = all. */
  groups: readonly string[];
  /** The bot's name in groups; without it a name at the beginning of a line means nothing. */
  botName?: string | undefined;
  /** Keeps answers until the phone asks for them. */
  notes: Pick<NoteStore, "putNote" | "notes">;
  clock: Clock;
  logger: Logger;
}

/**
 * A phone that reads a group by WeChat's accessibility interface, posts what it reads, and polls for answers. A post is
 * sent once it is in the queue on the disk; the phone fetches it with its next poll of that group.
 * @throws AppError `config_invalid` for a suffix that could be guessed
 */
export function createAndroidChannel(options: AndroidChannelOptions): Channel {
  const { name, suffix, groups, botName, notes, clock, logger } = options;
  if (estimateSuffixBits(suffix) < MIN_SUFFIX_BITS) {
    throw new AppError(
      "config_invalid",
      `wechat-android "${name}": what suffix_env names must hold ${MIN_SUFFIX_BITS} bits of randomness, ` +
        "in letters, digits, - and _ only; make one with: openssl rand -hex 32",
    );
  }
  const queue = createPollQueue({ scope: `wechat-android:${name}`, notes, clock });
  let takeIn: Intake | undefined;

  return {
    name,
    kind: "wechat-android",
    abilities: { hearsEverything: true, sendsOnce: true, recalls: false, takesFeedback: false },
    start: async (intake) => {
      takeIn = intake;
    },
    stop: async () => {
      takeIn = undefined;
    },
    ownsSuffix: (given) => isSameSecret(suffix, given),
    receive: async ({ method, body }): Promise<WebhookReply> => {
      if (method !== "POST") return { status: 405 };
      if (takeIn === undefined) return { status: 503 };
      const request = readPhoneRequest(Buffer.from(body).toString("utf8"));
      if (request === undefined) {
        logger.warn("wechat_android.refused", { channel: name, why: "none of the phone's requests" });
        return { status: 400 };
      }
      if (!isDirect(request) && !listensTo(request)) return envelope([]);
      try {
        if (request.query.type === "poll") {
          return envelope(await queue.take({ place: conversationIdOf(request), queryId: request.query_id }));
        }
        const message = decodePhoneMessage(request, { app: name, botName, nowMs: clock.now() });
        if (message !== undefined) await takeIn({ kind: "message", message });
        return envelope([]);
      } catch (error) {
        if (!isAppError(error)) throw error;
        logger.error("wechat_android.not_kept", { channel: name, code: error.code });
        return { status: 503 };
      }
    },
    send: async (post) => {
      const request = requestOf(post);
      const element = JSON.stringify({ req: request, rsp: encodeAnswer(post) });
      await queue.put(post.idempotencyKey, { place: post.target.conversation.id, queryId: request.query_id, element });
      return { messageIds: [post.idempotencyKey] };
    },
    check: async (): Promise<ChannelFinding[]> => [
      { what: "suffix", status: "ok", detail: "the address of the phone cannot be guessed", remedy: "" },
    ],
  };

  function listensTo(request: PhoneRequest): boolean {
    const names = ["*", request.groupname, conversationIdOf(request)];
    return groups.some((group) => names.includes(group));
  }
}

/** `data` is always a list: the phone's reader of JSON takes nothing else. */
function envelope(elements: readonly string[]): WebhookReply {
  return {
    status: 200,
    contentType: "application/json; charset=utf-8",
    body: `{"msg":"ok","msgCode":"10000","data":[${elements.join(",")}]}`,
  };
}

/** HuixiangDou's success; only such answers are shown. */
function encodeAnswer({ markdown, citations }: Post): Record<string, unknown> {
  const references = [...new Set(citations.map(({ source }) => source))];
  return { code: 0, state: "success", text: markdownToText(withSources(markdown, citations)), references };
}

/** The request that is answered; the phone shows its text above the answer. A notice answers none. */
function requestOf({ target }: Post): PhoneRequest {
  const request = target.replyContext === undefined ? undefined : readPhoneRequest(target.replyContext);
  const { id } = target.conversation;
  return request ?? { query_id: id, groupname: id, username: "", query: { type: "text", content: "" } };
}
