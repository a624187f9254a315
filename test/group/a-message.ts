import type { Message } from "../../src/core/message.ts";

/** A line of a group, for tests: everything that is not said stands for an ordinary line. */
export function aMessage(changes: Partial<Message> & { from?: string } = {}): Message {
  const { from = "u1", ...rest } = changes;
  const text = changes.text ?? "";
  return {
    id: "m1",
    channel: "lark",
    app: "hr",
    conversation: { id: "g1", kind: "group" },
    sender: { id: from, isBot: false },
    text,
    parts: [{ kind: "text", text }],
    mentions: { bot: false, others: [] },
    sentAt: 0,
    ...rest,
  };
}
