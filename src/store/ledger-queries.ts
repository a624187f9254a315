import type { Label, LedgerRecord, LedgerStore } from "../core/store.ts";
import type { Write } from "./commit-queue.ts";
import { storable } from "./storable.ts";
import type { Database, LedgerTable, Writing } from "./schema.ts";

/** Rows of one statement: both databases allow more parameters than these have. */
const ROWS_AT_ONCE = 500;

/** The ledger and its labels in the tables. */
export function ledgerQueries(database: Database, write: Write): LedgerStore {
  return {
    record: (records) => write((writing) => writeRecords(writing, records)),
    async ledger({ limit, before, since, channel, conversationId }) {
      const rows = await database
        .selectFrom("ledger")
        .selectAll()
        .$if(before !== undefined, (query) => query.where("at", "<", before ?? 0))
        .$if(since !== undefined, (query) => query.where("at", ">=", since ?? 0))
        .$if(channel !== undefined, (query) => query.where("channel", "=", channel ?? ""))
        .$if(conversationId !== undefined, (query) => query.where("conversation_id", "=", conversationId ?? ""))
        .orderBy("at", "desc")
        .limit(limit)
        .execute();
      return rows.map(decodeRecord);
    },
    async findRecords(id) {
      const rows = await database
        .selectFrom("ledger")
        .selectAll()
        .where((eb) => eb.or([eb("id", "=", id), eb("message_id", "=", id)]))
        .orderBy("at")
        .execute();
      return rows.map(decodeRecord);
    },
    addLabel: (label) =>
      write(async (writing) => {
        const row = { at: label.at, body: JSON.stringify(label) };
        await writing
          .insertInto("label")
          .values({ key: label.key, ...row })
          .onConflict((conflict) => conflict.column("key").doUpdateSet(row))
          .execute();
      }),
    removeLabel: (key) =>
      write(async (writing) => {
        await writing.deleteFrom("label").where("key", "=", key).execute();
      }),
    async labels({ since = 0 } = {}) {
      const rows = await database
        .selectFrom("label")
        .select("body")
        .where("at", ">=", since)
        .orderBy("at")
        .orderBy("key")
        .execute();
      return rows.map(({ body }): Label => JSON.parse(body));
    },
  };
}

export async function writeRecords(writing: Writing, records: LedgerRecord[]): Promise<void> {
  // One statement may not write one row twice; the last of equal ids is meant.
  const rows = [...new Map(records.map((record) => [record.id, encodeRecord(record)])).values()];
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    await writing
      .insertInto("ledger")
      .values(rows.slice(start, start + ROWS_AT_ONCE))
      .onConflict((conflict) =>
        conflict.column("id").doUpdateSet((row) => ({
          message_id: row.ref("excluded.message_id"),
          at: row.ref("excluded.at"),
          channel: row.ref("excluded.channel"),
          conversation_id: row.ref("excluded.conversation_id"),
          text: row.ref("excluded.text"),
          body: row.ref("excluded.body"),
        })),
      )
      .execute();
  }
}

function encodeRecord({ text, ...record }: LedgerRecord): LedgerTable {
  return {
    id: record.id,
    message_id: storable(record.messageId),
    at: record.at,
    channel: record.channel,
    conversation_id: storable(record.conversation.id),
    text: storable(text),
    body: JSON.stringify(record),
  };
}

function decodeRecord({ text, body }: LedgerTable): LedgerRecord {
  const record: LedgerRecord = JSON.parse(body);
  return text === null ? record : { ...record, text };
}
