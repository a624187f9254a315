import type { Kysely } from "kysely";
import { placeKey, type Label, type LedgerRecord } from "../core/store.ts";
import { storable } from "./storable.ts";
import type { Tables } from "./schema.ts";

/** Rows that are read at once. */
const ROWS_AT_ONCE = 500;

/** Columns and indexes for what the ledger is looked through by: place, outcome, reason; and labels by their message. */
export async function addLedgerColumns(database: Kysely<Tables>): Promise<void> {
  const { schema } = database;
  // Never null; only a table that is empty may be given a column that says so.
  for (const column of ["place", "outcome", "reason"]) {
    await schema.alterTable("ledger").addColumn(column, "text").execute();
  }
  await schema.alterTable("ledger").addColumn("is_group", "integer").execute();
  await schema.alterTable("label").addColumn("message_id", "text").execute();
  await fillLedger(database);
  await fillLabels(database);
  await schema.createIndex("ledger_place").on("ledger").columns(["place", "at"]).execute();
  await schema.createIndex("ledger_channel").on("ledger").columns(["channel", "at"]).execute();
  await schema.createIndex("ledger_conversation").on("ledger").columns(["conversation_id", "at"]).execute();
  await schema.createIndex("ledger_outcome").on("ledger").columns(["outcome", "at"]).execute();
  await schema.createIndex("ledger_reason").on("ledger").columns(["reason", "at"]).execute();
  // What is counted stands in the index itself; it serves whatever asks for the time alone, too.
  await schema
    .createIndex("ledger_counted")
    .on("ledger")
    .columns(["at", "place", "is_group", "outcome", "reason"])
    .execute();
  await schema.dropIndex("ledger_at").execute();
  await schema.createIndex("label_message").on("label").column("message_id").execute();
  await schema.createIndex("post_sent_at").on("post").columns(["sent_at", "place", "state"]).execute();
}

async function fillLedger(database: Kysely<Tables>): Promise<void> {
  for (let after = ""; ;) {
    const rows = await database
      .selectFrom("ledger")
      .select(["id", "body"])
      .where("id", ">", after)
      .orderBy("id")
      .limit(ROWS_AT_ONCE)
      .execute();
    for (const { id, body } of rows) {
      const { channel, app, conversation, outcome, reason, code }: LedgerRecord = JSON.parse(body);
      await database
        .updateTable("ledger")
        .set({
          place: placeKey({ channel, app, conversationId: conversation.id }),
          is_group: conversation.kind === "group" ? 1 : 0,
          outcome,
          reason: storable(reason ?? code),
        })
        .where("id", "=", id)
        .execute();
      after = id;
    }
    if (rows.length < ROWS_AT_ONCE) return;
  }
}

async function fillLabels(database: Kysely<Tables>): Promise<void> {
  for (const { key, body } of await database.selectFrom("label").select(["key", "body"]).execute()) {
    const { messageId }: Label = JSON.parse(body);
    await database.updateTable("label").set({ message_id: messageId }).where("key", "=", key).execute();
  }
}
