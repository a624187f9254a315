import { placeKey, type LedgerRecord } from "../core/store.ts";

/** `placeKey` of where a recorded message was written. */
export function placeOfRecord({ channel, app, conversation }: LedgerRecord): string {
  return placeKey({ channel, app, conversationId: conversation.id });
}
