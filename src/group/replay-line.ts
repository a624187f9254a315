import type { Message } from "../core/message.ts";

/** A line of an exported chat. */
export interface ReplayLine {
  id: string;
  /** When it was written: milliseconds since 1970. */
  at: number;
  group: string;
  sender: string;
  senderName?: string;
  text: string;
  mentionsBot: boolean;
  /** Ids of other members that it mentions. */
  mentions: string[];
  /** Id of the line that it replies to or quotes. */
  replyTo?: string;
  /** What that line says, where the export has it. */
  quoted?: string;
  isBot: boolean;
}

/** Names the channel of a replay in its ledger. */
export const REPLAY_CHANNEL = "replay";

/** The line as a channel would have handed it in. */
export function replayMessage(line: ReplayLine): Message {
  return {
    id: line.id,
    channel: REPLAY_CHANNEL,
    app: REPLAY_CHANNEL,
    conversation: { id: line.group, kind: "group" },
    sender: { id: line.sender, isBot: line.isBot, ...(line.senderName !== undefined && { name: line.senderName }) },
    text: line.text,
    parts: [{ kind: "text", text: line.text }],
    mentions: { bot: line.mentionsBot, others: line.mentions },
    ...(line.replyTo !== undefined && {
      quoted: { id: line.replyTo, ...(line.quoted !== undefined && { text: line.quoted }) },
    }),
    sentAt: line.at,
  };
}

export type ReplayFault = "no-json" | "no-object" | "no-id" | "no-time" | "no-sender" | "no-text" | "bad-value";

/**
 * Reads one line of an export: `{"id","at","group","sender","text"}`, and where known `sender_name`, `mentions_bot`,
 * `mentions`, `reply_to`, `quoted`, `is_bot`. `at` is ISO 8601 (UTC where it names no zone) or milliseconds since 1970; a line
 * without `group` is of the group `chat`. `ts`, `user` and `session` are understood for `at`, `sender` and `group`, and of a
 * list of replies the first counts.
 */
export function decodeReplayLine(json: string): { line: ReplayLine } | { fault: ReplayFault; key?: string } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { fault: "no-json" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { fault: "no-object" };
  const fields = new Map<string, unknown>(Object.entries(value));
  const given = (...names: string[]): unknown => names.map((name) => fields.get(name)).find((each) => each != null);
  const id = nameOf(given("id"));
  if (id === undefined) return { fault: "no-id" };
  const at = timeOf(given("at", "ts"));
  if (at === undefined) return { fault: "no-time" };
  const sender = nameOf(given("sender", "user"));
  if (sender === undefined) return { fault: "no-sender" };
  const text = given("text");
  if (typeof text !== "string") return { fault: "no-text" };
  const group = nameOf(given("group", "session")) ?? "chat";
  const mentions = given("mentions") ?? [];
  if (!Array.isArray(mentions)) return { fault: "bad-value", key: "mentions" };
  for (const key of ["mentions_bot", "is_bot"]) {
    if (typeof (given(key) ?? false) !== "boolean") return { fault: "bad-value", key };
  }
  const senderName = nameOf(given("sender_name"));
  const links = given("reply_to");
  const replyTo = nameOf(Array.isArray(links) ? links[0] : links);
  const quoted = given("quoted");
  if (quoted !== undefined && typeof quoted !== "string") return { fault: "bad-value", key: "quoted" };
  return {
    line: {
      id,
      at,
      group,
      sender,
      ...(senderName !== undefined && { senderName }),
      text: text.replaceAll("\u0000", " ").toWellFormed(),
      mentionsBot: given("mentions_bot") === true,
      mentions: mentions.map(String),
      ...(replyTo !== undefined && { replyTo }),
      ...(quoted !== undefined && { quoted }),
      isBot: given("is_bot") === true,
    },
  };
}

function nameOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value.toWellFormed() : undefined;
}

const NAMES_ZONE = /(?:Z|[+-]\d{2}:?\d{2})$/iu;
/** Times outside are typing errors, or seconds for milliseconds. */
const EARLIEST_MS = Date.UTC(1980, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);

function timeOf(value: unknown): number | undefined {
  const at = typeof value === "string" ? parseTime(value) : value;
  return typeof at === "number" && at >= EARLIEST_MS && at < LATEST_MS ? Math.round(at) : undefined;
}

function parseTime(text: string): number {
  const iso = text.trim().replace(" ", "T");
  return Date.parse(/T/u.test(iso) && !NAMES_ZONE.test(iso) ? `${iso}Z` : iso);
}
