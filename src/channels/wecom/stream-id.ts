import { createHmac } from "node:crypto";
import { isSameSignature } from "../wecom-crypto.ts";

/** Names the streams of one bot so that another process, or this one after a restart, knows them as its own. */
export interface StreamIds {
  create(messageId: string, createdAt: number): string;
  /** When one of ours was created, in milliseconds since 1970; undefined for any other. */
  createdAt(id: string): number | undefined;
}

/** @param secret never leaves; the same in every process of the bot */
export function createStreamIds(secret: string): StreamIds {
  const sign = (text: string): string => createHmac("sha256", secret).update(text).digest("hex").slice(0, 24);
  return {
    create: (messageId, createdAt) => {
      const time = createdAt.toString(36);
      const ofMessage = sign(`message/${messageId}`).slice(0, 12);
      return `${time}-${ofMessage}-${sign(`stream/${time}/${ofMessage}`)}`;
    },
    createdAt: (id) => {
      const [time = "", ofMessage = "", signature = "", ...more] = id.split("-");
      const isOurs = more.length === 0 && isSameSignature(sign(`stream/${time}/${ofMessage}`), signature);
      return isOurs ? Number.parseInt(time, 36) : undefined;
    },
  };
}
