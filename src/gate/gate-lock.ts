import { mkdir, open, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** The file is written in milliseconds: an older lock was left by a process that died. */
const STALE_MS = 5_000;
const RETRY_MS = 20;

/** Runs `work` while no other process does so for the same file, so that two tunings at once do not lose each other's entry. */
export async function withGateLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  await mkdir(dirname(path), { recursive: true });
  let held = await take(lock);
  while (!held) {
    if (await isStale(lock)) await rm(lock, { force: true });
    else await delay(RETRY_MS);
    held = await take(lock);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, "wx")).close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

async function isStale(lock: string): Promise<boolean> {
  return stat(lock).then(
    ({ mtimeMs }) => Math.abs(Date.now() - mtimeMs) > STALE_MS,
    () => true,
  );
}
