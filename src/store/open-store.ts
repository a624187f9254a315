import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Store } from "../core/store.ts";

export interface OpenStoreOptions {
  /** `[store] url`. */
  url: string;
  /** Where a relative `file:` lies. */
  workDir: string;
  /** For `serve`: a file is taken by this process alone. Others (`why`, the console's reader) open it beside it. */
  alone: boolean;
  /** Told of database connections that broke while nobody used them. */
  onIdleError?: (error: unknown) => void;
}

/**
 * Opens what `[store] url` names and brings it to this version.
 * @throws AppError `store_unavailable`
 */
export async function openStore({ url, workDir, alone, onIdleError }: OpenStoreOptions): Promise<Store> {
  if (!url.startsWith("file:")) {
    const { openPostgresStore } = await import("./postgres.ts");
    return openPostgresStore({ url, ...(onIdleError !== undefined && { onIdleError }) });
  }
  const { openSqliteStore } = await import("./sqlite.ts");
  return openSqliteStore({ path: databasePath(url, workDir), alone });
}

/** Whether several processes may share it, and must look for what the others took in. */
export function isShared(url: string): boolean {
  return !url.startsWith("file:");
}

function databasePath(url: string, workDir: string): string {
  if (url.startsWith("file://")) return fileURLToPath(url);
  const path = url.slice("file:".length);
  return isAbsolute(path) ? path : join(workDir, path);
}
