import { createDecipheriv, createHash, timingSafeEqual } from "node:crypto";
import type { WebhookRequest } from "../../core/channel.ts";
import { isObject, parseObject } from "./api-types.ts";

/** A retry comes up to six hours late, perhaps with its first time stamp; repeated deliveries are told apart elsewhere. */
const DEFAULT_MAX_AGE_MS = 12 * 3_600_000;

export interface LarkSecrets {
  verificationToken: string | undefined;
  encryptKey: string | undefined;
}

/** What a request turned out to be. `why` is for the log, never for the caller. */
export type VerifiedRequest =
  | { kind: "challenge"; challenge: string }
  | { kind: "event"; body: Record<string, unknown> }
  | { kind: "refused"; status: 400 | 401; why: string };

/**
 * Believes a request only when it carries the Encrypt Key's signature (over the bytes as they came) and the Verification
 * Token, as far as the app has them; the check of the address is unsigned by contract. Without either secret nothing is
 * believed.
 * @param maxAgeMs default 43,200,000 (12 h)
 */
export function verifyLarkRequest(
  request: Pick<WebhookRequest, "headers" | "body">,
  secrets: LarkSecrets,
  { nowMs, maxAgeMs = DEFAULT_MAX_AGE_MS }: { nowMs: number; maxAgeMs?: number },
): VerifiedRequest {
  const outer = parseObject(Buffer.from(request.body).toString("utf8"));
  if (outer === undefined) return { kind: "refused", status: 400, why: "the body is no JSON object" };
  const opened = openBody(outer, secrets.encryptKey);
  if (opened === undefined) return { kind: "refused", status: 400, why: "the body cannot be decrypted" };
  const { body, wasEncrypted } = opened;
  const isTokenRight = secrets.verificationToken !== undefined && isSame(tokenOf(body), secrets.verificationToken);
  // A body that opens with our key was made by somebody who has it.
  const isTokenFine = secrets.verificationToken === undefined ? wasEncrypted : isTokenRight;
  if (body["type"] === "url_verification") {
    if (!isTokenFine) return { kind: "refused", status: 401, why: "wrong token in the check of the address" };
    const { challenge } = body;
    if (typeof challenge !== "string") return { kind: "refused", status: 400, why: "no challenge to answer" };
    return { kind: "challenge", challenge };
  }
  if (secrets.encryptKey !== undefined) {
    if (!wasEncrypted) return { kind: "refused", status: 401, why: "not encrypted" };
    if (!isSigned(request, secrets.encryptKey)) return { kind: "refused", status: 401, why: "wrong signature" };
    const sentAtMs = Number(request.headers["x-lark-request-timestamp"]) * 1000;
    if (!(Math.abs(nowMs - sentAtMs) <= maxAgeMs)) return { kind: "refused", status: 401, why: "too old or too new" };
  }
  if (!isTokenFine) return { kind: "refused", status: 401, why: "wrong token" };
  return { kind: "event", body };
}

/**
 * AES-256-CBC, the key being the SHA-256 of the Encrypt Key and the first 16 bytes the initial vector. Undefined when it
 * cannot be opened.
 */
export function decryptLark(encrypted: string, encryptKey: string): string | undefined {
  const bytes = Buffer.from(encrypted, "base64");
  if (bytes.length < 32 || bytes.length % 16 !== 0) return undefined;
  const key = createHash("sha256").update(encryptKey, "utf8").digest();
  const decipher = createDecipheriv("aes-256-cbc", key, bytes.subarray(0, 16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]).toString("utf8");
  } catch {
    // Wrong padding; OpenSSL's error says no more than that.
    return undefined;
  }
}

/** Lower-case hex of SHA-256 over time stamp, nonce, Encrypt Key and the body's bytes. */
export function signLarkBody(
  body: Uint8Array,
  { timestamp, nonce, encryptKey }: { timestamp: string; nonce: string; encryptKey: string },
): string {
  return createHash("sha256")
    .update(timestamp + nonce + encryptKey, "utf8")
    .update(body)
    .digest("hex");
}

function openBody(
  outer: Record<string, unknown>,
  encryptKey: string | undefined,
): { body: Record<string, unknown>; wasEncrypted: boolean } | undefined {
  if (typeof outer["encrypt"] !== "string") return { body: outer, wasEncrypted: false };
  if (encryptKey === undefined) return undefined;
  const plain = decryptLark(outer["encrypt"], encryptKey);
  const body = plain === undefined ? undefined : parseObject(plain);
  return body === undefined ? undefined : { body, wasEncrypted: true };
}

function isSigned({ headers, body }: Pick<WebhookRequest, "headers" | "body">, encryptKey: string): boolean {
  const timestamp = headers["x-lark-request-timestamp"];
  const nonce = headers["x-lark-request-nonce"];
  const signature = headers["x-lark-signature"];
  if (timestamp === undefined || nonce === undefined || signature === undefined) return false;
  return isSame(signature, signLarkBody(body, { timestamp, nonce, encryptKey }));
}

/** Version 2 has it in the header, version 1 and the check of the address at the top. */
function tokenOf(body: Record<string, unknown>): unknown {
  const header = body["header"];
  return isObject(header) ? header["token"] : body["token"];
}

/** Takes the same time wherever the difference is, and for every length. */
function isSame(given: unknown, expected: string): boolean {
  if (typeof given !== "string") return false;
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(value: string): Buffer {
  return createHash("sha256").update(value, "utf8").digest();
}
