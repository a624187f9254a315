import { createHash } from "node:crypto";

const CHARACTERS = 32;

/**
 * The key of a post: the same for the same message and purpose, before and after a restart. 35 characters of
 * `[A-Za-z0-9_-]`; the platform's limit is 50, and the rest is left for the number of a part.
 */
export function idempotencyKey(purpose: "answer" | "reply" | "digest" | "notice" | "command", ...of: string[]): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([purpose, ...of]))
    .digest("base64url");
  return `xh_${digest.slice(0, CHARACTERS)}`;
}
