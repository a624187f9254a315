import { isAppError } from "../../core/errors.ts";
import type { Message } from "../../core/message.ts";
import { messageItemsSchema } from "./api-types.ts";
import type { LarkApi } from "./api.ts";
import { resolveMentions } from "./mentions.ts";
import { readContent } from "./read-content.ts";

/** Lark waits three seconds for us to take an event. */
const TIMEOUT_MS = 1500;
const MAX_CHARS = 20_000;

/** Adds what was forwarded to a message that brings nothing but the fact; leaves it as it is where Lark does not tell. */
export async function withForwarded(
  api: LarkApi,
  message: Message,
  { botOpenId, signal }: { botOpenId: string; signal: AbortSignal },
): Promise<Message> {
  const late = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const { data } = await api.demand({
      what: "read a forwarded bundle",
      method: "GET",
      path: `/open-apis/im/v1/messages/${encodeURIComponent(message.id)}`,
      limitedAs: "get-message",
      timeoutMs: TIMEOUT_MS,
      signal: AbortSignal.any([signal, late]),
    });
    const parsed = messageItemsSchema.safeParse(data);
    const items = parsed.success ? parsed.data.items : [];
    const lines = items
      .filter((item) => item.message_id !== message.id && item.deleted !== true)
      .map((item) => {
        const { text } = readContent(item.msg_type, item.body?.content);
        return resolveMentions(text, { mentions: item.mentions ?? [], botOpenId }).text;
      })
      .filter((line) => line !== "");
    const text = lines.join("\n").slice(0, MAX_CHARS);
    return text === "" ? message : { ...message, text, parts: [{ kind: "text", text }] };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return message;
  }
}
