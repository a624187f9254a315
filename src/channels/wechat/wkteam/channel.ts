import type {
  Channel,
  ChannelFinding,
  Intake,
  OutboundObserver,
  Post,
  PostTarget,
  SendProgress,
  WebhookReply,
} from "../../../core/channel.ts";
import { AppError, errorMessage, isAppError } from "../../../core/errors.ts";
import type { Clock, Fetch, Logger } from "../../../core/runtime.ts";
import type { NoteStore } from "../../../core/store.ts";
import { markdownToText } from "../../markdown-to-text.ts";
import { isSameSecret } from "../../same-secret.ts";
import { createSecretMask } from "../../secret-mask.ts";
import { createSendLimit } from "../../send-limit.ts";
import { sendParts } from "../../send-parts.ts";
import { withSources } from "../../source-list.ts";
import { splitMarkdown } from "../../split-markdown.ts";
import { decodeWkteamCallback } from "./decode.ts";
import { markLongNumbers, readId } from "./exact-json.ts";
import { createWkteamGateway } from "./gateway.ts";
import { createSentMessages, RECALL_WITHIN_MS } from "./sent-messages.ts";
import { connectWkteam, noteScope, renewSession, savedSession, type WkteamSession } from "./session.ts";

/** WeChat folds longer texts; the gateway's own limit is not documented. */
const MAX_TEXT_BYTES = 3000;

/** One may be about the text; several in a row are about us. */
const REFUSALS_OF_A_DEAD_SESSION = 3;

/** HuixiangDou's default: Shanghai. */
const DEFAULT_PROXY = 3;

export interface WkteamChannelOptions {
  /** As in the config. */
  name: string;
  baseUrl: string;
  account: string;
  password: string;
  /** What a callback must carry as `?secret=`. */
  callbackSecret: string;
  /** `[server] public_url`; without it no callback is registered. */
  publicUrl?: string | undefined;
  /** Ids of the groups it listens to; `*` = all. */
  groups: readonly string[];
  /** The bot's name in groups. Default: what the gateway tells. */
  botName?: string | undefined;
  /** The gateway's number of the region that the account logs in from. Default 3. */
  proxy?: number;
  /** Least time between two messages to one conversation. Default 4000. */
  sendGapMs?: number;
  /** Keeps the session and what it takes to withdraw a message. */
  notes: Pick<NoteStore, "putNote" | "note" | "notes">;
  fetch: Fetch;
  /** Told of every call. */
  outbound?: OutboundObserver | undefined;
  clock: Clock;
  logger: Logger;
}

/**
 * A personal WeChat account behind a wkteam gateway. The gateway has no idempotency key: a message of which nobody knows
 * whether it was shown is not sent again.
 */
export function createWkteamChannel(options: WkteamChannelOptions): Channel {
  const { name, account, password, callbackSecret, publicUrl, groups, notes, fetch, outbound, clock, logger } = options;
  const title = `wechat-wkteam "${name}"`;
  const secrets = createSecretMask([account, password, callbackSecret]);
  const platform = { name: title, baseUrl: options.baseUrl.replace(/\/+$/, ""), fetch, secrets, outbound };
  const gateway = createWkteamGateway({ platform, account, password, clock });
  const limit = createSendLimit({ windows: [{ max: 1, windowMs: options.sendGapMs ?? 4000 }], clock });
  const sentMessages = createSentMessages({ scope: `${noteScope(name)}:sent`, notes, now: () => clock.now() });
  const connecting = {
    name,
    gateway,
    notes,
    clock,
    logger,
    outbound,
    proxy: options.proxy ?? DEFAULT_PROXY,
    callbackUrl: publicUrl === undefined ? undefined : callbackUrl(publicUrl, name, callbackSecret),
  };
  const stopped = new AbortController();
  let takeIn: Intake | undefined;
  let session: WkteamSession | undefined;
  let renewing: Promise<void> | undefined;
  let refusals = 0;

  return {
    name,
    kind: "wechat-wkteam",
    abilities: { hearsEverything: true, sendsOnce: false, resumesSends: true, recalls: true, takesFeedback: false },
    start: async (intake) => {
      takeIn = intake;
      session = await connectWkteam(connecting, stopped.signal);
    },
    stop: async () => {
      takeIn = undefined;
      stopped.abort(new AppError("aborted", `${title}: stopped`));
    },
    receive: async ({ method, query, body }): Promise<WebhookReply> => {
      if (!isSameSecret(callbackSecret, query.get("secret"))) return refuse(401, "wrong secret");
      if (method !== "POST") return refuse(405, "not POST");
      if (session === undefined || takeIn === undefined) return refuse(503, "not connected yet");
      const parsed = parseObject(Buffer.from(body).toString("utf8"));
      if (parsed === undefined) return refuse(400, "no JSON object");
      const botName = options.botName ?? session.botName;
      const callback = decodeWkteamCallback(parsed, { app: name, wcId: session.wcId, botName, nowMs: clock.now() });
      if (callback.kind === "malformed") return refuse(400, callback.why);
      if (callback.kind === "nothing") return skip(callback.why);
      const { message } = callback;
      const { id, kind } = message.conversation;
      if (kind === "group" && !listensTo(id)) return skip(`group ${id} is not listened to`);
      try {
        await takeIn({ kind: "message", message });
      } catch (error) {
        if (!isAppError(error)) throw error;
        return refuse(503, error.code);
      }
      return DONE;
    },
    send: (post, progress, signal) => send(post, progress, signal),
    recall: (target, messageIds, signal) => recall(target, messageIds, signal),
    check: (signal) => check(signal),
  };

  function listensTo(group: string): boolean {
    return groups.some((one) => one === "*" || one === group || `${one}@chatroom` === group);
  }

  function refuse(status: number, why: string): WebhookReply {
    logger.warn("wkteam.refused", { channel: name, status, why });
    return { status };
  }

  function skip(why: string): WebhookReply {
    logger.debug("wkteam.skipped", { channel: name, why });
    return DONE;
  }

  function send(post: Post, progress: SendProgress, signal: AbortSignal): ReturnType<Channel["send"]> {
    const { conversation, replyContext } = post.target;
    const text = markdownToText(withSources(post.markdown, post.citations));
    const isReminded = conversation.kind === "group" && replyContext !== undefined && post.kind !== "notice";
    const parts = splitMarkdown(isReminded ? `${replyContext}\n---\n${text}` : text, { maxBytes: MAX_TEXT_BYTES });
    return sendParts({
      name: title,
      parts,
      progress,
      now: () => clock.now(),
      send: (part, begin) =>
        limit.run(
          conversation.id,
          async () => {
            const { wId } = connected();
            await begin();
            const body = { wId, wcId: conversation.id, content: part };
            const data = await asking({ what: "send a message", path: "/sendText", body, signal });
            const id = readId(data["newMsgId"]) ?? readId(data["msgId"]);
            const seconds = Number(readId(data["createTime"]));
            const createdAt = seconds > 0 ? seconds * 1000 : clock.now();
            if (id !== undefined) await sentMessages.keep(id, { data, createdAt });
            return id;
          },
          signal,
        ),
    });
  }

  async function recall(_target: PostTarget, messageIds: readonly string[], signal: AbortSignal): Promise<void> {
    const { wId } = connected();
    let isLate = false;
    for (const id of messageIds) {
      const sent = await sentMessages.find(id);
      if (sent === undefined || clock.now() - sent.createdAt > RECALL_WITHIN_MS) {
        isLate = true;
        continue;
      }
      const body = { ...sent.data, wId };
      await asking({ what: "withdraw a message", path: "/revokeMsg", body, repeatable: true, signal });
      await sentMessages.forget(id);
    }
    if (isLate) throw new AppError("channel_rejected", `${title}: a message older than 2 minutes cannot be withdrawn`);
  }

  /** Calls the gateway; refusals in a row may mean that the phone has ended the session, which is looked into meanwhile. */
  async function asking(call: Parameters<typeof gateway.call>[0]): Promise<Record<string, unknown>> {
    try {
      const data = await gateway.call(call);
      refusals = 0;
      return data;
    } catch (error) {
      if (isAppError(error, "channel_unreachable")) {
        refusals += 1;
        if (refusals >= REFUSALS_OF_A_DEAD_SESSION) renewing ??= renew();
      }
      throw error;
    }
  }

  async function renew(): Promise<void> {
    try {
      session = await renewSession(connecting, connected(), stopped.signal);
      refusals = 0;
      logger.info("wkteam.renewed", { channel: name });
    } catch (error) {
      logger.warn("wkteam.renew_ended", { channel: name, message: errorMessage(error) });
    } finally {
      renewing = undefined;
    }
  }

  function connected(): WkteamSession {
    if (session !== undefined) return session;
    throw new AppError("channel_unreachable", `${title}: not connected yet; it is tried again later`, {
      retryable: true,
    });
  }

  async function check(signal: AbortSignal): Promise<ChannelFinding[]> {
    const saved = session ?? (await savedSession(name, notes));
    const identity: ChannelFinding =
      saved === undefined
        ? {
            what: "identity",
            status: "warning",
            detail: "no WeChat account has been logged in yet",
            remedy: "run xianheng serve and scan the code whose address it logs",
          }
        : { what: "identity", status: "ok", detail: `logged in as ${saved.wcId}`, remedy: "" };
    const callback: ChannelFinding =
      publicUrl === undefined
        ? {
            what: "callback",
            status: "failed",
            detail: "the gateway does not know where to call us",
            remedy: "set [server] public_url to the address that the gateway can reach",
          }
        : { what: "callback", status: "ok", detail: `registered below ${new URL(publicUrl).origin}`, remedy: "" };
    try {
      await gateway.logIn(signal);
      return [{ what: "token", status: "ok", detail: "the gateway lets us in", remedy: "" }, identity, callback];
    } catch (error) {
      if (!isAppError(error)) throw error;
      const remedy = "check base_url, account_env and password_env";
      return [{ what: "token", status: "failed", detail: error.message, remedy }, identity, callback];
    }
  }
}

/** HuixiangDou's reply: the bare word, called JSON. */
const DONE: WebhookReply = { status: 200, contentType: "application/json; charset=utf-8", body: "done" };

function callbackUrl(publicUrl: string, name: string, secret: string): string {
  const query = new URLSearchParams({ secret });
  return `${publicUrl.replace(/\/+$/, "")}/webhooks/wechat/${encodeURIComponent(name)}?${query.toString()}`;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(markLongNumbers(text));
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
