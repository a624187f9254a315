import { createHmac } from "node:crypto";
import { isSameSignature } from "../wecom-crypto.ts";

/**
 * Names the streams of one bot by the messages they answer: a message that comes again, to another process or after a
 * restart, gets the same, and any of them knows a stream as the bot's own.
 */
export interface StreamIds {
  create(messageId: string): string;
  isOurs(id: string): boolean;
}

/** @param secret never leaves; the same in every process of the bot */
export function createStreamIds(secret: string): StreamIds {
  const sign = (text: string): string => createHmac("sha256", secret).update(text).digest("hex").slice(0, 24);
  return {
    create: (messageId) => {
      const ofMessage = sign(`message/${messageId}`);
      return `${ofMessage}-${sign(`stream/${ofMessage}`)}`;
    },
    isOurs: (id) => {
      const [ofMessage = "", signature = "", ...more] = id.split("-");
      return more.length === 0 && isSameSignature(sign(`stream/${ofMessage}`), signature);
    },
  };
}
