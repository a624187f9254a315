import type { WecomCrypto } from "../wecom-crypto.ts";

/** What a poll, or the message itself, is answered with. */
export interface StreamFrame {
  id: string;
  finish: boolean;
  /** The whole text so far. */
  content: string;
  /** Only in the reply to the message itself. */
  feedbackId?: string;
}

/**
 * Takes from an answer what WeCom would act upon: mentions (they call people) and the tags of thoughts (they hide text).
 * A beginning of the result is the result of the beginning, as `withoutOpenTag` leaves it.
 */
export function withoutCalls(markdown: string): string {
  return markdown.replaceAll(/<(?=@|\/?think>)/gi, "<\u200b");
}

/** A text that still grows, without a tag at its end that may become one of those. */
export function withoutOpenTag(markdown: string): string {
  return markdown.replace(/<\/?[a-z]{0,5}$/i, "");
}

/** Tables and code are shown by the newer dialect only, mentions and colours by the older one only. */
export function needsNewMarkdown(markdown: string): boolean {
  return /^[ \t]*(```|~~~|\|.*\|)/m.test(markdown) && !/<@|<font\b/.test(markdown);
}

/** JSON of a frame, before it is encrypted. */
export function encodeFrame({ id, finish, content, feedbackId }: StreamFrame): string {
  return JSON.stringify({
    msgtype: "stream",
    stream: { id, finish, content, ...(feedbackId !== undefined && { feedback: { id: feedbackId } }) },
  });
}

/** The envelope of a reply, with the nonce of the request. */
export function sealReply(
  crypto: WecomCrypto,
  text: string,
  { nonce, nowMs }: { nonce: string; nowMs: number },
): string {
  const encrypt = crypto.encrypt(text);
  const timestamp = Math.floor(nowMs / 1000);
  const msgsignature = crypto.sign({ timestamp: String(timestamp), nonce, encrypt });
  return JSON.stringify({ encrypt, msgsignature, timestamp, nonce });
}
