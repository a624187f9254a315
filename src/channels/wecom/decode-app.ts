import type { Message, MessagePart } from "../../core/message.ts";
import { readFlatXml } from "../flat-xml.ts";
import { stripMention } from "./strip-mention.ts";

/** The name that messages of self-built apps carry as their channel. */
export const WECOM_APP = "wecom-app";

/** What a callback of an app means to us. */
export type AppEvent = { kind: "message"; message: Message } | { kind: "nothing"; why: string } | { kind: "malformed" };

export interface DecodeAppContext {
  app: string;
  agentId: number;
  botName: string | undefined;
  nowMs: number;
}

/** Reads a decrypted callback; an app gets what members write to it alone, never a group's lines. */
export function decodeAppCallback(xml: string, { app, agentId, botName, nowMs }: DecodeAppContext): AppEvent {
  const fields = readFlatXml(xml);
  if (fields === undefined) return { kind: "malformed" };
  const field = (name: string): string => fields.get(name) ?? "";
  const agent = field("AgentID");
  if (agent !== "" && agent !== String(agentId)) return { kind: "nothing", why: "another app's message" };
  if (field("MsgType") === "event") return { kind: "nothing", why: `event ${field("Event")}` };
  const userId = field("FromUserName");
  // Beyond 2^53: it stays a text.
  const id = field("MsgId");
  if (userId === "" || id === "" || field("MsgType") === "") return { kind: "malformed" };
  if (userId === "sys") return { kind: "nothing", why: "a line of the system" };
  const content = readContent(field);
  if (content === undefined) return { kind: "nothing", why: `a message of kind ${field("MsgType")}` };
  const text = stripMention(content.text, { botName, isGroup: false });
  const seconds = Number(field("CreateTime"));
  return {
    kind: "message",
    message: {
      id,
      channel: WECOM_APP,
      app,
      conversation: { id: userId, kind: "direct" },
      sender: { id: userId, isBot: false },
      text,
      parts: [...(text === "" ? [] : [{ kind: "text" as const, text }]), ...content.media],
      mentions: { bot: true, others: [] },
      sentAt: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : nowMs,
    },
  };
}

/** Undefined for kinds that we do not know. */
function readContent(field: (name: string) => string): { text: string; media: MessagePart[] } | undefined {
  const key = field("MediaId");
  switch (field("MsgType")) {
    case "text":
      return { text: field("Content"), media: [] };
    case "image":
      return { text: "", media: [{ kind: "image", key: key === "" ? field("PicUrl") : key }] };
    case "voice":
      return { text: field("Recognition"), media: [{ kind: "file", name: "voice", key }] };
    case "video":
      return { text: "", media: [{ kind: "file", name: "video", key }] };
    case "location":
      return { text: field("Label"), media: [] };
    case "link": {
      const title = field("Title");
      return { text: "", media: [{ kind: "link", url: field("Url"), ...(title !== "" && { title }) }] };
    }
    default:
      return undefined;
  }
}
