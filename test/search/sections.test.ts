import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSections, writeSections } from "../../src/search/sections.ts";
import type { Sections } from "../../src/search/sections.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sections-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const EVERY_TYPE: Sections = {
  bytes: Uint8Array.of(1, 2, 255),
  signed: Int8Array.of(-128, 127),
  short: Uint16Array.of(65_535),
  whole: Int32Array.of(-1, 2 ** 31 - 1),
  count: Uint32Array.of(2 ** 32 - 1),
  single: Float32Array.of(0.5, -0, Infinity),
  double: Float64Array.of(Math.PI),
  long: BigUint64Array.of(2n ** 64n - 1n),
  empty: new Float32Array(0),
};

test("gives back every array with its type, aligned to 64 bytes in one buffer", async () => {
  const path = join(folder, "every.bin");
  await writeSections(path, EVERY_TYPE);
  const read = await readSections(path);
  expect(read).toEqual(EVERY_TYPE);
  expect(new Set(Object.values(read).map((array) => array.buffer)).size).toBe(1);
  for (const array of Object.values(read)) expect(array.byteOffset % 64).toBe(0);
});

test("writes a view, not the whole buffer behind it", async () => {
  const path = join(folder, "view.bin");
  await writeSections(path, { part: new Float32Array([1, 2, 3, 4]).subarray(1, 3) });
  expect(await readSections(path)).toEqual({ part: Float32Array.of(2, 3) });
});

test("gives back any set of arrays", async () => {
  const path = join(folder, "any.bin");
  const sections = fc.dictionary(
    fc.string({ minLength: 1 }).filter((name) => name !== "__proto__"),
    fc.oneof(fc.uint8Array(), fc.int8Array(), fc.uint16Array(), fc.int32Array(), fc.uint32Array(), fc.float32Array()),
  );
  await fc.assert(
    fc.asyncProperty(sections, async (written) => {
      await writeSections(path, written);
      const read = await readSections(path);
      expect(Object.keys(read).toSorted()).toEqual(Object.keys(written).toSorted());
      for (const [name, array] of Object.entries(written)) expect(read[name]).toEqual(array);
    }),
    { numRuns: 30 },
  );
});

test("refuses a file that was cut anywhere", async () => {
  const path = join(folder, "cut.bin");
  await writeSections(path, { a: Float64Array.of(1, 2, 3), b: Uint8Array.of(9) });
  const whole = await readFile(path);
  const used = whole.byteLength - 63;
  for (const length of [0, 7, 23, 24, 60, used - 1]) {
    await writeFile(path, whole);
    await truncate(path, length);
    await expect(readSections(path)).rejects.toMatchObject({ code: "index_damaged" });
  }
});

test("refuses a file with any flipped bit, and names it with the remedy", async () => {
  const path = join(folder, "flipped.bin");
  await writeSections(path, { a: Float32Array.of(1, 2, 3) });
  const whole = await readFile(path);
  const header = 24 + whole.readUInt32LE(12);
  const data = Math.ceil(header / 64) * 64;
  const meaningful = [...Array(20).keys(), ...range(24, header), ...range(data, data + 12)];
  for (const position of meaningful) {
    const changed = Buffer.from(whole);
    changed[position] = (changed[position] ?? 0) ^ 4;
    await writeFile(path, changed);
    await expect(readSections(path)).rejects.toMatchObject({ code: "index_damaged" });
  }
  await expect(readSections(path)).rejects.toThrow(/flipped\.bin.*xianheng ingest/);
});

test("says that a file is missing", async () => {
  await expect(readSections(join(folder, "none.bin"))).rejects.toMatchObject({ code: "index_damaged" });
});

test("reports a full disk", async () => {
  await expect(writeSections(join(folder, "full.bin"), EVERY_TYPE, { write: noSpace })).rejects.toMatchObject({
    code: "disk_full",
  });
});

async function noSpace(): Promise<void> {
  throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}
