import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { AppError } from "../core/errors.ts";

/** PKCS#7 with blocks of 32 bytes, twice those of AES, so that node's own padding cannot be used. */
const PAD_BLOCK_BYTES = 32;
const RANDOM_BYTES = 16;
const HEAD_BYTES = RANDOM_BYTES + 4;

/** What the signature of a callback is over. */
export interface SignedParts {
  timestamp: string;
  nonce: string;
  /** The encrypted text as it came, in base64. */
  encrypt: string;
}

/** The envelope that WeCom's callbacks and WeChat's encrypted ones come in. */
export interface WecomCrypto {
  /** SHA-1 in hexadecimal. */
  sign(parts: SignedParts): string;
  /** Compares in constant time. Nothing may be decrypted before this said yes. */
  isSigned(parts: SignedParts, signature: string | null | undefined): boolean;
  /** The message, untrimmed; undefined when anything about it is wrong (base64, length, padding, receiver, UTF-8). */
  decrypt(encrypt: string): string | undefined;
  /** Base64. */
  encrypt(message: string): string;
}

export interface WecomCryptoOptions {
  /** Begins the message of a fault, such as `wecom-bot "hr"`. */
  name: string;
  token: string;
  /** 43 characters of base64. */
  encodingAesKey: string;
  /** Corp id for an app, app id for an official account, empty for an AI bot. */
  receiveId: string;
  /** The 16 bytes before each message. Default: node's. */
  random?: () => Uint8Array;
}

/**
 * Signs, checks, encrypts and decrypts as the platform does (document 90968 of WeCom).
 * @throws AppError `config_invalid` for a key that is none
 */
export function createWecomCrypto({
  name,
  token,
  encodingAesKey,
  receiveId,
  random = () => randomBytes(RANDOM_BYTES),
}: WecomCryptoOptions): WecomCrypto {
  if (!/^[A-Za-z0-9+/]{43}$/.test(encodingAesKey)) {
    throw new AppError(
      "config_invalid",
      `${name}: the EncodingAESKey must be the 43 letters and digits that the platform's console shows; copy it again`,
    );
  }
  const key = Buffer.from(`${encodingAesKey}=`, "base64");
  const iv = key.subarray(0, 16);
  const receiver = Buffer.from(receiveId);

  const sign = ({ timestamp, nonce, encrypt }: SignedParts): string => signParts([token, timestamp, nonce, encrypt]);
  return {
    sign,
    isSigned: (parts, signature) => isSameSignature(sign(parts), signature),
    decrypt: (encrypt) => {
      const plain = decipher(encrypt, key, iv);
      const message = plain === undefined ? undefined : cutMessage(plain, receiver);
      return message === undefined ? undefined : decodeUtf8(message);
    },
    encrypt: (message) => {
      const bytes = Buffer.from(message);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      const plain = Buffer.concat([random().subarray(0, RANDOM_BYTES), length, bytes, receiver]);
      const pad = PAD_BLOCK_BYTES - (plain.length % PAD_BLOCK_BYTES);
      const cipher = createCipheriv("aes-256-cbc", key, iv).setAutoPadding(false);
      const encrypted = [cipher.update(plain), cipher.update(Buffer.alloc(pad, pad)), cipher.final()];
      return Buffer.concat(encrypted).toString("base64");
    },
  };
}

/** The SHA-1 in hexadecimal of the parts, sorted as plain strings and joined; plain WeChat callbacks sign three parts. */
export function signParts(parts: readonly string[]): string {
  return createHash("sha1").update(parts.toSorted().join("")).digest("hex");
}

/** Compares two signatures in constant time; a missing one is wrong. */
export function isSameSignature(expected: string, given: string | null | undefined): boolean {
  const left = Buffer.from(expected);
  const right = Buffer.from(given ?? "");
  return left.length === right.length && timingSafeEqual(left, right);
}

function decipher(encrypt: string, key: Buffer, iv: Buffer): Buffer | undefined {
  // Buffer skips what is no base64; what the platform did not write is refused instead.
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encrypt) || encrypt.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(encrypt, "base64");
  if (bytes.length % 16 !== 0) return undefined;
  const aes = createDecipheriv("aes-256-cbc", key, iv).setAutoPadding(false);
  const padded = Buffer.concat([aes.update(bytes), aes.final()]);
  const pad = padded.at(-1) ?? 0;
  if (pad < 1 || pad > PAD_BLOCK_BYTES || pad > padded.length) return undefined;
  const end = padded.length - pad;
  return padded.subarray(end).every((byte) => byte === pad) ? padded.subarray(0, end) : undefined;
}

/** `random(16) | length of the message, 32 bits big-endian | message | receiver`. */
function cutMessage(plain: Buffer, receiver: Buffer): Buffer | undefined {
  if (plain.length < HEAD_BYTES) return undefined;
  const end = HEAD_BYTES + plain.readUInt32BE(RANDOM_BYTES);
  if (end > plain.length || !plain.subarray(end).equals(receiver)) return undefined;
  return plain.subarray(HEAD_BYTES, end);
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
