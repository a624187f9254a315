import { z } from "zod";

/** What WeCom sends us, as far as we read it; everything else in it is ignored. */

const text = z.string();
const optionalText = z.string().nullish();
const textBody = z.looseObject({ content: z.string() });
const mediaBody = z.looseObject({ url: optionalText, name: optionalText, filename: optionalText });

const contentFields = {
  msgtype: text,
  text: textBody.nullish(),
  voice: textBody.nullish(),
  image: mediaBody.nullish(),
  file: mediaBody.nullish(),
  video: mediaBody.nullish(),
  mixed: z
    .looseObject({
      msg_item: z.array(z.looseObject({ msgtype: text, text: textBody.nullish(), image: mediaBody.nullish() })),
    })
    .nullish(),
};

const contentSchema = z.looseObject(contentFields);

export type BotContent = z.infer<typeof contentSchema>;

const feedbackFields = {
  id: optionalText,
  /** 1 good, 2 bad, 3 taken back. */
  type: z.number().nullish(),
  content: optionalText,
  inaccurate_reason_list: z.array(z.number()).nullish(),
};

/** A callback of an AI bot, decrypted (documents 100719, 101027, 101031 of WeCom). */
export const botCallbackSchema = z.looseObject({
  ...contentFields,
  msgid: text,
  chatid: optionalText,
  chattype: optionalText,
  from: z.looseObject({ userid: optionalText }).nullish(),
  response_url: optionalText,
  create_time: z.number().nullish(),
  quote: contentSchema.nullish(),
  stream: z.looseObject({ id: text }).nullish(),
  event: z
    .looseObject({ eventtype: text, ...feedbackFields, feedback_event: z.looseObject(feedbackFields).nullish() })
    .nullish(),
});

export type BotCallback = z.infer<typeof botCallbackSchema>;

/** The envelope; some senders write the name with a capital. */
export const envelopeSchema = z.looseObject({ encrypt: optionalText, Encrypt: optionalText });

/** Every reply of the API; HTTP is 200 whatever happened. */
export const apiReplySchema = z.looseObject({ errcode: z.number().int(), errmsg: optionalText });

export type ApiReply = z.infer<typeof apiReplySchema>;

export const tokenReplySchema = z.looseObject({ access_token: z.string().min(1), expires_in: z.number().positive() });

export const sendReplySchema = z.looseObject({
  msgid: optionalText,
  invaliduser: optionalText,
  unlicenseduser: optionalText,
});

export const agentReplySchema = z.looseObject({ name: optionalText, close: z.number().nullish() });

/** Parses JSON; undefined when it is none. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
