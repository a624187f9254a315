import { sql, type ColumnDefinitionBuilder, type Kysely } from "kysely";
import { AppError } from "../core/errors.ts";
import { addLedgerColumns } from "./ledger-columns.ts";
import type { Database, Tables, Writing } from "./schema.ts";

/** What the two databases spell differently. */
export interface Dialect {
  /** A number that grows with each row. */
  growing: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
  growingType: "integer" | "bigint";
  /** Keeps other processes from migrating at the same time, until the transaction ends; makes what the tables stand in. */
  lockSchema(database: Writing): Promise<void>;
}

type Migration = (database: Kysely<Tables>, dialect: Dialect) => Promise<void>;

/** In order; a migration that was released is never changed, only followed by another. */
const MIGRATIONS: Migration[] = [createTables, addLedgerColumns];

/**
 * Brings the tables to this program's version.
 * @throws AppError `store_unavailable` when a newer program made them
 */
export async function migrate(database: Database, dialect: Dialect): Promise<void> {
  await database.transaction().execute(async (writing) => {
    await dialect.lockSchema(writing);
    await writing.schema
      .createTable("schema_version")
      .ifNotExists()
      .addColumn("version", "integer", (column) => column.primaryKey())
      .execute();
    const { version } = await writing
      .selectFrom("schema_version")
      .select(({ fn }) => fn.coalesce(fn.max("version"), sql<number>`0`).as("version"))
      .executeTakeFirstOrThrow();
    if (version > MIGRATIONS.length) {
      throw new AppError(
        "store_unavailable",
        `the state database has version ${version}, this program knows ${MIGRATIONS.length}; run the newer program that made it`,
      );
    }
    for (const [index, apply] of MIGRATIONS.entries()) {
      if (index < version) continue;
      await apply(writing, dialect);
      await writing
        .insertInto("schema_version")
        .values({ version: index + 1 })
        .execute();
    }
  });
}

async function createTables({ schema }: Kysely<Tables>, dialect: Dialect): Promise<void> {
  await schema
    .createTable("event")
    .addColumn("seq", dialect.growingType, dialect.growing)
    .addColumn("key", "text", (column) => column.notNull().unique())
    .addColumn("place", "text", needed)
    .addColumn("kind", "text", needed)
    .addColumn("received_at", "bigint", needed)
    .addColumn("done", "integer", needed)
    .addColumn("body", "text", needed)
    .execute();
  await schema
    .createIndex("event_pending")
    .on("event")
    .columns(["place", "seq"])
    .where(sql<boolean>`done = 0`)
    .execute();
  await schema.createIndex("event_place").on("event").columns(["place", "seq"]).execute();
  await schema.createIndex("event_received").on("event").column("received_at").execute();

  await schema
    .createTable("lease")
    .addColumn("place", "text", (column) => column.primaryKey())
    .addColumn("owner", "text", needed)
    .addColumn("until_ms", "bigint", needed)
    .execute();
  await schema.createIndex("lease_owner").on("lease").column("owner").execute();

  await schema
    .createTable("post")
    .addColumn("seq", dialect.growingType, dialect.growing)
    .addColumn("key", "text", (column) => column.notNull().unique())
    .addColumn("place", "text", needed)
    .addColumn("channel", "text", needed)
    .addColumn("app", "text", needed)
    .addColumn("conversation_id", "text", needed)
    .addColumn("thread", "text")
    .addColumn("inbound_key", "text")
    .addColumn("asker_id", "text")
    .addColumn("question", "text")
    .addColumn("kind", "text", needed)
    .addColumn("mentioned", "integer", needed)
    .addColumn("state", "text", needed)
    .addColumn("attempts", "integer", needed)
    .addColumn("not_before", "bigint", needed)
    .addColumn("expires_at", "bigint", needed)
    .addColumn("created_at", "bigint", needed)
    .addColumn("sent_at", "bigint")
    .addColumn("progress", "text")
    .addColumn("message_ids", "text", needed)
    .addColumn("code", "text")
    .addColumn("reason", "text")
    .addColumn("body", "text", needed)
    .execute();
  await schema
    .createIndex("post_unsent")
    .on("post")
    .columns(["place", "seq"])
    .where(sql<boolean>`state in ('writing', 'waiting', 'deferred', 'sending')`)
    .execute();
  await schema.createIndex("post_sent").on("post").columns(["place", "sent_at"]).execute();
  await schema.createIndex("post_inbound").on("post").column("inbound_key").execute();
  await schema
    .createTable("post_message")
    .addColumn("channel", "text", needed)
    .addColumn("app", "text", needed)
    .addColumn("message_id", "text", needed)
    .addColumn("key", "text", needed)
    .addPrimaryKeyConstraint("post_message_key", ["channel", "app", "message_id"])
    .execute();

  await schema
    .createTable("ledger")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("message_id", "text", needed)
    .addColumn("at", "bigint", needed)
    .addColumn("channel", "text", needed)
    .addColumn("conversation_id", "text", needed)
    .addColumn("text", "text")
    .addColumn("body", "text", needed)
    .execute();
  await schema.createIndex("ledger_at").on("ledger").column("at").execute();
  await schema.createIndex("ledger_message").on("ledger").column("message_id").execute();

  await schema
    .createTable("label")
    .addColumn("key", "text", (column) => column.primaryKey())
    .addColumn("at", "bigint", needed)
    .addColumn("body", "text", needed)
    .execute();
  await schema
    .createTable("note")
    .addColumn("scope", "text", needed)
    .addColumn("name", "text", needed)
    .addColumn("value", "text", needed)
    .addColumn("at", "bigint", needed)
    .addPrimaryKeyConstraint("note_key", ["scope", "name"])
    .execute();
}

function needed(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}
