import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { en } from "../../src/cli/messages/en.ts";
import { zh } from "../../src/cli/messages/zh.ts";
import { readLabels } from "../../src/cli/read-labels.ts";
import { isAppError } from "../../src/core/errors.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xianheng-labels-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const context = { text: en, signal: new AbortController().signal };

async function file(content: string | Uint8Array): Promise<string> {
  const path = join(folder, "labels.tsv");
  await writeFile(path, content);
  return path;
}

test("reads labels with a mark, CRLF, blank lines and tabs in the text", async () => {
  const path = await file("\uFEFFpositive\t怎么\t退宿\r\n\r\n \t \r\nNEGATIVE\t收到\r\n");
  expect(await readLabels(path, context)).toEqual({
    lines: [
      { text: "怎么\t退宿", positive: true, line: 1 },
      { text: "收到", positive: false, line: 4 },
    ],
    positives: 1,
    negatives: 1,
    skipped: 2,
  });
});

test("reads labels in GB18030 and in UTF-16", async () => {
  const gb18030 = Buffer.concat([
    Buffer.from("negative\tok\npositive\t"),
    Buffer.from([0xcd, 0xcb, 0xcb, 0xde]),
    Buffer.from("\r\n"),
  ]);
  expect((await readLabels(await file(gb18030), context)).lines[1]?.text).toBe("退宿");
  const utf16 = Buffer.from("\uFEFFpositive\t退宿\r\nnegative\t上上\r\n", "utf16le");
  expect((await readLabels(await file(utf16), context)).lines.map(({ text }) => text)).toEqual(["退宿", "上上"]);
});

test("drops NUL and broken characters of the text", async () => {
  const bytes = Buffer.concat([Buffer.from("positive\ta\0b\nnegative\tc"), Buffer.from([0xff]), Buffer.from("\n")]);
  expect((await readLabels(await file(bytes), context)).lines.map(({ text }) => text)).toEqual(["ab", "c\uFFFD"]);
});

test("reads a hundred thousand lines", async () => {
  const rows = Array.from(
    { length: 100_000 },
    (_, index) => `${index % 3 === 0 ? "positive" : "negative"}\t第 ${index} 行`,
  );
  const { lines, positives } = await readLabels(await file(rows.join("\n")), context);
  expect([lines.length, positives, lines.at(-1)?.line]).toEqual([100_000, 33_334, 100_000]);
});

test.each([
  ["a third label", "positive\ta\nnegative\tb\nmaybe\tx", 'Line 3 of FILE has the label "maybe"'],
  ["a heading", "label\ttext\npositive\ta", 'Line 1 of FILE has the label "label"'],
  ["an empty label", "\tx\n", 'Line 1 of FILE has the label ""'],
  ["a line without a tab", "positive\ta\n\nnegative b", "Line 3 of FILE has no tab"],
  ["a label without text", "positive\t \0\n", "Line 1 of FILE has a label but no text"],
  ["an empty file", "", "holds no line"],
  ["blank lines only", "\n \n\uFEFF\n", "holds no line"],
  [
    "positive lines only",
    "positive\ta\npositive\tb",
    "All 2 lines of FILE are labelled positive; label some lines negative",
  ],
  ["negative lines only", "negative\ta", "label some lines positive"],
  ["too few lines", "negative\ta\npositive\tb", "at least 10"],
])("names what is wrong with %s", async (_what, content, said) => {
  const path = await file(content);
  await expect(readLabels(path, context, { least: 10 })).rejects.toSatisfy(
    (error) => isAppError(error, "usage") && error.message.includes(said.replace("FILE", path)),
  );
});

test("says so when the label file is missing or a folder", async () => {
  const chinese = { ...context, text: zh };
  await expect(readLabels(join(folder, "none.tsv"), chinese)).rejects.toThrow("无法读取文件");
  await expect(readLabels(folder, context)).rejects.toThrow("is a folder");
});

test("reads labels in UTF-16 whose mark was lost", async () => {
  for (const swapped of [false, true]) {
    const bytes = Buffer.from("positive\t退宿\nnegative\t上上\n", "utf16le");
    const { lines } = await readLabels(await file(swapped ? bytes.swap16() : bytes), context);
    expect(lines.map(({ text }) => text)).toEqual(["退宿", "上上"]);
  }
});

test("waits for the writer of a named pipe, and no longer than until Ctrl-C", async () => {
  const path = join(folder, "pipe");
  await promisify(execFile)("mkfifo", [path]);
  const stop = new AbortController();
  const waiting = readLabels(path, { text: en, signal: stop.signal });
  setTimeout(() => stop.abort(), 50);
  await expect(waiting).rejects.toThrow(/abort/iu);
  const [{ positives }] = await Promise.all([
    readLabels(path, context),
    writeFile(path, "positive\t退宿\nnegative\t上上\n"),
  ]);
  expect(positives).toBe(1);
});
