import type { NoteStore } from "../../../core/store.ts";

/** WeChat withdraws a message within two minutes. */
export const RECALL_WITHIN_MS = 120_000;

/** What the gateway said when it sent a message; it wants all of it back to withdraw the message. */
export interface SentMessage {
  /** Marked JSON, as it came. */
  data: Record<string, unknown>;
  /** Milliseconds since 1970, by the platform's clock where it says so. */
  createdAt: number;
}

/** The replies to our sends, kept on the disk for as long as a message can be withdrawn. */
export interface SentMessages {
  keep(id: string, sent: SentMessage): Promise<void>;
  find(id: string): Promise<SentMessage | undefined>;
  forget(id: string): Promise<void>;
}

export function createSentMessages({
  scope,
  notes,
  now,
}: {
  scope: string;
  notes: Pick<NoteStore, "putNote" | "note" | "notes">;
  now: () => number;
}): SentMessages {
  const sweep = async (): Promise<void> => {
    for (const [id, text] of await notes.notes(scope)) {
      const sent = readSent(text);
      if (sent === undefined || now() - sent.createdAt > 5 * RECALL_WITHIN_MS) {
        await notes.putNote(scope, id, undefined, now());
      }
    }
  };
  return {
    keep: async (id, sent) => {
      await sweep();
      await notes.putNote(scope, id, JSON.stringify(sent), now());
    },
    find: async (id) => {
      const text = await notes.note(scope, id);
      return text === undefined ? undefined : readSent(text);
    },
    forget: (id) => notes.putNote(scope, id, undefined, now()),
  };
}

function readSent(text: string): SentMessage | undefined {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || !isObject(value["data"]) || typeof value["createdAt"] !== "number") return undefined;
  return { data: value["data"], createdAt: value["createdAt"] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
