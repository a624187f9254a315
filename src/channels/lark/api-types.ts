import { z } from "zod";

/** What Lark sends us, as far as we read it; everything else in it is ignored. */

const text = z.string();
const optionalText = z.string().nullish();

const larkIds = z.looseObject({ open_id: optionalText, user_id: optionalText, union_id: optionalText });

/** Events carry an object of ids, the REST API one id. */
const mention = z.looseObject({
  key: text,
  id: z.union([larkIds, text]).nullish(),
  mentioned_type: optionalText,
  name: optionalText,
});

export type LarkMention = z.infer<typeof mention>;

/** Version 2 of the envelope; the only one we act upon. */
export const envelopeSchema = z.looseObject({
  schema: z.literal("2.0"),
  header: z.looseObject({
    event_id: optionalText,
    event_type: text,
    create_time: z.union([text, z.number()]).nullish(),
    token: optionalText,
    app_id: optionalText,
  }),
  event: z.looseObject({}).nullish(),
});

export type LarkEnvelope = z.infer<typeof envelopeSchema>;

/** `im.message.receive_v1` */
export const messageEventSchema = z.looseObject({
  sender: z.looseObject({ sender_id: larkIds.nullish(), sender_type: optionalText }),
  message: z.looseObject({
    message_id: text,
    parent_id: optionalText,
    thread_id: optionalText,
    create_time: z.union([text, z.number()]).nullish(),
    chat_id: text,
    chat_type: optionalText,
    message_type: text,
    content: optionalText,
    mentions: z.array(mention).nullish(),
  }),
});

/** `im.message.recalled_v1` */
export const recallEventSchema = z.looseObject({
  message_id: text,
  chat_id: text,
  recall_time: z.union([text, z.number()]).nullish(),
});

/** `im.message.reaction.created_v1` and `deleted_v1` */
export const reactionEventSchema = z.looseObject({
  message_id: text,
  reaction_type: z.looseObject({ emoji_type: text }),
  operator_type: optionalText,
  user_id: larkIds.nullish(),
  action_time: z.union([text, z.number()]).nullish(),
});

/** `card.action.trigger` */
export const cardActionSchema = z.looseObject({
  operator: larkIds,
  action: z.looseObject({ value: z.unknown() }),
  context: z.looseObject({ open_message_id: optionalText, open_chat_id: optionalText }).nullish(),
});

/** What our own buttons carry. */
export const feedbackValueSchema = z.looseObject({
  action: z.literal("feedback"),
  vote: z.enum(["up", "down"]),
  key: optionalText,
});

/** `GET /open-apis/im/v1/messages/:id`: a forwarded bundle comes with what is in it. */
export const messageItemsSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      message_id: text,
      upper_message_id: optionalText,
      msg_type: text,
      deleted: z.boolean().nullish(),
      body: z.looseObject({ content: optionalText }).nullish(),
      mentions: z.array(mention).nullish(),
    }),
  ),
});

/** Parses what should be a JSON object; undefined when it is none. */
export function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
