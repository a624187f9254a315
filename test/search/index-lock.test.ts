import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { acquireIndexLock, clearLockLitter, LOCK_NAME } from "../../src/search/index-lock.ts";
import type { IndexLock } from "../../src/search/index-lock.ts";

const signal = new AbortController().signal;
/** No process has this number: the largest on Linux is 2^22. */
const DEAD = 2 ** 30;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "index-lock-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

function owner(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({ pid: DEAD, host: hostname(), startedAt: 0, token: "old", ...changes });
}

test("is held by one at a time and free again after its release", async () => {
  const lock = await acquireIndexLock(directory, {}, signal);
  await lock.assertHeld();
  await expect(acquireIndexLock(directory, {}, signal)).rejects.toMatchObject({
    code: "index_locked",
    retryable: true,
  });
  await lock.release();
  expect(await readdir(directory)).toEqual([]);
  await (await acquireIndexLock(directory, {}, signal)).release();
});

test("names the holder and since when", async () => {
  const lock = await acquireIndexLock(directory, {}, signal);
  const { startedAt } = JSON.parse(await readFile(join(directory, LOCK_NAME), "utf8"));
  await expect(acquireIndexLock(directory, {}, signal)).rejects.toThrow(
    `Process ${process.pid} on ${hostname()} has been writing the index since ${new Date(startedAt).toISOString()}`,
  );
  await lock.release();
});

test("waits for the holder as long as it is told to", async () => {
  const lock = await acquireIndexLock(directory, {}, signal);
  const waiting = acquireIndexLock(directory, { waitMs: 20_000 }, signal);
  await expect(acquireIndexLock(directory, { waitMs: 30 }, signal)).rejects.toMatchObject({ code: "index_locked" });
  await lock.release();
  await (await waiting).release();
});

test("stops waiting when asked", async () => {
  const lock = await acquireIndexLock(directory, {}, signal);
  const controller = new AbortController();
  const waiting = acquireIndexLock(directory, { waitMs: 60_000 }, controller.signal);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: "aborted" });
  await lock.release();
});

test("takes over from a process that is gone, or whose number another one has now", async () => {
  for (const stale of [owner(), owner({ pid: process.pid, processStart: "another boot:1" })]) {
    await writeFile(join(directory, LOCK_NAME), stale);
    const lock = await acquireIndexLock(directory, {}, signal);
    expect(await readdir(directory)).toEqual([LOCK_NAME]);
    await lock.release();
  }
});

test("goes by the last sign of life for another computer's process and for an unreadable lock", async () => {
  const path = join(directory, LOCK_NAME);
  for (const content of [owner({ host: "elsewhere" }), ""]) {
    await writeFile(path, content);
    await expect(acquireIndexLock(directory, {}, signal)).rejects.toMatchObject({ code: "index_locked" });
    const long = new Date(Date.now() - 10 * 60_000);
    await utimes(path, long, long);
    await (await acquireIndexLock(directory, {}, signal)).release();
  }
});

test("lets one of many take over, also from one that died while it took over", async () => {
  for (let round = 0; round < 30; round++) {
    await writeFile(join(directory, LOCK_NAME), owner());
    if (round % 2 === 1) await writeFile(join(directory, `${LOCK_NAME}.old`), owner({ token: "claimant" }));
    const tries = await Promise.allSettled(Array.from({ length: 12 }, () => acquireIndexLock(directory, {}, signal)));
    const won = tries.flatMap((each): IndexLock[] => (each.status === "fulfilled" ? [each.value] : []));
    expect(won).toHaveLength(1);
    for (const each of tries)
      if (each.status === "rejected") expect(each.reason).toMatchObject({ code: "index_locked" });
    await won[0]?.release();
    expect(await readdir(directory)).toEqual([]);
  }
});

test("notices that another process has taken the lock, and leaves that one's lock alone", async () => {
  const lock = await acquireIndexLock(directory, {}, signal);
  await writeFile(join(directory, LOCK_NAME), owner({ pid: 1, token: "new" }));
  await expect(lock.assertHeld()).rejects.toMatchObject({ code: "index_locked" });
  await lock.release();
  expect(await readdir(directory)).toEqual([LOCK_NAME]);
});

test("clears what dead processes left of their attempts", async () => {
  await writeFile(join(directory, `${LOCK_NAME}.a.tmp`), owner());
  await writeFile(join(directory, `${LOCK_NAME}.b.tmp`), owner({ pid: process.ppid }));
  await clearLockLitter(directory, await readdir(directory));
  expect(await readdir(directory)).toEqual([`${LOCK_NAME}.b.tmp`]);
});
