import type {
  Channel,
  ChannelFinding,
  Intake,
  OutboundObserver,
  PostTarget,
  WebhookReply,
} from "../../core/channel.ts";
import { AppError, isAppError } from "../../core/errors.ts";
import type { Clock, Fetch, Logger } from "../../core/runtime.ts";
import { createSecretMask } from "../secret-mask.ts";
import { createLarkApi, type LarkApi } from "./api.ts";
import { fetchBotIdentity } from "./bot-identity.ts";
import { openCardStream } from "./card-stream.ts";
import { checkApp } from "./check-app.ts";
import { openLongConnection, type LarkSdk } from "./long-connection.ts";
import { receiveEvent } from "./receive-event.ts";
import { recallMessage, sendPost } from "./send-post.ts";
import { verifyLarkRequest } from "./verify.ts";

const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;
const WORKING_EMOJI = "OnIt";

/** Of a `[[channel]]` with `kind = "lark"`; the secrets themselves instead of their variables' names. */
export interface LarkChannelOptions {
  /** The {app} of its webhook address. */
  name: string;
  appId: string;
  appSecret: string;
  verificationToken?: string | undefined;
  encryptKey?: string | undefined;
  baseUrl: string;
  mode: "webhook" | "websocket";
  /** Older (or newer) requests are refused, in milliseconds; at least eight hours. Default 43,200,000 (12 h). */
  maxAgeMs?: number;
  fetch: Fetch;
  /** Told of every call. */
  outbound?: OutboundObserver | undefined;
  clock: Clock;
  logger: Logger;
  /** Loads `@larksuiteoapi/node-sdk`; for tests. */
  loadSdk?: () => Promise<LarkSdk>;
}

/** A self-built app of Lark or Feishu. */
export function createLarkChannel(options: LarkChannelOptions): Channel {
  const { name, clock, logger, mode } = options;
  const secrets = createSecretMask([options.appSecret, options.verificationToken, options.encryptKey]);
  const fullName = `lark "${name}"`;
  const api = createLarkApi({ ...options, name: fullName, secrets });
  const stopping = new AbortController();
  const context = { api, clock, logger, name: fullName };
  let running: { intake: Intake; botOpenId: string } | undefined;

  const receiveBody = (body: unknown, { intake, botOpenId }: { intake: Intake; botOpenId: string }) =>
    receiveEvent(body, { api, app: name, botOpenId, intake, clock, logger, signal: stopping.signal });

  return {
    name,
    kind: "lark",
    abilities: { hearsEverything: true, sendsOnce: true, resumesSends: true, recalls: true, takesFeedback: true },

    async start(intake) {
      demandSecret(options, fullName);
      const { openId } = await untilReachable(() => fetchBotIdentity(api, stopping.signal), {
        ...context,
        signal: stopping.signal,
      });
      running = { intake, botOpenId: openId };
      if (mode === "webhook") return;
      await openLongConnection({
        name: fullName,
        appId: options.appId,
        appSecret: options.appSecret,
        baseUrl: options.baseUrl,
        receive: (envelope) => receiveBody(envelope, { intake, botOpenId: openId }),
        loadSdk: options.loadSdk ?? (() => import("@larksuiteoapi/node-sdk")),
        secrets,
        clock,
        logger,
        signal: stopping.signal,
      });
    },

    stop() {
      running = undefined;
      stopping.abort();
      return Promise.resolve();
    },

    async receive(request): Promise<WebhookReply> {
      if (request.method !== "POST") return jsonReply(405, {});
      const { verificationToken, encryptKey, maxAgeMs } = options;
      const verified = verifyLarkRequest(
        request,
        { verificationToken: nonEmpty(verificationToken), encryptKey: nonEmpty(encryptKey) },
        { nowMs: clock.now(), ...(maxAgeMs !== undefined && { maxAgeMs }) },
      );
      if (verified.kind === "refused") {
        logger.warn("lark.request-refused", { channel: name, why: verified.why });
        return jsonReply(verified.status, {});
      }
      if (verified.kind === "challenge") return jsonReply(200, { challenge: verified.challenge });
      if (running === undefined) return jsonReply(503, {});
      try {
        return jsonReply(200, await receiveBody(verified.body, running));
      } catch (error) {
        if (!isAppError(error)) throw error;
        logger.warn("lark.event-not-kept", { channel: name, code: error.code });
        return jsonReply(503, {});
      }
    },

    send: (post, progress, signal) => sendPost(context, { post, progress, signal }),

    openStream: ({ idempotencyKey, target }, progress, signal) =>
      Promise.resolve(openCardStream(context, { target, idempotencyKey, progress, signal })),

    async recall(_target, messageIds, signal) {
      for (const messageId of messageIds) await recallMessage(api, messageId, signal);
    },

    markWorking: (target, signal) => markWorking(api, target, signal),

    check: (signal) => checkApp(api, { signal, callbackFindings: callbackFindings(options) }),
  };
}

/** Without a secret anybody could put words into members' mouths. @throws AppError `channel_unauthorised` */
function demandSecret({ mode, verificationToken, encryptKey }: LarkChannelOptions, name: string): void {
  if (mode === "websocket" || nonEmpty(verificationToken) !== undefined || nonEmpty(encryptKey) !== undefined) return;
  throw new AppError(
    "channel_unauthorised",
    `${name}: set verification_token_env or encrypt_key_env (better both): without them nobody can tell who calls the webhook`,
  );
}

/** A platform that is down at the start is waited for; one that refuses us is not. @throws AppError `channel_*`, `aborted` */
async function untilReachable<T>(
  attempt: () => Promise<T>,
  { clock, logger, name, signal }: { clock: Clock; logger: Logger; name: string; signal: AbortSignal },
): Promise<T> {
  for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, MAX_RETRY_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isAppError(error) || !error.retryable) throw error;
      logger.warn("lark.waiting", { channel: name, fault: error.message, waitMs: error.retryAfterMs ?? waitMs });
      await clock.sleep(error.retryAfterMs ?? waitMs, signal).catch((reason: unknown) => {
        throw signal.aborted ? new AppError("aborted", `${name}: stopped while starting`) : reason;
      });
    }
  }
}

async function markWorking(api: LarkApi, { inReplyTo }: PostTarget, signal: AbortSignal): Promise<() => Promise<void>> {
  if (inReplyTo === undefined) return () => Promise.resolve();
  const path = `/open-apis/im/v1/messages/${encodeURIComponent(inReplyTo)}/reactions`;
  const { data } = await api.demand({
    what: "show that we are at work",
    method: "POST",
    path,
    body: { reaction_type: { emoji_type: WORKING_EMOJI } },
    limitedAs: "reaction",
    signal,
  });
  const reactionId = data["reaction_id"];
  return async () => {
    if (typeof reactionId !== "string") return;
    await api.call({
      what: "take our reaction back",
      method: "DELETE",
      path: `${path}/${encodeURIComponent(reactionId)}`,
      limitedAs: "reaction-delete",
      // It has to go whatever became of the turn.
      signal: AbortSignal.timeout(10_000),
    });
  };
}

function callbackFindings({ mode, verificationToken, encryptKey, name }: LarkChannelOptions): ChannelFinding[] {
  if (mode === "websocket") {
    return [
      {
        what: "callback",
        status: "ok",
        detail: "Events come over a long connection; only one process of the app may run.",
        remedy: "",
      },
    ];
  }
  const address = `/webhooks/lark/${name}`;
  if (nonEmpty(encryptKey) !== undefined) {
    return [
      {
        what: "callback",
        status: "ok",
        detail: `Events to ${address} are decrypted and their signature is checked.`,
        remedy: "",
      },
    ];
  }
  const isClosed = nonEmpty(verificationToken) === undefined;
  return [
    {
      what: "callback",
      status: isClosed ? "failed" : "warning",
      detail: isClosed
        ? `Nobody can tell who calls ${address}, so everything is refused.`
        : `Events to ${address} come in plain text and unsigned.`,
      remedy: "Set an Encrypt Key under Events & Callbacks, and encrypt_key_env to the variable that holds it.",
    },
  ];
}

function nonEmpty(secret: string | undefined): string | undefined {
  return secret === "" ? undefined : secret;
}

function jsonReply(status: number, body: Record<string, unknown>): WebhookReply {
  return { status, contentType: "application/json; charset=utf-8", body: JSON.stringify(body) };
}
