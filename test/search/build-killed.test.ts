import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isAppError } from "../../src/core/errors.ts";
import { openIndex } from "../../src/search/index-files.ts";
import { createSmallCorpus, FINGERPRINT, textsOf } from "./small-corpus.ts";
import type { SmallCorpus } from "./small-corpus.ts";

const DOCUMENTS = 40;
const CHUNKS = DOCUMENTS * 3;

let corpus: SmallCorpus;
beforeEach(async () => {
  corpus = await createSmallCorpus();
});
afterEach(async () => {
  await corpus.remove();
});

function documents(version: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: DOCUMENTS }, (_, n) => [
      `${n}.md`,
      `# N${n}\n\nVersion ${version} of ${n}.\n\nMore ${version} of ${n}.`,
    ]),
  );
}

function startIngest({ batchMs }: { batchMs: number }): ChildProcessByStdio<null, Readable, null> {
  const script = join(import.meta.dirname, "killed-ingest.ts");
  const parameters = ["--import", "tsx", script, corpus.folder, corpus.directory, String(batchMs)];
  return spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "inherit"] });
}

/** Runs an ingest in another process and kills it `delayMs` after it has embedded `afterChunks`; tells how far it had come. */
async function killedIngest(
  afterChunks: number,
  { delayMs, batchMs = 4 }: { delayMs: number; batchMs?: number },
): Promise<{ embedded: number; isDone: boolean }> {
  const child = startIngest({ batchMs });
  const ended = once(child, "exit");
  let embedded = 0;
  let isDone = false;
  let killing: Promise<void> | undefined;
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith("result")) isDone = true;
    else embedded = Number(line.split(" ")[1]);
    if (embedded >= afterChunks) {
      killing ??= sleep(delayMs).then(() => {
        child.kill("SIGKILL");
        return undefined;
      });
    }
  }
  await killing;
  await ended;
  return { embedded, isDone };
}

/** Version of the documents in the index, which must be one and the same for all; 0 without an index. */
async function indexedVersion(): Promise<number> {
  let index;
  try {
    index = await openIndex(corpus.directory, FINGERPRINT);
  } catch (error) {
    if (isAppError(error, "index_missing")) return 0;
    throw error;
  }
  await index.lexical();
  await index.vectors();
  const versions = new Set(textsOf(index).flatMap((text) => /(?:Version|More) (\d+) of/.exec(text)?.[1] ?? []));
  expect(index.chunkCount).toBe(CHUNKS);
  await index.close();
  expect(versions.size).toBe(1);
  return Number([...versions][0]);
}

test("shows the old index or the new one after kill -9 at any point, and the next run goes on from there", async () => {
  const rounds = 20;
  let resumed = 0;
  for (let round = 1; round <= rounds; round++) {
    await corpus.write(documents(round));
    // Through the embedding first, then through the last steps.
    const afterChunks = round <= 12 ? Math.ceil(Math.random() * 60) : 80;
    const { embedded, isDone } = await killedIngest(afterChunks, { delayMs: Math.random() * (round <= 12 ? 20 : 400) });
    const version = await indexedVersion();
    expect([round - 1, round]).toContain(version);
    if (isDone) expect(version).toBe(round);

    const result = await corpus.build();
    expect(result.chunks).toBe(CHUNKS);
    if (version === round) expect(result).toMatchObject({ embedded: 0, documents: { unchanged: DOCUMENTS } });
    else {
      const needed = round === 1 ? CHUNKS : CHUNKS - DOCUMENTS;
      expect(result.embedded).toBeLessThanOrEqual(needed - embedded);
      if (embedded > 0) resumed++;
    }
    expect(await indexedVersion()).toBe(round);
    expect((await readdir(corpus.directory)).map((name) => name.replace(/\d+/, "N"))).toEqual([
      "chunks-N.bin",
      "lexical-N.bin",
      "manifest.json",
      "vectors-N.bin",
    ]);
  }
  expect(resumed).toBeGreaterThan(0);
}, 120_000);

test("takes over from a killed run while two others try to", async () => {
  await corpus.write(documents(1));
  await killedIngest(20, { delayMs: 0, batchMs: 200 });
  expect(await readdir(corpus.directory)).toContain("index.lock");
  const settled = await Promise.allSettled([corpus.build(), corpus.build(), corpus.build()]);
  const done = settled.filter(({ status }) => status === "fulfilled");
  expect(done.length).toBeGreaterThan(0);
  for (const each of settled)
    if (each.status === "rejected") expect(each.reason).toMatchObject({ code: "index_locked" });
  expect(await indexedVersion()).toBe(1);
});

test("refuses to write beside another process, naming it", async () => {
  await corpus.write(documents(1));
  const child = startIngest({ batchMs: 100 });
  const ended = once(child, "exit");
  let refusal: unknown;
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith("embedded") || refusal !== undefined) continue;
    refusal = await corpus.build().catch((error: unknown) => error);
  }
  await ended;
  expect(refusal).toMatchObject({ code: "index_locked", message: expect.stringContaining(`Process ${child.pid} on`) });
  expect(await indexedVersion()).toBe(1);
});
