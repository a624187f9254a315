import { randomUUID } from "node:crypto";
import { link, open, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../core/errors.ts";
import { diskError, systemCode } from "./durable-write.ts";

/** Name of the lock file in the index folder; files of a take-over have it as their beginning. */
export const LOCK_NAME = "index.lock";
/** A holder shows that it lives this often … */
const HEARTBEAT_MS = 10_000;
/** … and counts as gone after this long, where its process cannot be looked up. */
const SILENT_MS = 60_000;
const POLL_MS = 100;

interface LockOwner {
  pid: number;
  host: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Boot and start time of the process where the platform tells; a number given to a new process differs in it. */
  processStart: string | undefined;
  /** Unlike for every holder, so that a lock is only removed by who made it. */
  token: string;
}

export interface IndexLock {
  /** @throws AppError `index_locked` when another process took the lock over (this one had been asleep for long). */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

export interface LockOptions {
  /** How long to wait for another writer, in milliseconds. Default 0. */
  waitMs?: number;
}

/**
 * Makes this the only writer of the index folder. The lock of a process that is gone is taken over.
 * @throws AppError `index_locked` naming the holder, `aborted`, `disk_full`
 */
export async function acquireIndexLock(
  directory: string,
  options: LockOptions,
  signal: AbortSignal,
): Promise<IndexLock> {
  const path = join(directory, LOCK_NAME);
  const deadline = performance.now() + (options.waitMs ?? 0);
  for (;;) {
    if (signal.aborted) throw new AppError("aborted", "The run was stopped while it waited for the index.");
    const own = await describeSelf();
    const holder = await tryLock(path, own);
    if (holder === undefined) return heldLock(path, own);
    if (performance.now() >= deadline) throw lockedError(holder);
    await sleep(Math.min(POLL_MS, Math.max(1, deadline - performance.now())));
  }
}

/**
 * Returns undefined when `own` now holds `path`, else the holder.
 * A stale lock is replaced only by who holds `<path>.<token of the stale lock>`, taken the same way: two processes that
 * find the same stale lock at once cannot both win, and neither can remove a lock that is newer than what it looked at.
 */
async function tryLock(path: string, own: LockOwner): Promise<LockOwner | undefined> {
  for (;;) {
    if (await createLock(path, own)) return undefined;
    const holder = await readOwner(path);
    if (holder === undefined) continue;
    if (await isAlive(path, holder)) return holder;
    const claim = `${path}.${holder.token}`;
    const rival = await tryLock(claim, own);
    if (rival !== undefined) return rival;
    try {
      if ((await readOwner(path))?.token !== holder.token) continue;
      const next = `${path}.${own.token}.tmp`;
      await writeFile(next, JSON.stringify(own));
      await rename(next, path);
      return undefined;
    } finally {
      await rm(claim, { force: true });
    }
  }
}

/** Creates the lock with its content in one step, so that nobody ever reads half of it. */
async function createLock(path: string, own: LockOwner): Promise<boolean> {
  const draft = `${path}.${own.token}.tmp`;
  try {
    await writeFile(draft, JSON.stringify(own));
    await link(draft, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === "EEXIST") return false;
    // Some file systems have no hard links; there a crash between the two steps leaves an empty lock, see `readOwner`.
    if (code === "EPERM" || code === "ENOTSUP" || code === "EOPNOTSUPP" || code === "ENOSYS") {
      return await createPlainly(path, own);
    }
    throw diskError(error, path);
  } finally {
    await rm(draft, { force: true });
  }
}

async function createPlainly(path: string, own: LockOwner): Promise<boolean> {
  try {
    const handle = await open(path, "wx");
    try {
      await handle.writeFile(JSON.stringify(own));
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw diskError(error, path);
  }
}

/** Undefined when the lock has just been released. A lock without readable content counts as held by nobody known. */
async function readOwner(path: string): Promise<LockOwner | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const owner: LockOwner = JSON.parse(text);
    return owner;
  } catch {
    return { pid: 0, host: "", startedAt: 0, processStart: undefined, token: "unreadable" };
  }
}

async function isAlive(path: string, owner: LockOwner): Promise<boolean> {
  if (owner.host === hostname()) {
    if (!processExists(owner.pid)) return false;
    const start = await processStart(owner.pid);
    if (start !== undefined && owner.processStart !== undefined) return start === owner.processStart;
  }
  try {
    return Date.now() - (await stat(path)).mtimeMs < SILENT_MS;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

function heldLock(path: string, own: LockOwner): IndexLock {
  const heartbeat = setInterval(() => {
    const now = new Date();
    // A missed beat only matters after many; a lock that is gone is noticed by `assertHeld`.
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    async assertHeld() {
      const holder = await readOwner(path);
      if (holder?.token !== own.token) throw lockedError(holder);
    },
    async release() {
      clearInterval(heartbeat);
      if ((await readOwner(path))?.token === own.token) await rm(path, { force: true });
    },
  };
}

function lockedError(holder: LockOwner | undefined): AppError {
  const who = holder === undefined ? "Another process" : `Process ${holder.pid} on ${holder.host}`;
  const since = holder === undefined ? "" : ` since ${new Date(holder.startedAt).toISOString()}`;
  return new AppError(
    "index_locked",
    `${who} has been writing the index${since}: wait until it ends, or stop it and run \`xianheng ingest\` again.`,
    { retryable: true },
  );
}

/** Removes what crashed processes left of their attempts to lock. Call it while holding the lock. */
export async function clearLockLitter(directory: string, names: string[]): Promise<void> {
  for (const name of names.filter((each) => each.startsWith(`${LOCK_NAME}.`))) {
    const path = join(directory, name);
    const owner = await readOwner(path);
    if (owner !== undefined && !(await isAlive(path, owner))) await rm(path, { force: true });
  }
}

async function describeSelf(): Promise<LockOwner> {
  return {
    pid: process.pid,
    host: hostname(),
    startedAt: Date.now(),
    processStart: await processStart(process.pid),
    token: randomUUID(),
  };
}

function processExists(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/** Linux: boot id and start time in clock ticks (proc(5), field 22 of stat). Elsewhere undefined. */
async function processStart(pid: number): Promise<string | undefined> {
  try {
    const [boot, processStat] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readFile(`/proc/${pid}/stat`, "utf8"),
    ]);
    // The process name, in parentheses, may hold spaces and parentheses of its own.
    const fields = processStat.slice(processStat.lastIndexOf(")") + 2).split(" ");
    return `${boot.trim()}:${fields[19]}`;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
