import type { Citation } from "./outcome.ts";

/** A member of a conversation. */
export interface Sender {
  id: string;
  name?: string;
  isBot: boolean;
}

export interface Conversation {
  id: string;
  kind: "group" | "direct";
  thread?: string;
}

export type MessagePart =
  | { kind: "text"; text: string }
  | { kind: "image"; key: string }
  | { kind: "file"; name: string; key: string }
  | { kind: "link"; url: string; title?: string };

/** One line somebody wrote, as every channel hands it in. */
export interface Message {
  id: string;
  channel: string;
  /** The configured bot that received it. */
  app: string;
  conversation: Conversation;
  sender: Sender;
  text: string;
  parts: MessagePart[];
  /** `everyone` is a call to the whole group, which is no mention of the bot. */
  mentions: { bot: boolean; others: string[]; everyone?: boolean };
  /** The message that this one replies to or quotes. */
  quoted?: { id: string; text?: string; senderId?: string };
  /** Milliseconds since 1970, by the platform's clock. */
  sentAt: number;
  /** What the channel needs to reply to it and nobody else can read (an address, a session), as text. Never logged. */
  replyContext?: string;
}

/** What goes back. */
export interface Reply {
  inReplyTo: string;
  markdown: string;
  citations: Citation[];
  kind: "answer" | "decline" | "notice";
}

/**
 * An earlier line of a conversation, oldest first in a list. A list holds what one person said in one thread and our
 * answers to it; a question is understood by it, so the lines of others must not be in it.
 */
export interface HistoryTurn {
  role: "user" | "assistant";
  content: string;
}
