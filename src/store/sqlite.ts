import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type Libsql from "libsql";
import { Kysely, sql, SqliteDialect, type SqliteStatement } from "kysely";
import { AppError } from "../core/errors.ts";
import type { Store } from "../core/store.ts";
import { migrate, type Dialect } from "./migrations.ts";
import type { Tables } from "./schema.ts";
import { createSqlStore } from "./sql-store.ts";

/** Prepared statements that are kept; a longer text is a list of rows, whose length is another every time. */
const KEPT_STATEMENTS = 200;
const KEPT_CHARACTERS = 1500;

/** How long a write waits for another process at the same file, in milliseconds. */
const BUSY_TIMEOUT_MS = 5000;

const DIALECT: Dialect = {
  growing: (column) => column.primaryKey().autoIncrement(),
  growingType: "integer",
  // `begin immediate` has done it.
  lockSchema: async () => undefined,
};

export interface SqliteOptions {
  /** Made when it is missing. */
  path: string;
  /** Takes the file for this process alone, and with it the leases of the process that had it before. */
  alone: boolean;
}

/**
 * A store in one SQLite file, in WAL mode. `synchronous = FULL`: a commit waits for the disk, because the platform forgets
 * a message once it has its 200. The wait is shared by everything written meanwhile (`commit-queue.ts`).
 * @throws AppError `store_unavailable` when the file cannot be opened, or `alone` and another process has it
 */
export async function openSqliteStore({ path, alone }: SqliteOptions): Promise<Store> {
  const { default: Opened } = await import("libsql");
  const open = (file: string): Libsql.Database => {
    try {
      return new Opened(file);
    } catch (error) {
      throw unopened(path, error);
    }
  };
  mkdirSync(dirname(path), { recursive: true });
  const ownership = alone ? takeOwnership(open(`${path}-owner`), path) : undefined;
  const file = open(path);
  const database = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: { prepare: keepStatements(file), close: () => file.close() } }),
  });
  try {
    file.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`);
    file.exec("pragma journal_mode = wal");
    file.exec("pragma synchronous = full");
    // Deleted texts are overwritten, not only unlinked.
    file.exec("pragma secure_delete = on");
    await migrate(database, DIALECT);
    // The process that held them has no hold on the file any more.
    if (alone) await sql`delete from lease`.execute(database);
  } catch (error) {
    await database.destroy();
    ownership?.close();
    throw unopened(path, error);
  }
  return createSqlStore({
    database,
    afterForgetting: () => file.exec("pragma wal_checkpoint(truncate)"),
    onClose: () => ownership?.close(),
  });
}

/** The lock of a small file beside it: the system lets go of it when the process ends, however it ends. */
function takeOwnership(beside: Libsql.Database, path: string): Libsql.Database {
  try {
    beside.exec("begin exclusive");
    return beside;
  } catch (error) {
    beside.close();
    throw new AppError(
      "store_unavailable",
      `another process serves from ${path}: end it, or give this one a work folder of its own`,
      {
        cause: error,
      },
    );
  }
}

function unopened(path: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError(
    "store_unavailable",
    `the state database ${path} cannot be opened; see that the folder can be written, or restore the file from a copy`,
    { cause: error },
  );
}

function keepStatements(file: Libsql.Database): (text: string) => SqliteStatement {
  const kept = new Map<string, SqliteStatement>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const statement = prepare(file, text);
    if (text.length <= KEPT_CHARACTERS && kept.size < KEPT_STATEMENTS) kept.set(text, statement);
    return statement;
  };
}

const NOTHING_CHANGED = { changes: 0, lastInsertRowid: 0 };

function prepare(file: Libsql.Database, text: string): SqliteStatement {
  // A reader that becomes a writer halfway may be refused; a writer from the beginning waits its turn.
  const statement = file.prepare(text === "begin" ? "begin immediate" : text);
  return {
    reader: statement.reader,
    all: (parameters) => statement.all([...parameters]),
    // A full disk has rolled back by itself; that nothing is left to undo must not hide why.
    run: (parameters) =>
      text === "rollback" && !file.inTransaction ? NOTHING_CHANGED : statement.run([...parameters]),
    iterate: (parameters) => statement.iterate([...parameters]),
  };
}
