import type { Message, MessagePart } from "../../../core/message.ts";

/** A callback as we understand it. `nothing`: an event, or a kind of message without anything to read. */
export type OfficialCallback =
  | { kind: "message"; message: Message; /** Id of the account, which a passive reply comes from. */ account: string }
  | { kind: "nothing" }
  | { kind: "malformed" };

/** Reads the fields of a callback. An official account has no groups: each reader is a conversation of their own. */
export function decodeOfficialCallback(
  fields: ReadonlyMap<string, string>,
  { app, nowMs }: { app: string; nowMs: number },
): OfficialCallback {
  const reader = fields.get("FromUserName") ?? "";
  const account = fields.get("ToUserName") ?? "";
  const type = fields.get("MsgType") ?? "";
  if (reader === "" || account === "" || type === "") return { kind: "malformed" };
  const content = readContent(type, fields);
  if (content === undefined) return { kind: "nothing" };
  const createdAt = fields.get("CreateTime") ?? "";
  const sentAt = /^\d{1,12}$/.test(createdAt) ? Number(createdAt) * 1000 : nowMs;
  return {
    kind: "message",
    account,
    message: {
      // A MsgId has more digits than a number holds; it stays text. Without one, the platform's rule: reader and time.
      id: fields.get("MsgId") || `${reader}-${createdAt || nowMs}`,
      channel: "wechat-official",
      app,
      conversation: { id: reader, kind: "direct" },
      sender: { id: reader, isBot: false },
      ...content,
      mentions: { bot: false, others: [] },
      sentAt,
    },
  };
}

function readContent(
  type: string,
  fields: ReadonlyMap<string, string>,
): { text: string; parts: MessagePart[] } | undefined {
  const field = (name: string): string => fields.get(name) ?? "";
  const key = field("MediaId") || field("PicUrl");
  switch (type) {
    case "text":
      return textOnly(field("Content"));
    case "voice":
      // The platform's own transcript, where the account has it turned on.
      return field("Recognition") === ""
        ? { text: "", parts: [{ kind: "file", name: `voice.${field("Format") || "amr"}`, key }] }
        : textOnly(field("Recognition"));
    case "image":
      return { text: "", parts: [{ kind: "image", key }] };
    case "video":
    case "shortvideo":
      return { text: "", parts: [{ kind: "file", name: "video.mp4", key }] };
    case "file":
      return { text: field("Title"), parts: [{ kind: "file", name: field("Title"), key: field("FileKey") || key }] };
    case "link":
      return { text: field("Title"), parts: [{ kind: "link", url: field("Url"), title: field("Title") }] };
    case "location":
      return field("Label") === "" ? undefined : textOnly(field("Label"));
    default:
      return undefined;
  }
}

function textOnly(text: string): { text: string; parts: MessagePart[] } {
  return { text, parts: [{ kind: "text", text }] };
}
