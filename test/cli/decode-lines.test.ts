import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeLines } from "../../src/cli/decode-lines.ts";
import { en } from "../../src/cli/messages/en.ts";
import { isAppError } from "../../src/core/errors.ts";

async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += size) yield bytes.subarray(start, start + size);
}

async function decoded(bytes: Uint8Array | string, size = 1 << 16): Promise<string[]> {
  const lines: string[] = [];
  for await (const some of decodeLines(inParts(Buffer.from(bytes), size), en)) lines.push(...some);
  return lines;
}

test("gives one line for every line end, empty ones too", async () => {
  expect(await decoded("a\n\nb\r\n\n")).toEqual(["a", "", "b", ""]);
  expect(await decoded("a\nb")).toEqual(["a", "b"]);
  expect(await decoded("")).toEqual([]);
});

test("gives the same lines whatever the pieces they come in", async () => {
  const line = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\r\n\uFEFF]/gu, ""));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
      expect(await decoded(lines.map((each) => `${each}\n`).join(""), size)).toEqual(lines);
    }),
  );
});

test("never fails on any bytes, and keeps their number of lines", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 9 }), async (bytes, size) => {
      fc.pre(!([0xff, 0xfe].includes(bytes[0] ?? 0) && [0xff, 0xfe].includes(bytes[1] ?? 0)));
      const ends = bytes.filter((byte) => byte === 10).length;
      expect(await decoded(bytes, size)).toHaveLength(bytes.length === 0 || bytes.at(-1) === 10 ? ends : ends + 1);
    }),
  );
});

test("reads UTF-8, GB18030 and lines of both in one file", async () => {
  const chinese = Buffer.from([0xcd, 0xcb, 0xcb, 0xde]);
  const both = Buffer.concat([Buffer.from("押金\n"), chinese, Buffer.from("\n"), Buffer.from("café\n")]);
  expect(await decoded(both, 1)).toEqual(["押金", "退宿", "café"]);
});

test("takes two bytes that could be either for what the lines before were", async () => {
  // In GB18030 these are 茅, in UTF-8 é.
  const either = Buffer.from([0xc3, 0xa9]);
  const chinese = Buffer.from([0xcd, 0xcb, 0xcb, 0xde]);
  expect(await decoded(Buffer.concat([chinese, Buffer.from("\n"), either]))).toEqual(["退宿", "茅"]);
  expect(await decoded(Buffer.concat([Buffer.from("好\n"), either]))).toEqual(["好", "é"]);
  expect(await decoded(either)).toEqual(["é"]);
});

test("drops a mark at the start only", async () => {
  expect(await decoded("\uFEFFa\n\uFEFFb")).toEqual(["a", "\uFEFFb"]);
});

test.each(["utf16le", "utf16be"] as const)("reads %s by its mark", async (encoding) => {
  const little = Buffer.from("\uFEFF第一行\r\n上 上\n", "utf16le");
  expect(await decoded(encoding === "utf16le" ? little : little.swap16(), 3)).toEqual(["第一行", "上 上"]);
});

test("keeps what can be read of broken characters", async () => {
  const surrogate = Buffer.from([0x61, 0xed, 0xa0, 0x80, 0xff, 0x62]);
  const [line] = await decoded(surrogate);
  expect(line?.isWellFormed()).toBe(true);
  expect(line).toMatch(/^a.*b$/u);
});

test("refuses a line that no chat can have", async () => {
  const zeros = Buffer.alloc(9 * 1024 * 1024);
  await expect(decoded(Buffer.concat([Buffer.from("a\n"), zeros]))).rejects.toSatisfy(
    (error) => isAppError(error, "usage") && error.message.includes("Line 2 is longer than 8 MiB"),
  );
});
