import type { ChannelEvent, Intake } from "../../core/channel.ts";
import { isAppError } from "../../core/errors.ts";
import type { Clock, Logger } from "../../core/runtime.ts";
import type { LarkApi } from "./api.ts";
import { envelopeSchema } from "./api-types.ts";
import { decodeLarkEvent } from "./decode.ts";
import { readCardAction } from "./feedback.ts";
import { withForwarded } from "./forwarded-bundle.ts";

/** Lark waits three seconds for the reply to a click, and never asks again. */
const CLICK_WAIT_MS = 2000;

export interface EventContext {
  api: LarkApi;
  /** The configured name. */
  app: string;
  botOpenId: string;
  intake: Intake;
  clock: Clock;
  logger: Logger;
  signal: AbortSignal;
}

/**
 * Takes in an event, whichever way it came. Resolves with what Lark is to be told, once the event is kept.
 * @throws whatever the intake throws: Lark has to send it again
 */
export async function receiveEvent(body: unknown, context: EventContext): Promise<Record<string, unknown>> {
  const { api, app, botOpenId, clock, logger } = context;
  const parsed = envelopeSchema.safeParse(body);
  // Version 1 of the envelope, or something nobody subscribed to: acknowledged, or it would come again and again.
  if (!parsed.success) return {};
  const envelope = parsed.data;
  const nowMs = clock.now();
  if (envelope.header.event_type === "card.action.trigger") {
    const feedback = readCardAction(envelope, { app, nowMs });
    if (feedback === undefined) return {};
    const eventId = envelope.header.event_id ?? undefined;
    return answerClick({ kind: "feedback", feedback, ...(eventId !== undefined && { eventId }) }, context);
  }
  const decoded = decodeLarkEvent(envelope, { app, botOpenId, nowMs });
  switch (decoded.kind) {
    case "event":
      await context.intake(decoded.event);
      return {};
    case "bundle": {
      const message = await withForwarded(api, decoded.message, { botOpenId, signal: context.signal });
      await context.intake({ kind: "message", message });
      return {};
    }
    case "membership":
      logger.info(decoded.isMember ? "lark.group-joined" : "lark.group-left", { app, conversation: decoded.chatId });
      return {};
    case "nothing":
      logger.debug("lark.event-ignored", { app, type: envelope.header.event_type, why: decoded.why });
      return {};
  }
}

async function answerClick(event: ChannelEvent, context: EventContext): Promise<Record<string, unknown>> {
  const waiting = new AbortController();
  const kept = context.intake(event).then(
    () => true,
    (error: unknown) => {
      context.logger.warn("lark.vote-lost", { app: context.app, code: isAppError(error) ? error.code : "bug" });
      return false;
    },
  );
  // Slow is not lost: whoever clicked need not see the difference.
  const slow = context.clock.sleep(CLICK_WAIT_MS, waiting.signal).then(
    () => true,
    () => true,
  );
  const isKept = await Promise.race([kept, slow]);
  waiting.abort();
  return isKept
    ? toast("success", { zh: "谢谢反馈", en: "Thanks for the feedback" })
    : toast("warning", { zh: "没有记下，请再点一次", en: "Not noted, please click again" });
}

function toast(type: "success" | "warning", { zh, en }: { zh: string; en: string }): Record<string, unknown> {
  return { toast: { type, content: zh, i18n: { zh_cn: zh, en_us: en } } };
}
