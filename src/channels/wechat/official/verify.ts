import type { WebhookRequest } from "../../../core/channel.ts";
import { readFlatXml } from "../../flat-xml.ts";
import { isSameSignature, signParts, type WecomCrypto } from "../../wecom-crypto.ts";

/** What a request turned out to be. `why` is for the log, never for the caller. */
export type VerifiedOfficialRequest =
  /** The console checks the address; `echo` is the whole reply. */
  | { kind: "check"; echo: string }
  | { kind: "callback"; fields: Map<string, string>; nonce: string }
  | { kind: "refused"; status: 400 | 401 | 405; why: string };

/**
 * Believes a callback of an official account. Plain ones are signed over token, time stamp and nonce; with `crypto` they
 * must be encrypted, and are signed over the encrypted text as well.
 */
export function verifyOfficialRequest(
  { method, query, body }: Pick<WebhookRequest, "method" | "query" | "body">,
  { token, crypto }: { token: string; crypto: WecomCrypto | undefined },
): VerifiedOfficialRequest {
  const timestamp = query.get("timestamp") ?? "";
  const nonce = query.get("nonce") ?? "";
  const isSigned = isSameSignature(signParts([token, timestamp, nonce]), query.get("signature"));
  if (method === "GET") {
    if (!isSigned) return { kind: "refused", status: 401, why: "wrong signature in the check of the address" };
    const echo = query.get("echostr");
    return echo === null ? { kind: "refused", status: 400, why: "no echostr" } : { kind: "check", echo };
  }
  if (method !== "POST") return { kind: "refused", status: 405, why: "neither GET nor POST" };
  if (crypto === undefined && !isSigned) return { kind: "refused", status: 401, why: "wrong signature" };
  const outer = readFlatXml(Buffer.from(body).toString("utf8"));
  if (outer === undefined) return { kind: "refused", status: 400, why: "the body is no plain XML" };
  const encrypt = outer.get("Encrypt");
  if (crypto === undefined) {
    if (encrypt !== undefined && !outer.has("MsgType")) {
      return { kind: "refused", status: 400, why: "encrypted, but encoding_aes_key_env is not set" };
    }
    return { kind: "callback", fields: outer, nonce };
  }
  if (encrypt === undefined) return { kind: "refused", status: 401, why: "not encrypted" };
  if (!crypto.isSigned({ timestamp, nonce, encrypt }, query.get("msg_signature"))) {
    return { kind: "refused", status: 401, why: "wrong signature" };
  }
  const opened = crypto.decrypt(encrypt);
  const fields = opened === undefined ? undefined : readFlatXml(opened);
  if (fields === undefined) return { kind: "refused", status: 400, why: "the message cannot be decrypted or read" };
  return { kind: "callback", fields, nonce };
}
