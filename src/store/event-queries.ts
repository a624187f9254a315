import { sql } from "kysely";
import type { ChannelEvent } from "../core/channel.ts";
import {
  eventKey,
  placeKey,
  placeOfEvent,
  recallKey,
  type EventStore,
  type Settlement,
  type StoredEvent,
  type StoredLine,
} from "../core/store.ts";
import type { Write } from "./commit-queue.ts";
import { holdsLease } from "./lease-queries.ts";
import { writeRecords } from "./ledger-queries.ts";
import { endPost, insertPost } from "./post-queries.ts";
import type { Database, EventTable, Writing } from "./schema.ts";

/** Rows of one statement: both databases allow more parameters than these have. */
const ROWS_AT_ONCE = 500;

/** Events in the tables. */
export function eventQueries(database: Database, write: Write): EventStore {
  return {
    takeIn: (events, now) => write((writing) => insertEvents(writing, events, now)),
    async pendingEvents(place) {
      const rows = await database
        .selectFrom("event")
        .select(["key", "place", "received_at", "body"])
        .where("place", "=", place)
        .where("done", "=", 0)
        .orderBy("seq")
        .execute();
      return rows.map(decodeEvent);
    },
    async pendingCounts(owner) {
      const rows = await database
        .selectFrom("event")
        .innerJoin("lease", "lease.place", "event.place")
        .select(({ fn }) => ["event.place as place", fn.countAll<number>().as("count")])
        .where("event.done", "=", 0)
        .where("lease.owner", "=", owner)
        .groupBy("event.place")
        .execute();
      return new Map(rows.map(({ place, count }) => [place, count]));
    },
    async countPending() {
      const { count } = await database
        .selectFrom("event")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        // Written out, so that the index of what is pending serves it.
        .where(sql<boolean>`done = 0`)
        .executeTakeFirstOrThrow();
      return count;
    },
    async recalledAmong(keys) {
      if (keys.length === 0) return new Set();
      const found = await keysAmong(database, keys.map(recallKey));
      return new Set(keys.filter((key) => found.has(recallKey(key))));
    },
    settle: (settlement, now) => write((writing) => settle(writing, settlement, now)).catch(falseWhenDone),
    async recentLines(place, { since = 0, limit }) {
      const rows = await database
        .selectFrom("event")
        .select(["key", "place", "received_at", "body"])
        .where("place", "=", place)
        .where("kind", "=", "message")
        .where("received_at", ">=", since)
        .orderBy("seq", "desc")
        .limit(limit)
        .execute();
      return rows.toReversed().map(decodeEvent).flatMap(lineOf);
    },
    async findLine(key) {
      const row = await database
        .selectFrom("event")
        .select(["key", "place", "received_at", "body"])
        .where("key", "=", key)
        .executeTakeFirst();
      return row === undefined ? undefined : lineOf(decodeEvent(row))[0];
    },
  };
}

async function insertEvents(writing: Writing, events: ChannelEvent[], now: number): Promise<boolean[]> {
  const fresh = new Set<string>();
  const keys = events.map(eventKey);
  const rows = events.map((event, index) => ({
    key: keys[index] ?? "",
    place: placeKey(placeOfEvent(event)),
    kind: event.kind,
    received_at: now,
    done: 0,
    body: JSON.stringify(event),
  }));
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const inserted = await writing
      .insertInto("event")
      .values(rows.slice(start, start + ROWS_AT_ONCE))
      .onConflict((conflict) => conflict.column("key").doNothing())
      .returning("key")
      .execute();
    for (const { key } of inserted) fresh.add(key);
  }
  // The same event twice in one list: the first is the new one.
  return keys.map((key) => fresh.delete(key));
}

async function settle(writing: Writing, settlement: Settlement, now: number): Promise<boolean> {
  const { place, owner, done, ledger, posts, ends = [] } = settlement;
  if (!(await holdsLease(writing, placeKey(place), owner, now))) return false;
  for (let start = 0; start < done.length; start += ROWS_AT_ONCE) {
    const keys = done.slice(start, start + ROWS_AT_ONCE);
    const { numUpdatedRows } = await writing
      .updateTable("event")
      .set({ done: 1 })
      .where("key", "in", keys)
      .where("done", "=", 0)
      .executeTakeFirstOrThrow();
    // Throwing is what takes back the half that was written.
    if (Number(numUpdatedRows) !== keys.length) throw new DoneAlready();
  }
  await writeRecords(writing, ledger);
  for (const post of posts) await insertPost(writing, post, now);
  for (const { key, end } of ends) await endPost(writing, key, end, now);
  return true;
}

class DoneAlready extends Error {
  override readonly name = "DoneAlready";
}

function falseWhenDone(error: unknown): boolean {
  if (error instanceof DoneAlready) return false;
  throw error;
}

async function keysAmong(database: Database, keys: string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (let start = 0; start < keys.length; start += ROWS_AT_ONCE) {
    const rows = await database
      .selectFrom("event")
      .select("key")
      .where("key", "in", keys.slice(start, start + ROWS_AT_ONCE))
      .execute();
    for (const { key } of rows) found.add(key);
  }
  return found;
}

function decodeEvent(row: Pick<EventTable, "key" | "place" | "received_at" | "body">): StoredEvent {
  const event: ChannelEvent = JSON.parse(row.body);
  return { key: row.key, place: row.place, event, receivedAt: row.received_at };
}

function lineOf({ key, event, receivedAt }: StoredEvent): StoredLine[] {
  return event.kind === "message" ? [{ key, message: event.message, receivedAt }] : [];
}
