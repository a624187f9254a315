import { createHmac } from "node:crypto";

/** The signature of a custom bot: base64 of an HMAC-SHA256 of nothing, time stamp and secret being the key. */
export function signHook(timestampSeconds: number, secret: string): string {
  return createHmac("sha256", `${timestampSeconds}\n${secret}`).digest("base64");
}
