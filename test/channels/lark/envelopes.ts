import { createCipheriv, createHash } from "node:crypto";
import type { WebhookRequest } from "../../../src/core/channel.ts";
import { signLarkBody } from "../../../src/channels/lark/verify.ts";
import { APP_ID, BOT_OPEN_ID } from "./fake-feishu.ts";

export const TOKEN = "v-token";
export const ENCRYPT_KEY = "test key";
export const NOW_MS = 1_725_442_341_000;

/** `im.message.receive_v1` as Lark writes it. */
export function messageEnvelope(
  message: Record<string, unknown> = {},
  { sender = {}, header = {} }: { sender?: Record<string, unknown>; header?: Record<string, unknown> } = {},
): Record<string, unknown> {
  return envelope(
    "im.message.receive_v1",
    {
      sender: {
        sender_id: { union_id: "on_alice", user_id: "", open_id: "ou_alice" },
        sender_type: "user",
        tenant_key: "tenant",
        ...sender,
      },
      message: {
        message_id: "om_question",
        create_time: String(NOW_MS - 1000),
        chat_id: "oc_group",
        chat_type: "group",
        message_type: "text",
        content: JSON.stringify({ text: "@_user_1 怎么退公寓？" }),
        mentions: [mention("@_user_1", BOT_OPEN_ID, "Bean")],
        ...message,
      },
    },
    header,
  );
}

export function envelope(
  type: string,
  event: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    schema: "2.0",
    header: {
      event_id: "event1",
      event_type: type,
      create_time: String(NOW_MS),
      token: TOKEN,
      app_id: APP_ID,
      tenant_key: "tenant",
      ...header,
    },
    event,
  };
}

export function mention(key: string, openId: string, name: string): Record<string, unknown> {
  return { key, id: { open_id: openId, union_id: "", user_id: "" }, name, tenant_key: "tenant" };
}

/** A request as Lark sends it to an app without an Encrypt Key. */
export function plainRequest(body: unknown): WebhookRequest {
  return requestOf(typeof body === "string" ? body : JSON.stringify(body), {});
}

/** A request as Lark sends it to an app with one. */
export function encryptedRequest(
  body: unknown,
  { sentAtMs = NOW_MS, encryptKey = ENCRYPT_KEY }: { sentAtMs?: number; encryptKey?: string } = {},
): WebhookRequest {
  return signedRequest(JSON.stringify({ encrypt: encryptLark(JSON.stringify(body), encryptKey) }), sentAtMs);
}

export function signedRequest(text: string, sentAtMs = NOW_MS): WebhookRequest {
  const timestamp = String(Math.floor(sentAtMs / 1000));
  const nonce = "nonce1";
  const signature = signLarkBody(Buffer.from(text), { timestamp, nonce, encryptKey: ENCRYPT_KEY });
  return requestOf(text, {
    "x-lark-request-timestamp": timestamp,
    "x-lark-request-nonce": nonce,
    "x-lark-signature": signature,
  });
}

export function requestOf(text: string, headers: Record<string, string>): WebhookRequest {
  return { method: "POST", query: new URLSearchParams(), headers, body: Buffer.from(text) };
}

export function encryptLark(text: string, encryptKey = ENCRYPT_KEY): string {
  const iv = Buffer.from(Array.from({ length: 16 }, (_, index) => index));
  const cipher = createCipheriv("aes-256-cbc", createHash("sha256").update(encryptKey).digest(), iv);
  return Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final()]).toString("base64");
}
