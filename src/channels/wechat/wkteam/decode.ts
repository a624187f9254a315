import type { Message, MessagePart } from "../../../core/message.ts";
import { readId } from "./exact-json.ts";
import { readLink, readQuote, type QuotedMessage } from "./read-quote.ts";
import { stripMention } from "./strip-mention.ts";

/** Which bot a callback came to. */
export interface WkteamContext {
  /** The configured name. */
  app: string;
  /** The bot's own wxid. */
  wcId: string;
  botName: string | undefined;
  nowMs: number;
}

export type WkteamCallback =
  | { kind: "message"; message: Message }
  | { kind: "nothing"; why: string }
  | { kind: "malformed"; why: string };

/** The gateway writes some types as numbers; they are compared as text. */
const TEXT = new Set(["80001", "60001", "9", "5"]);
const QUOTE = new Set(["80014", "60014", "14"]);
const IMAGE = new Set(["80002", "60002"]);
const LINK = new Set(["80007", "60007", "90001"]);

/** How much of a line an answer repeats, since a group has no other way to tell what it answers. */
const REMINDER_CHARS = 30;

/** Reads a callback (JSON with marked long numbers). */
export function decodeWkteamCallback(body: Record<string, unknown>, context: WkteamContext): WkteamCallback {
  const type = readId(body["messageType"]);
  if (type === undefined) return { kind: "malformed", why: "no messageType" };
  if (type === "00000" || type === "0") return { kind: "nothing", why: "a test of the gateway" };
  const { data } = body;
  if (!isObject(data)) return { kind: "malformed", why: "no data" };
  const account = readId(body["wcId"]);
  if (account !== undefined && account !== context.wcId) return { kind: "nothing", why: "for another bot" };
  const senderId = readId(data["fromUser"]);
  if (senderId === undefined) return { kind: "malformed", why: "no fromUser" };
  if (isTrue(data["self"]) || senderId === context.wcId) return { kind: "nothing", why: "our own" };
  const id = readId(data["newMsgId"]) ?? readId(data["msgId"]);
  if (id === undefined) return { kind: "malformed", why: "no newMsgId" };
  const content = readContent(type, data);
  if (content === undefined) return { kind: "nothing", why: `messageType ${type}` };

  const groupId = readId(data["fromGroup"]);
  const called = readMentions(data["atlist"]);
  const isMentioned = called.includes(context.wcId);
  const { text, namesBot } = stripMention(content.text, { botName: context.botName, isMentioned });
  const others = called.filter((one) => one !== context.wcId && !isEveryone(one));
  const quoted = content.quoted;
  // A quote of our own line speaks to us.
  const bot = isMentioned || namesBot || quoted?.authorId === context.wcId;
  const message: Message = {
    id,
    channel: "wechat-wkteam",
    app: context.app,
    conversation: groupId === undefined ? { id: senderId, kind: "direct" } : { id: groupId, kind: "group" },
    sender: { id: senderId, isBot: false },
    text,
    parts: content.parts.map((part) => (part.kind === "text" ? { kind: "text", text } : part)),
    mentions: { bot, others, ...(called.some(isEveryone) && { everyone: true }) },
    ...(quoted !== undefined && {
      quoted: {
        id: quoted.id ?? "",
        ...(quoted.text !== undefined && { text: quoted.text }),
        ...(quoted.authorId !== undefined && { senderId: quoted.authorId }),
      },
    }),
    sentAt: readTime(data["timestamp"], context.nowMs),
    ...(groupId !== undefined && text !== "" && { replyContext: reminderOf(text) }),
  };
  return { kind: "message", message };
}

interface WkteamContent {
  text: string;
  parts: MessagePart[];
  quoted?: QuotedMessage;
}

function readContent(type: string, data: Record<string, unknown>): WkteamContent | undefined {
  const content = typeof data["content"] === "string" ? data["content"] : "";
  const title = typeof data["title"] === "string" ? data["title"] : "";
  if (TEXT.has(type)) return { text: content, parts: [{ kind: "text", text: content }] };
  if (QUOTE.has(type)) return { text: title, parts: [{ kind: "text", text: title }], quoted: readQuote(content) };
  if (IMAGE.has(type)) return { text: "", parts: [{ kind: "image", key: readId(data["msgId"]) ?? "" }] };
  if (!LINK.has(type)) return undefined;
  const link = readLink(content);
  const text = link?.title ?? title;
  if (link === undefined) return { text, parts: [{ kind: "text", text }] };
  return { text, parts: [{ kind: "link", url: link.url, ...(text !== "" && { title: text }) }] };
}

/** A list of wxids; some gateways join them with commas. */
function readMentions(value: unknown): string[] {
  const entries: unknown[] = Array.isArray(value) ? value : typeof value === "string" ? value.split(",") : [];
  return entries
    .filter((entry) => typeof entry === "string")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

function isEveryone(entry: string): boolean {
  return entry === "notify@all" || entry === "announcement@all";
}

/** Seconds or milliseconds since 1970, as a number or as text. */
function readTime(value: unknown, nowMs: number): number {
  const time = Number(readId(value));
  if (!Number.isFinite(time) || time <= 0) return nowMs;
  return time < 100_000_000_000 ? time * 1000 : time;
}

function reminderOf(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  const start = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(line)].slice(0, REMINDER_CHARS);
  const reminder = start.map(({ segment }) => segment).join("");
  return reminder.length < line.length ? `${reminder}..` : reminder;
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === "true";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
