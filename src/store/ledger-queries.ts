import { setImmediate } from "node:timers/promises";
import {
  LEDGER_OUTCOMES,
  type Label,
  type LedgerOutcome,
  type LedgerQuery,
  type LedgerRecord,
  type LedgerStore,
} from "../core/store.ts";
import type { Write } from "./commit-queue.ts";
import { placeOfRecord } from "./place-of-record.ts";
import { storable } from "./storable.ts";
import type { Database, LedgerTable, Writing } from "./schema.ts";
import { wordsMatcher } from "./words-matcher.ts";

/** Rows of one statement: both databases allow more parameters than these have. */
const ROWS_AT_ONCE = 500;
/** Texts looked through at once: some milliseconds, in which nothing else happens. */
const TEXTS_AT_ONCE = 1000;

/** The ledger and its labels in the tables. */
export function ledgerQueries(database: Database, write: Write): LedgerStore {
  return {
    record: (records) => write((writing) => writeRecords(writing, records)),
    async ledger({ text, ...query }) {
      if (text === undefined) return (await newest(query).selectAll().execute()).map(decodeRecord);
      return searchRecords(query, wordsMatcher(text));
    },
    async ledgerCounts({ since, before }) {
      const rows = await database
        .selectFrom("ledger")
        .select(["place", "is_group", "outcome", "reason"])
        .select(({ fn }) => [fn.countAll<number>().as("count"), fn.max("at").as("last_at")])
        .where("at", ">=", since)
        .$if(before !== undefined, (query) => query.where("at", "<", before ?? 0))
        .groupBy(["place", "is_group", "outcome", "reason"])
        .execute();
      return rows.map(({ place, is_group: isGroup, outcome, reason, count, last_at: lastAt }) => ({
        place,
        kind: isGroup === 1 ? "group" : "direct",
        outcome: outcomeNamed(outcome),
        ...(reason !== null && { reason }),
        count,
        lastAt,
      }));
    },
    async findRecords(id) {
      const rows = await database
        .selectFrom("ledger")
        .selectAll()
        .where((eb) => eb.or([eb("id", "=", storable(id)), eb("message_id", "=", storable(id))]))
        .orderBy("at")
        .execute();
      return rows.map(decodeRecord);
    },
    addLabel: (label) =>
      write(async (writing) => {
        const row = { at: label.at, message_id: storable(label.messageId), body: JSON.stringify(label) };
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
    async labels({ since = 0, messageIds } = {}) {
      const all = database.selectFrom("label").select("body").where("at", ">=", since).orderBy("at").orderBy("key");
      if (messageIds === undefined) return (await all.execute()).map(decodeLabel);
      const found: Label[] = [];
      for (let start = 0; start < messageIds.length; start += ROWS_AT_ONCE) {
        const some = messageIds.slice(start, start + ROWS_AT_ONCE);
        found.push(...(await all.where("message_id", "in", some).execute()).map(decodeLabel));
      }
      return found.toSorted((left, right) => left.at - right.at);
    },
  };

  function newest({
    limit,
    before,
    since,
    channel,
    conversationId,
    place,
    outcome,
    reason,
  }: Omit<LedgerQuery, "text">) {
    return database
      .selectFrom("ledger")
      .$if(before !== undefined, (query) => query.where("at", "<", before ?? 0))
      .$if(since !== undefined, (query) => query.where("at", ">=", since ?? 0))
      .$if(channel !== undefined, (query) => query.where("channel", "=", storable(channel ?? "")))
      .$if(conversationId !== undefined, (query) => query.where("conversation_id", "=", storable(conversationId ?? "")))
      .$if(place !== undefined, (query) => query.where("place", "=", storable(place ?? "")))
      .$if(outcome !== undefined, (query) => query.where("outcome", "=", outcome ?? ""))
      .$if(reason !== undefined, (query) => query.where("reason", "=", storable(reason ?? "")))
      .orderBy("at", "desc")
      .orderBy("id", "desc")
      .limit(limit);
  }

  /** Texts are read piece by piece, and others have their turn in between: a rare word is looked for in all of them. */
  async function searchRecords(
    { limit, ...query }: Omit<LedgerQuery, "text">,
    hasWords: (text: string) => boolean,
  ): Promise<LedgerRecord[]> {
    const found: string[] = [];
    let last: { at: number; id: string } | undefined;
    for (let isWhole = false; !isWhole && found.length < limit;) {
      const { at, id } = last ?? {};
      const rows = await newest({ ...query, limit: TEXTS_AT_ONCE })
        .select(["id", "at", "text"])
        .where("text", "is not", null)
        .$if(last !== undefined, (texts) =>
          // The first bound says nothing new, but is one that an index serves.
          texts
            .where("at", "<=", at ?? 0)
            .where((eb) => eb.or([eb("at", "<", at ?? 0), eb.and([eb("at", "=", at ?? 0), eb("id", "<", id ?? "")])])),
        )
        .execute();
      found.push(...rows.filter(({ text }) => hasWords(text ?? "")).map((row) => row.id));
      isWhole = rows.length < TEXTS_AT_ONCE;
      last = rows.at(-1);
      await setImmediate();
    }
    const records = new Map<string, LedgerRecord>();
    const wanted = found.slice(0, limit);
    for (let start = 0; start < wanted.length; start += ROWS_AT_ONCE) {
      const ids = wanted.slice(start, start + ROWS_AT_ONCE);
      // Not in order: SQLite would go through all of them by their time.
      const rows = await database.selectFrom("ledger").selectAll().where("id", "in", ids).execute();
      for (const row of rows) records.set(row.id, decodeRecord(row));
    }
    return wanted.flatMap((id) => records.get(id) ?? []);
  }
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
          place: row.ref("excluded.place"),
          is_group: row.ref("excluded.is_group"),
          outcome: row.ref("excluded.outcome"),
          reason: row.ref("excluded.reason"),
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
    place: placeOfRecord(record),
    is_group: record.conversation.kind === "group" ? 1 : 0,
    outcome: record.outcome,
    reason: storable(record.reason ?? record.code),
  };
}

function decodeLabel({ body }: { body: string }): Label {
  return JSON.parse(body);
}

/** @throws Error for a word that no version of this program wrote */
function outcomeNamed(name: string): LedgerOutcome {
  const known = LEDGER_OUTCOMES.find((outcome) => outcome === name);
  if (known === undefined) throw new Error(`no outcome of the ledger: ${name}`);
  return known;
}

function decodeRecord({ text, body }: Pick<LedgerTable, "text" | "body">): LedgerRecord {
  const record: LedgerRecord = JSON.parse(body);
  return text === null ? record : { ...record, text };
}
