import { appendFile, mkdtemp, open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openEmbeddingJournal } from "../../src/search/embedding-journal.ts";
import type { JournalRecord } from "../../src/search/embedding-journal.ts";
import { keyText, passageKey } from "../../src/search/fingerprint.ts";

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "journal-"));
  path = join(directory, "embeddings.journal");
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

function record(text: string): JournalRecord {
  return { key: passageKey("model", text), vector: Float32Array.of(text.length, text.codePointAt(0) ?? 0, -1) };
}

async function vectorOf(text: string, dimensions = 3): Promise<number[] | undefined> {
  const journal = await openEmbeddingJournal(path, dimensions);
  const position = journal.find(keyText(passageKey("model", text)));
  await journal.close();
  if (position === undefined) return undefined;
  const handle = await open(path);
  const vector = new Float32Array(dimensions);
  await handle.read(new Uint8Array(vector.buffer), 0, dimensions * 4, position);
  await handle.close();
  return [...vector];
}

async function fill(...texts: string[]): Promise<void> {
  const journal = await openEmbeddingJournal(path, 3);
  await Promise.all(texts.map((text) => journal.append([record(text)])));
  await journal.close();
}

test("gives back what earlier runs appended", async () => {
  await fill("one", "two");
  await fill("three");
  for (const text of ["one", "two", "three"]) expect(await vectorOf(text)).toEqual([...record(text).vector]);
  expect(await vectorOf("four")).toBeUndefined();
});

test("leaves out a record that was cut anywhere, and goes on after the last whole one", async () => {
  await fill("one", "two");
  const whole = await readFile(path);
  for (let cut = 1; cut < 16 + 12 + 4; cut += 5) {
    await writeFile(path, whole);
    await truncate(path, whole.length - cut);
    await fill("three");
    expect(await vectorOf("one")).toEqual([...record("one").vector]);
    expect(await vectorOf("two")).toBeUndefined();
    expect(await vectorOf("three")).toEqual([...record("three").vector]);
  }
});

test("leaves out changed records and blocks of zeros, and keeps the rest", async () => {
  await fill("one", "two", "three");
  const bytes = await readFile(path);
  bytes[20 + 32 + 18] = (bytes[20 + 32 + 18] ?? 0) ^ 1;
  await writeFile(path, bytes);
  await appendFile(path, new Uint8Array(64));
  expect(await vectorOf("one")).toEqual([...record("one").vector]);
  expect(await vectorOf("two")).toBeUndefined();
  expect(await vectorOf("three")).toEqual([...record("three").vector]);
});

test("begins anew for vectors of another length or a file that is no journal", async () => {
  await fill("one");
  expect(await vectorOf("one", 4)).toBeUndefined();
  await writeFile(path, "something else entirely");
  expect(await vectorOf("one")).toBeUndefined();
  await writeFile(path, "");
  await fill("two");
  expect(await vectorOf("two")).toEqual([...record("two").vector]);
});

test("names a vector by its model and its text", () => {
  expect(passageKey("a", "bc")).not.toEqual(passageKey("ab", "c"));
  expect(passageKey("a", "b")).toEqual(passageKey("a", "b"));
});
