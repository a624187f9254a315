import type { WebhookReply } from "../../../core/channel.ts";
import { firstBytes } from "../../cut-to-bytes.ts";
import { writeFlatXml } from "../../flat-xml.ts";
import { markdownToText } from "../../markdown-to-text.ts";
import { splitMarkdown } from "../../split-markdown.ts";
import type { WecomCrypto } from "../../wecom-crypto.ts";

/** Bytes of UTF-8 that a text message holds, passive or not. */
export const MAX_TEXT_BYTES = 2048;

/** Nothing to say (yet). A body in JSON would show the reader an error. */
export const EMPTY_REPLY: WebhookReply = { status: 200, contentType: "text/plain; charset=utf-8", body: "success" };

/** The texts of an answer, as many as it takes. */
export function encodeTexts(markdown: string): string[] {
  return splitMarkdown(markdownToText(markdown), { maxBytes: MAX_TEXT_BYTES });
}

/** The one text that a passive reply holds. What does not fit is left out, visibly. */
export function encodeOneText(markdown: string): string[] {
  const text = markdownToText(markdown);
  if (text === "") return [];
  if (Buffer.byteLength(text) <= MAX_TEXT_BYTES) return [text];
  return [`${firstBytes(text, MAX_TEXT_BYTES - Buffer.byteLength("…")).trimEnd()}…`];
}

export interface PassiveReply {
  reader: string;
  account: string;
  text: string;
  /** Of the request that is answered. */
  nonce: string;
  nowMs: number;
}

/** The reply to a callback that shows `text`, encrypted where callbacks are. */
export function encodePassiveReply(
  { reader, account, text, nonce, nowMs }: PassiveReply,
  crypto: WecomCrypto | undefined,
): WebhookReply {
  const createdAt = Math.floor(nowMs / 1000);
  const plain = writeFlatXml([
    ["ToUserName", reader],
    ["FromUserName", account],
    ["CreateTime", createdAt],
    ["MsgType", "text"],
    ["Content", text],
  ]);
  return { status: 200, contentType: "text/xml; charset=utf-8", body: crypto === undefined ? plain : seal(crypto) };

  function seal(sealing: WecomCrypto): string {
    const encrypt = sealing.encrypt(plain);
    const signature = sealing.sign({ timestamp: String(createdAt), nonce, encrypt });
    return writeFlatXml([
      ["Encrypt", encrypt],
      ["MsgSignature", signature],
      ["TimeStamp", createdAt],
      ["Nonce", nonce],
    ]);
  }
}
