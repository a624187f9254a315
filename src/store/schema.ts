import type { Generated, Kysely, Transaction } from "kysely";

/** Columns are of the types that SQLite and PostgreSQL share: text and whole numbers; times are milliseconds since 1970. */
export interface Tables {
  event: EventTable;
  lease: LeaseTable;
  post: PostTable;
  post_message: PostMessageTable;
  ledger: LedgerTable;
  label: LabelTable;
  note: NoteTable;
  schema_version: { version: number };
}

export type Database = Kysely<Tables>;

/** A connection inside a transaction. */
export type Writing = Transaction<Tables>;

export interface EventTable {
  seq: Generated<number>;
  key: string;
  place: string;
  kind: string;
  received_at: number;
  /** 1 when no more work is to be done. */
  done: number;
  /** `ChannelEvent` as JSON. */
  body: string;
}

export interface LeaseTable {
  place: string;
  owner: string;
  until_ms: number;
}

export interface PostTable {
  seq: Generated<number>;
  key: string;
  place: string;
  channel: string;
  app: string;
  conversation_id: string;
  thread: string | null;
  inbound_key: string | null;
  asker_id: string | null;
  question: string | null;
  kind: string;
  mentioned: number;
  state: string;
  attempts: number;
  not_before: number;
  expires_at: number;
  created_at: number;
  sent_at: number | null;
  progress: string | null;
  /** JSON list. */
  message_ids: string;
  code: string | null;
  reason: string | null;
  /** `Post` as JSON; empty after the retention time. */
  body: string;
}

interface PostMessageTable {
  channel: string;
  app: string;
  message_id: string;
  key: string;
}

export interface LedgerTable {
  id: string;
  message_id: string;
  at: number;
  channel: string;
  conversation_id: string;
  text: string | null;
  /** The rest of the `LedgerRecord` as JSON. */
  body: string;
  /** `placeKey`. */
  place: string;
  /** 1 for a group. */
  is_group: number;
  outcome: string;
  /** A reason of silence, or the code of a fault. */
  reason: string | null;
}

interface LabelTable {
  key: string;
  message_id: string;
  at: number;
  body: string;
}

interface NoteTable {
  scope: string;
  name: string;
  value: string;
  at: number;
}
