import type { Lease, LeaseStore } from "../core/store.ts";
import type { Write } from "./commit-queue.ts";
import type { Database, Writing } from "./schema.ts";

/** Leases in the tables. */
export function leaseQueries(database: Database, write: Write): LeaseStore {
  return {
    claim: (place, lease, now) => write((writing) => claim(writing, place, lease, now)),
    async claimWork(lease, now, limit) {
      const places = await placesWithWork(database, now, limit);
      if (places.length === 0) return [];
      return write(async (writing) => {
        const taken: string[] = [];
        for (const place of places) if (await claim(writing, place, lease, now)) taken.push(place);
        return taken;
      });
    },
    renew: ({ owner, until }, now) =>
      write(async (writing) => {
        const kept = await writing
          .updateTable("lease")
          .set({ until_ms: until })
          .where("owner", "=", owner)
          .where("until_ms", ">", now)
          .returning("place")
          .execute();
        return kept.map(({ place }) => place);
      }),
    release: (owner, places) =>
      write(async (writing) => {
        if (places?.length === 0) return;
        const all = writing.deleteFrom("lease").where("owner", "=", owner);
        await (places === undefined ? all : all.where("place", "in", places)).execute();
      }),
  };
}

/**
 * Whether the owner's lease runs. Writing the row keeps it until the transaction ends, so that nobody takes the place
 * between this question and what rests on its answer.
 */
export async function holdsLease(writing: Writing, place: string, owner: string, now: number): Promise<boolean> {
  const row = await writing
    .updateTable("lease")
    .set({ owner })
    .where("place", "=", place)
    .where("owner", "=", owner)
    .where("until_ms", ">", now)
    .returning("place")
    .executeTakeFirst();
  return row !== undefined;
}

async function claim(writing: Writing, place: string, { owner, until }: Lease, now: number): Promise<boolean> {
  const row = await writing
    .insertInto("lease")
    .values({ place, owner, until_ms: until })
    .onConflict((conflict) =>
      conflict
        .column("place")
        .doUpdateSet({ owner, until_ms: until })
        .where((eb) => eb.or([eb("lease.owner", "=", owner), eb("lease.until_ms", "<=", now)])),
    )
    .returning("place")
    .executeTakeFirst();
  return row !== undefined;
}

/** Places with something to do now and nobody to do it. */
async function placesWithWork(database: Database, now: number, limit: number): Promise<string[]> {
  const running = database.selectFrom("lease").select("place").where("until_ms", ">", now);
  const rows = await database
    .selectFrom("event")
    .select("place")
    .where("done", "=", 0)
    .where("place", "not in", running)
    .union(
      database
        .selectFrom("post")
        .select("place")
        .where("state", "in", ["waiting", "deferred", "sending"])
        .where("not_before", "<=", now)
        .where("place", "not in", running),
    )
    .limit(limit)
    .execute();
  return rows.map(({ place }) => place);
}
