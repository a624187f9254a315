import type { WebhookRequest } from "../../core/channel.ts";
import { readFlatXml } from "../flat-xml.ts";
import type { WecomCrypto } from "../wecom-crypto.ts";
import { envelopeSchema, parseJson } from "./api-types.ts";

/** What a request turned out to be. `why` is for the log, never for the caller. */
export type OpenedCallback =
  | { kind: "echo"; text: string }
  | { kind: "message"; text: string; nonce: string }
  | { kind: "refused"; status: 400 | 401 | 405; why: string };

/** WeCom writes the first; the others occur in the wild. */
const SIGNATURE_NAMES = ["msg_signature", "msgsignature", "signature"];

/**
 * Believes a callback only when its signature is right, and only then decrypts it.
 * @param readEncrypt finds the encrypted text in a body; undefined where there is none
 */
export function openCallback(
  { method, query, body }: Pick<WebhookRequest, "method" | "query" | "body">,
  crypto: WecomCrypto,
  readEncrypt: (body: string) => string | undefined,
): OpenedCallback {
  if (method !== "GET" && method !== "POST") return { kind: "refused", status: 405, why: "method" };
  const isEcho = method === "GET";
  // Base64 has no blanks: one in here is a plus sign that a proxy did not escape.
  const encrypt = isEcho
    ? (query.get("echostr") ?? undefined)?.replaceAll(" ", "+")
    : readEncrypt(Buffer.from(body).toString("utf8"));
  const signature = SIGNATURE_NAMES.map((name) => query.get(name)).find((value) => value !== null);
  const timestamp = query.get("timestamp");
  const nonce = query.get("nonce");
  if (signature === undefined || timestamp === null || nonce === null) {
    return { kind: "refused", status: 401, why: "not signed" };
  }
  if (encrypt === undefined) return { kind: "refused", status: 400, why: "nothing encrypted in it" };
  if (!crypto.isSigned({ timestamp, nonce, encrypt }, signature)) {
    return { kind: "refused", status: 401, why: "wrong signature" };
  }
  const text = crypto.decrypt(encrypt);
  if (text === undefined)
    return { kind: "refused", status: 400, why: "it cannot be decrypted, or is for another receiver" };
  return isEcho ? { kind: "echo", text } : { kind: "message", text, nonce };
}

/** `{"encrypt":"…"}`, as AI bots get it. */
export function readJsonEncrypt(body: string): string | undefined {
  const envelope = envelopeSchema.safeParse(parseJson(body));
  return envelope.success ? (envelope.data.encrypt ?? envelope.data.Encrypt ?? undefined) : undefined;
}

/** `<xml><Encrypt>…</Encrypt></xml>`, as apps get it. */
export function readXmlEncrypt(body: string): string | undefined {
  return readFlatXml(body)?.get("Encrypt");
}
