import type { Store } from "../core/store.ts";
import { createCommitQueue } from "./commit-queue.ts";
import { eventQueries } from "./event-queries.ts";
import { leaseQueries } from "./lease-queries.ts";
import { ledgerQueries } from "./ledger-queries.ts";
import { noteQueries } from "./note-queries.ts";
import { postQueries } from "./post-queries.ts";
import { storeError } from "./store-error.ts";
import type { Database } from "./schema.ts";

export interface SqlStoreOptions {
  database: Database;
  /** Run after texts were deleted, so that no copy of them stays in the files. */
  afterForgetting?: () => void;
  /** Run last. */
  onClose?: () => void;
}

/** The store of a migrated database: the same queries for SQLite and PostgreSQL. */
export function createSqlStore({ database, afterForgetting, onClose }: SqlStoreOptions): Store {
  const write = createCommitQueue(database);
  const notes = noteQueries(database, write);
  return translating({
    ...eventQueries(database, write),
    ...leaseQueries(database, write),
    ...postQueries(database, write),
    ...ledgerQueries(database, write),
    ...notes,
    async forget(before) {
      const deleted = await write(async (writing) => {
        const { numDeletedRows } = await writing
          .deleteFrom("event")
          .where("done", "=", 1)
          .where("received_at", "<", before)
          .executeTakeFirstOrThrow();
        await writing.updateTable("ledger").set({ text: null }).where("at", "<", before).execute();
        await writing
          .updateTable("post")
          .set({ question: null, body: "", progress: null })
          .where("created_at", "<", before)
          .where("state", "in", ["sent", "failed", "unknown", "cancelled", "merged"])
          .where("body", "!=", "")
          .execute();
        await writing.deleteFrom("lease").where("until_ms", "<", before).execute();
        return Number(numDeletedRows);
      });
      afterForgetting?.();
      return deleted;
    },
    check: () => notes.putNote("store", "check", "written", 0),
    async close() {
      await database.destroy();
      onClose?.();
    },
  });
}

/** The same store, whose faults are ours. */
function translating(store: Store): Store {
  return new Proxy(store, {
    get(target, name, receiver): unknown {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== "function") return method;
      return async (...given: unknown[]): Promise<unknown> => {
        try {
          return await Reflect.apply(method, target, given);
        } catch (error) {
          throw storeError(error);
        }
      };
    },
  });
}
