import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createChunkWriter, decodeChunk, openChunkStore } from "../../src/search/chunk-store.ts";
import type { StoredChunk } from "../../src/search/chunk-store.ts";

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "chunks-"));
  path = join(directory, "chunks.bin");
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function write(chunks: StoredChunk[], to = path): Promise<void> {
  const writer = await createChunkWriter(to);
  for (const chunk of chunks) await writer.add(chunk);
  expect(writer.rows).toBe(chunks.length);
  await writer.finish();
  await writer.close();
}

const chunk = fc.record(
  {
    id: fc.string(),
    text: fc.string({ unit: "binary" }),
    headings: fc.array(fc.string({ unit: "grapheme" })),
    page: fc.integer({ min: 1, max: 5000 }),
    start: fc.nat(),
    end: fc.nat(),
  },
  { requiredKeys: ["id", "text", "headings", "start", "end"] },
);

test("gives back any chunks by row and in order, and copies them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 30 }), async (chunks) => {
      await write(chunks);
      const store = openChunkStore(path);
      expect(chunks.map((_, row) => store.read(row))).toEqual(chunks);
      expect([...store.records(0, store.rows)].map((record) => decodeChunk(record))).toEqual(chunks);
      const copy = await createChunkWriter(join(directory, "copy.bin"));
      for (const record of store.records(0, store.rows)) await copy.copy(record);
      await copy.finish();
      await copy.close();
      store.close();
      expect(await readFile(join(directory, "copy.bin"))).toEqual(await readFile(path));
    }),
    { numRuns: 40 },
  );
});

test("holds more rows and longer texts than one buffer", async () => {
  const text = "字".repeat(2000);
  const chunks = Array.from({ length: 3000 }, (_, n) => ({
    id: `${n}`,
    text: text + n,
    headings: [],
    start: n,
    end: n + 1,
  }));
  await write(chunks);
  const store = openChunkStore(path);
  expect(store.read(2999)).toEqual(chunks[2999]);
  let row = 10;
  for (const record of store.records(10, 2000)) expect(decodeChunk(record).id).toBe(`${row++}`);
  expect(row).toBe(2000);
  store.close();
});

test("refuses a file cut anywhere or with a changed bit, at the latest when the row is read", async () => {
  await write([{ id: "a", text: "hello", headings: ["h"], start: 0, end: 5 }]);
  const whole = await readFile(path);
  for (let length = 0; length < whole.length; length++) {
    await writeFile(path, whole.subarray(0, length));
    expect(() => openChunkStore(path)).toThrow(expect.objectContaining({ code: "index_damaged" }));
  }
  // The magic at the beginning is for people and `file`.
  for (let position = 8; position < whole.length; position++) {
    const changed = Buffer.from(whole);
    changed[position] = (changed[position] ?? 0) ^ 0x10;
    await writeFile(path, changed);
    expect(() => {
      const store = openChunkStore(path);
      try {
        store.read(0);
      } finally {
        store.close();
      }
    }).toThrow(expect.objectContaining({ code: "index_damaged" }));
  }
});

test("throws for a row that is not there", async () => {
  await write([]);
  const store = openChunkStore(path);
  for (const row of [0, -1, 0.5, Number.NaN]) expect(() => store.read(row)).toThrow(RangeError);
  store.close();
});
