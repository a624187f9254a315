import { expect, test } from "vitest";
import { isOleFile, oleStreamNames, readOleStream } from "../../../src/ingest/parse/ole2.ts";
import { oleOf } from "../../fixtures/ingest/ole-file.ts";

const LARGE = Uint8Array.from({ length: 70_000 }, (_, index) => index % 251);
const SMALL = Uint8Array.from({ length: 150 }, (_, index) => index);

test("reads large streams from sectors and small ones from the shared stream", () => {
  const bytes = oleOf({ Large: LARGE, Small: SMALL, Tiny: new Uint8Array([7]) }, { mini: true });
  expect(isOleFile(bytes)).toBe(true);
  expect(oleStreamNames(bytes)).toEqual(["Root Entry", "Large", "Small", "Tiny"]);
  expect(readOleStream(bytes, "Large")?.subarray(0, LARGE.length)).toEqual(LARGE);
  expect(readOleStream(bytes, "Small")).toEqual(SMALL);
  expect(readOleStream(bytes, "None", "Tiny")).toEqual(new Uint8Array([7]));
  expect(readOleStream(bytes, "None")).toBeUndefined();
});

test("gives nothing for files that are cut short or no compound files", () => {
  const bytes = oleOf({ Large: LARGE });
  expect(readOleStream(bytes.slice(0, 40_000), "Large")).toBeUndefined();
  expect(oleStreamNames(bytes.slice(0, 600))).toEqual([]);
  expect(oleStreamNames(new Uint8Array(2000))).toEqual([]);
});
