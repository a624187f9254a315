import { createHash } from "node:crypto";
import type { PostTarget } from "../../core/channel.ts";
import { AppError } from "../../core/errors.ts";
import type { LarkApi, LarkResult } from "./api.ts";
import { encodeCard, encodePost, encodeText, type LarkContent, type LarkPart } from "./encode.ts";

/** Makes the content of a message; `mention` is the open id of whoever is to be named because it is no reply. */
type Render = (mention: string | undefined) => LarkContent;

export interface OutgoingMessage {
  target: PostTarget;
  /** At most 50 characters; Lark shows a message once within an hour, however often it is sent. */
  uuid: string;
  signal: AbortSignal;
}

/** The topic of the message is gone, or threads do not exist here. The question itself is still there. */
const TOPIC_GONE = 230_019;
const NO_THREADS = new Set([230_071, 230_072]);

/** The same for the same part of the same post; everything sent under it is one message. */
export function uuidOf(idempotencyKey: string, { part, generation }: { part: number; generation: number }): string {
  return createHash("sha256").update(`${idempotencyKey}\n${part}\n${generation}`).digest("hex").slice(0, 40);
}

/**
 * Sends a part as a card; as rich text where Lark does not take the card; as plain text where it does not take that.
 * @throws AppError `channel_*`, `aborted`
 */
export async function postPart(api: LarkApi, part: LarkPart, message: OutgoingMessage): Promise<string> {
  const renders: Render[] = [
    (mention) => encodeCard(part, named(mention)),
    (mention) => encodePost(part, named(mention)),
    (mention) => encodeText(part, named(mention)),
  ];
  let fault: AppError | undefined;
  for (const render of renders) {
    const result = await postMessage(api, render, message);
    if (result.kind === "done") return messageIdOf(result);
    fault = result.error;
    if (result.refusal.kind !== "card" && result.refusal.kind !== "too-long") break;
  }
  throw fault ?? new Error("no way to send a part");
}

/**
 * Replies to the message it is for. Where its topic is gone it goes to the chat, naming the asker; where the message
 * itself was withdrawn it is not sent: an answer to it would only tell what was asked.
 * @throws AppError `channel_*`, `aborted`
 */
export async function postMessage(api: LarkApi, render: Render, message: OutgoingMessage): Promise<LarkResult> {
  const { inReplyTo, conversation, asker } = message.target;
  if (inReplyTo === undefined) return create(api, render(undefined), message);
  const isThread = conversation.thread !== undefined;
  const result = await reply(api, { ...message, inReplyTo, content: render(undefined), isThread });
  if (result.kind === "done") return result;
  const { code } = result.refusal;
  if (isThread && NO_THREADS.has(code)) {
    return reply(api, { ...message, inReplyTo, content: render(undefined), isThread: false });
  }
  return code === TOPIC_GONE || NO_THREADS.has(code) ? create(api, render(asker?.id), message) : result;
}

/** @throws AppError `channel_rejected` when Lark does not say which message it made */
export function messageIdOf(result: LarkResult & { kind: "done" }): string {
  const id = result.data["message_id"];
  if (typeof id === "string") return id;
  throw new AppError("channel_rejected", "Lark took a message without saying its id; check base_url");
}

function reply(
  api: LarkApi,
  {
    inReplyTo,
    content,
    isThread,
    target,
    uuid,
    signal,
  }: OutgoingMessage & { inReplyTo: string; content: LarkContent; isThread: boolean },
): Promise<LarkResult> {
  return api.call({
    what: "reply to a message",
    method: "POST",
    path: `/open-apis/im/v1/messages/${encodeURIComponent(inReplyTo)}/reply`,
    body: {
      msg_type: content.msgType,
      content: content.content,
      ...(isThread && { reply_in_thread: true }),
      uuid,
    },
    chatId: target.conversation.id,
    limitedAs: "reply",
    signal,
  });
}

function create(api: LarkApi, content: LarkContent, { target, uuid, signal }: OutgoingMessage): Promise<LarkResult> {
  return api.call({
    what: "send a message",
    method: "POST",
    path: "/open-apis/im/v1/messages?receive_id_type=chat_id",
    body: { receive_id: target.conversation.id, msg_type: content.msgType, content: content.content, uuid },
    chatId: target.conversation.id,
    limitedAs: "create",
    signal,
  });
}

function named(mention: string | undefined): { mention?: string } {
  // Ids come from outside; one that could close the tag names nobody.
  return mention !== undefined && /^[\w-]+$/.test(mention) ? { mention } : {};
}
