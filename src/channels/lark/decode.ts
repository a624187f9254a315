import type { ChannelEvent } from "../../core/channel.ts";
import type { Message } from "../../core/message.ts";
import { messageEventSchema, recallEventSchema, type LarkEnvelope } from "./api-types.ts";
import { readReaction } from "./feedback.ts";
import { readLarkTime } from "./lark-time.ts";
import { resolveMentions } from "./mentions.ts";
import { readContent } from "./read-content.ts";

/** Which bot an event came to. */
export interface DecodeContext {
  /** The configured name. */
  app: string;
  botOpenId: string;
  /** By our clock, in milliseconds; where the event tells no time. */
  nowMs: number;
}

/** What an event means to us. `bundle` needs a look at what was forwarded; `nothing` is acknowledged and forgotten. */
export type DecodedEvent =
  | { kind: "event"; event: ChannelEvent }
  | { kind: "bundle"; message: Message }
  | { kind: "membership"; chatId: string; isMember: boolean }
  | { kind: "nothing"; why: string };

/** Reads an event of version 2; one that is malformed or unknown is nothing, since Lark would only send it again. */
export function decodeLarkEvent(envelope: LarkEnvelope, context: DecodeContext): DecodedEvent {
  const { event } = envelope;
  switch (envelope.header.event_type) {
    case "im.message.receive_v1":
      return decodeMessage(event, context);
    case "im.message.recalled_v1": {
      const recalled = recallEventSchema.safeParse(event);
      if (!recalled.success) return { kind: "nothing", why: "malformed" };
      const { chat_id: conversationId, message_id: messageId, recall_time: at } = recalled.data;
      return {
        kind: "event",
        event: {
          kind: "recalled",
          channel: "lark",
          app: context.app,
          conversationId,
          messageId,
          at: readLarkTime(at, context.nowMs),
        },
      };
    }
    case "im.message.reaction.created_v1":
    case "im.message.reaction.deleted_v1": {
      const feedback = readReaction(envelope, context);
      if (feedback === undefined) return { kind: "nothing", why: "no vote" };
      const eventId = envelope.header.event_id ?? undefined;
      return { kind: "event", event: { kind: "feedback", feedback, ...(eventId !== undefined && { eventId }) } };
    }
    case "im.chat.member.bot.added_v1":
    case "im.chat.member.bot.deleted_v1": {
      const chatId = event?.["chat_id"];
      const isMember = envelope.header.event_type.includes("added");
      return { kind: "membership", chatId: typeof chatId === "string" ? chatId : "", isMember };
    }
    default:
      return { kind: "nothing", why: "unknown event" };
  }
}

function decodeMessage(event: unknown, context: DecodeContext): DecodedEvent {
  const parsed = messageEventSchema.safeParse(event);
  if (!parsed.success) return { kind: "nothing", why: "malformed" };
  const { message, sender } = parsed.data;
  const content = readContent(message.message_type, message.content);
  const mentions = resolveMentions(content.text, { mentions: message.mentions ?? [], botOpenId: context.botOpenId });
  const ids = sender.sender_id;
  const thread = present(message.thread_id);
  const parent = present(message.parent_id);
  const decoded: Message = {
    id: message.message_id,
    channel: "lark",
    app: context.app,
    conversation: {
      id: message.chat_id,
      kind: message.chat_type === "p2p" ? "direct" : "group",
      ...(thread !== undefined && { thread }),
    },
    // `app` is what older texts and the REST API call a bot; anything but a person must not be answered.
    sender: {
      id: present(ids?.open_id) ?? present(ids?.union_id) ?? present(ids?.user_id) ?? "",
      isBot: sender.sender_type !== "user",
    },
    text: mentions.text,
    parts: content.parts.map((part) => (part.kind === "text" ? { kind: "text", text: mentions.text } : part)),
    mentions: { bot: mentions.bot, others: mentions.others, ...(mentions.everyone && { everyone: true }) },
    ...(parent !== undefined && { quoted: { id: parent } }),
    sentAt: readLarkTime(message.create_time, context.nowMs),
  };
  return message.message_type === "merge_forward"
    ? { kind: "bundle", message: decoded }
    : { kind: "event", event: { kind: "message", message: decoded } };
}

function present(value: string | null | undefined): string | undefined {
  return value === null || value === "" ? undefined : value;
}
