import { createHash } from "node:crypto";
import type { ChannelEvent, Feedback } from "../../core/channel.ts";
import type { Message, MessagePart } from "../../core/message.ts";
import { botCallbackSchema, parseJson, type BotCallback, type BotContent } from "./api-types.ts";
import { stripMention } from "./strip-mention.ts";

/** The name that messages of AI bots carry as their channel. */
export const WECOM_BOT = "wecom-bot";

/** What a callback of an AI bot means to us. */
export type BotEvent =
  | { kind: "message"; message: Message; responseUrl: string | undefined }
  | { kind: "poll"; streamId: string }
  | { kind: "event"; event: ChannelEvent }
  | { kind: "nothing"; why: string }
  | { kind: "malformed" };

const VOTES: Readonly<Record<number, Feedback["vote"]>> = { 1: "up", 2: "down", 3: "none" };

/** Reads a decrypted callback. In groups only lines that mention the bot come at all. */
export function decodeBotCallback(
  json: string,
  { app, botName, nowMs }: { app: string; botName: string | undefined; nowMs: number },
): BotEvent {
  const parsed = botCallbackSchema.safeParse(parseJson(json));
  if (!parsed.success) return { kind: "malformed" };
  const callback = parsed.data;
  if (callback.msgtype === "stream") {
    return callback.stream?.id === undefined ? { kind: "malformed" } : { kind: "poll", streamId: callback.stream.id };
  }
  const userId = callback.from?.userid ?? "";
  if (userId === "sys") return { kind: "nothing", why: "a line of the system" };
  const at = callback.create_time === undefined || callback.create_time === null ? nowMs : callback.create_time * 1000;
  if (callback.msgtype === "event") return decodeEvent(callback, { app, userId, at });
  const content = readContent(callback);
  if (content === undefined) return { kind: "nothing", why: "an unknown kind of message" };
  const isGroup = callback.chattype === "group";
  const conversationId = isGroup ? callback.chatid : userId;
  if (userId === "" || conversationId === undefined || conversationId === null || conversationId === "") {
    return { kind: "malformed" };
  }
  const text = stripMention(content.text, { botName, isGroup });
  const quote = callback.quote === undefined || callback.quote === null ? undefined : readContent(callback.quote);
  return {
    kind: "message",
    responseUrl: callback.response_url ?? undefined,
    message: {
      id: callback.msgid,
      channel: WECOM_BOT,
      app,
      conversation: { id: conversationId, kind: isGroup ? "group" : "direct" },
      sender: { id: userId, isBot: false },
      text,
      parts: [...(text === "" ? [] : [{ kind: "text" as const, text }]), ...content.media],
      mentions: { bot: true, others: [] },
      // The quoted message's id is not told; its text is all there is to know it by.
      ...(quote !== undefined && { quoted: { id: `quote-${digest(quote.text)}`, text: quote.text } }),
      sentAt: at,
    },
  };
}

function decodeEvent(
  { msgid, chatid, event }: BotCallback,
  { app, userId, at }: { app: string; userId: string; at: number },
): BotEvent {
  if (event?.eventtype !== "feedback_event")
    return { kind: "nothing", why: event?.eventtype ?? "an event without a type" };
  const { id, type, content, inaccurate_reason_list: reasons } = { ...event, ...event.feedback_event };
  const vote = VOTES[type ?? 0];
  if (id === undefined || id === null || id === "" || vote === undefined) return { kind: "nothing", why: "no vote" };
  const comment = [content ?? "", reasons?.length ? `reasons: ${reasons.join(", ")}` : ""].filter(Boolean).join("; ");
  return {
    kind: "event",
    event: {
      kind: "feedback",
      eventId: msgid,
      feedback: {
        channel: WECOM_BOT,
        app,
        ...(chatid !== undefined && chatid !== null && { conversationId: chatid }),
        messageId: id,
        userId,
        vote,
        ...(comment !== "" && { comment }),
        at,
      },
    },
  };
}

interface ReadContent {
  text: string;
  media: MessagePart[];
}

/** Undefined for kinds that we do not know. */
function readContent(content: BotContent): ReadContent | undefined {
  switch (content.msgtype) {
    case "text":
      return { text: content.text?.content ?? "", media: [] };
    case "voice":
      return { text: content.voice?.content ?? "", media: [] };
    case "image":
      return { text: "", media: [imagePart(content.image?.url)] };
    case "file":
    case "video": {
      const media = content[content.msgtype];
      const name = media?.filename ?? media?.name ?? content.msgtype;
      return { text: "", media: [{ kind: "file", name, key: media?.url ?? "" }] };
    }
    case "mixed": {
      const items = content.mixed?.msg_item ?? [];
      return {
        text: items.flatMap(({ text }) => (text?.content ? [text.content] : [])).join("\n"),
        media: items.filter(({ msgtype }) => msgtype === "image").map(({ image }) => imagePart(image?.url)),
      };
    }
    default:
      return undefined;
  }
}

function imagePart(url: string | null | undefined): MessagePart {
  return { kind: "image", key: url ?? "" };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
