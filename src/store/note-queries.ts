import type { NoteStore } from "../core/store.ts";
import type { Write } from "./commit-queue.ts";
import type { Database } from "./schema.ts";

/** Notes in the tables. */
export function noteQueries(database: Database, write: Write): NoteStore {
  return {
    putNote: (scope, name, value, now) =>
      write(async (writing) => {
        if (value === undefined) {
          await writing.deleteFrom("note").where("scope", "=", scope).where("name", "=", name).execute();
          return;
        }
        await writing
          .insertInto("note")
          .values({ scope, name, value, at: now })
          .onConflict((conflict) => conflict.columns(["scope", "name"]).doUpdateSet({ value, at: now }))
          .execute();
      }),
    async note(scope, name) {
      const row = await database
        .selectFrom("note")
        .select("value")
        .where("scope", "=", scope)
        .where("name", "=", name)
        .executeTakeFirst();
      return row?.value;
    },
    async notes(scope) {
      const rows = await database.selectFrom("note").select(["name", "value"]).where("scope", "=", scope).execute();
      return new Map(rows.map(({ name, value }) => [name, value]));
    },
  };
}
