import { createHash } from "node:crypto";
import { z } from "zod";
import type { Message, MessagePart } from "../../../core/message.ts";

/** What the phone sends. Everything else in it is ignored. */
const requestSchema = z.object({
  query_id: z.string().nullish(),
  groupname: z.string().nullish(),
  username: z.string().nullish(),
  query: z.object({ type: z.string(), content: z.string().nullish() }),
});

/** A request of the phone; an answer carries the one it answers. */
export interface PhoneRequest {
  query_id: string;
  groupname: string;
  username: string;
  query: { type: string; content: string };
}

/** The phone repeats no longer text than this; an image's bytes are never kept. */
const MAX_KEPT_CHARS = 4000;

const MINUTE_MS = 60_000;

/** Reads the phone's JSON; undefined where it is none of its requests. */
export function readPhoneRequest(text: string): PhoneRequest | undefined {
  const parsed = requestSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { query_id: queryId, groupname, username, query } = parsed.data;
  const place = groupname || queryId || "";
  if (place === "") return undefined;
  return {
    query_id: queryId || place,
    groupname: place,
    username: username ?? "",
    query: { type: query.type, content: query.content ?? "" },
  };
}

/**
 * A group by its name: the phone knows no ids. WeChat shows the number of members behind it, which changes while the group
 * stays the same.
 */
export function conversationIdOf({ groupname }: PhoneRequest): string {
  return groupname.replace(/\s*[(（]\d{1,4}[)）]$/, "") || groupname;
}

/** Where the phone's line was written: in a private chat the group's name is the member's. */
export function isDirect({ groupname, username }: PhoneRequest): boolean {
  return username !== "" && groupname === username;
}

/** The message in a request; undefined where there is none (a poll, an unknown kind, an empty line). */
export function decodePhoneMessage(
  request: PhoneRequest,
  { app, botName, nowMs }: { app: string; botName: string | undefined; nowMs: number },
): Message | undefined {
  const content = readContent(request);
  if (content === undefined) return undefined;
  const addressed = readAddressee(content.text, botName);
  const id = conversationIdOf(request);
  return {
    id: messageId(request, nowMs),
    channel: "wechat-android",
    app,
    conversation: { id, kind: isDirect(request) ? "direct" : "group" },
    sender: {
      id: request.username || "unknown",
      ...(request.username !== "" && { name: request.username }),
      isBot: false,
    },
    text: addressed.text,
    parts: content.parts.map((part) => (part.kind === "text" ? { kind: "text", text: addressed.text } : part)),
    mentions: { bot: addressed.bot, others: addressed.others },
    sentAt: nowMs,
    replyContext: JSON.stringify({ ...request, query: { ...request.query, content: keptContent(request) } }),
  };
}

/**
 * The phone gives no ids. What one member writes in one place within one minute of the clock is taken for one line if it
 * reads the same: that is a delivery repeated after a fault, or nothing lost.
 */
function messageId({ groupname, username, query }: PhoneRequest, nowMs: number): string {
  const facts = [groupname, username, query.type, query.content, String(Math.floor(nowMs / MINUTE_MS))];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 32);
}

function readContent({ query }: PhoneRequest): { text: string; parts: MessagePart[] } | undefined {
  const { type, content } = query;
  if (content === "") return undefined;
  if (type === "text") return { text: content, parts: [{ kind: "text", text: content }] };
  if (type === "image") return { text: "", parts: [{ kind: "image", key: imageKey(content) }] };
  return undefined;
}

/** An address as it is; bytes by their checksum. */
function imageKey(content: string): string {
  return content.length <= 500 ? content : createHash("sha256").update(content).digest("hex");
}

function keptContent({ query }: PhoneRequest): string {
  return query.type === "image" && query.content.length > 500 ? "" : query.content.slice(0, MAX_KEPT_CHARS);
}

/** Without the bot's name nobody can tell whom a name at the beginning means: it stays, and means nothing. */
function readAddressee(line: string, botName: string | undefined): { text: string; bot: boolean; others: string[] } {
  const text = line.trim();
  if (botName === undefined || !text.startsWith("@")) return { text, bot: false, others: [] };
  const rest = text.slice(1);
  if (rest.startsWith(botName) && /^(?:[\s\u2005]|$)/.test(rest.slice(botName.length))) {
    return { text: rest.slice(botName.length).trim(), bot: true, others: [] };
  }
  const name = /^([^\u2005\n]{1,64})\u2005/.exec(rest)?.[1] ?? /^\S{1,64}/.exec(rest)?.[0];
  return { text, bot: false, others: name === undefined ? [] : [name] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
