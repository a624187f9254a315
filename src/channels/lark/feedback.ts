import type { Feedback } from "../../core/channel.ts";
import {
  cardActionSchema,
  feedbackValueSchema,
  isObject,
  parseObject,
  reactionEventSchema,
  type LarkEnvelope,
} from "./api-types.ts";
import { readLarkTime } from "./lark-time.ts";

/** Names of Lark's emoji, in lower case. */
const UP = new Set(["thumbsup", "jiayi", "applause", "praise", "heart", "thanks", "fingerheart"]);
const DOWN = new Set(["thumbsdown", "crossmark"]);

interface FeedbackContext {
  app: string;
  nowMs: number;
}

/** A person's reaction as a vote; undefined for our own and for emoji that are no opinion. */
export function readReaction(envelope: LarkEnvelope, { app, nowMs }: FeedbackContext): Feedback | undefined {
  const parsed = reactionEventSchema.safeParse(envelope.event);
  if (!parsed.success || parsed.data.operator_type === "app") return undefined;
  const { message_id: messageId, reaction_type: reaction, user_id: user, action_time: at } = parsed.data;
  const emoji = reaction.emoji_type.toLowerCase();
  if (!UP.has(emoji) && !DOWN.has(emoji)) return undefined;
  const userId = user?.open_id ?? user?.user_id;
  if (userId === undefined || userId === null) return undefined;
  const isTakenBack = envelope.header.event_type.endsWith("deleted_v1");
  const vote = isTakenBack ? "none" : UP.has(emoji) ? "up" : "down";
  return { channel: "lark", app, messageId, userId, vote, at: readLarkTime(at, nowMs) };
}

/** A click on one of our feedback buttons; undefined for any other click. */
export function readCardAction(envelope: LarkEnvelope, { app, nowMs }: FeedbackContext): Feedback | undefined {
  const parsed = cardActionSchema.safeParse(envelope.event);
  if (!parsed.success) return undefined;
  const { action, operator, context } = parsed.data;
  const value = typeof action.value === "string" ? parseObject(action.value) : action.value;
  const button = feedbackValueSchema.safeParse(isObject(value) ? value : undefined);
  const userId = operator.open_id ?? operator.user_id;
  if (!button.success || userId === undefined || userId === null) return undefined;
  const { vote, key } = button.data;
  return {
    channel: "lark",
    app,
    ...(context?.open_chat_id && { conversationId: context.open_chat_id }),
    ...(context?.open_message_id && { messageId: context.open_message_id }),
    ...(key && { idempotencyKey: key }),
    userId,
    vote,
    at: readLarkTime(envelope.header.create_time, nowMs),
  };
}
