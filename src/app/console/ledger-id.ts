import type { LedgerRecord } from "../../core/store.ts";

/** Channel of what comes over HTTP, in the ledger. */
const HTTP = "http";

/** What the outside calls a record: over HTTP the caller was told the message's own id. */
export function publicId({ id, messageId, channel }: Pick<LedgerRecord, "id" | "messageId" | "channel">): string {
  return channel === HTTP ? messageId : id;
}

/** The same of a `messageKey`. */
export function publicIdOfKey(key: string): string {
  const [channel = "", , messageId = ""] = key.split("/");
  return publicId({ id: key, channel: decodeURIComponent(channel), messageId: decodeURIComponent(messageId) });
}
