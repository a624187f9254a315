import type { Message, Reply } from "./message.ts";

/** A chat platform: group in, reply out. */
export interface Channel {
  name: string;
  /** Begins to hand in messages; resolves once the channel listens. */
  start(handle: (message: Message) => Promise<void>): Promise<void>;
  /** Posts a reply at most once for a key, however often it is called. */
  send(reply: Reply, idempotencyKey: string): Promise<void>;
  stop(): Promise<void>;
}
