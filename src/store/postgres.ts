import { Kysely, PostgresDialect, sql } from "kysely";
import type { Store } from "../core/store.ts";
import { migrate, type Dialect } from "./migrations.ts";
import type { Tables } from "./schema.ts";
import { createSqlStore } from "./sql-store.ts";
import { storeError } from "./store-error.ts";

/** PostgreSQL's own number of its 64-bit integers. */
const INT8 = 20;
/** Any number, the same in every version of this program. */
const SCHEMA_LOCK = 7_201_924;

function dialectOf(schema: string | undefined): Dialect {
  return {
    growing: (column) => column.primaryKey().generatedAlwaysAsIdentity(),
    growingType: "bigint",
    async lockSchema(database) {
      await sql`select pg_advisory_xact_lock(${SCHEMA_LOCK})`.execute(database);
      if (schema !== undefined) await sql`create schema if not exists ${sql.id(schema)}`.execute(database);
    },
  };
}

export interface PostgresOptions {
  /** `postgres://user:password@host/database`. */
  url: string;
  /** Connections at most. */
  connections?: number;
  /** Schema (namespace) of the tables; made when it is missing. Default: the connection's own. */
  schema?: string;
  /** Told of connections that broke while nobody used them. */
  onIdleError?: (error: unknown) => void;
}

/**
 * A store in PostgreSQL, which several processes may share.
 * @throws AppError `store_unavailable`; the address is not in the message
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { url, connections = 8, schema, onIdleError = () => undefined } = options;
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 10_000,
    ...(schema !== undefined && { options: `-c search_path=${schema}` }),
    types: {
      // Times and counts are far below 2^53.
      getTypeParser: (type: number, format?: "text" | "binary") =>
        type === INT8 ? Number : pg.types.getTypeParser(type, format),
    },
  });
  // Without a listener a broken idle connection would end the process.
  pool.on("error", onIdleError);
  const database = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
  });
  try {
    await migrate(database, dialectOf(schema));
  } catch (error) {
    await database.destroy();
    throw storeError(error);
  }
  return createSqlStore({ database });
}
