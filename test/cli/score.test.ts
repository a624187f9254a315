import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Assistant, ScoredLine } from "../../src/app.ts";
import { runScore } from "../../src/cli/score.ts";
import { isAppError } from "../../src/core/errors.ts";
import { createCommandRun } from "./command-fixture.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xianheng-score-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const stdin = { file: undefined, group: undefined, explain: false };

/** Speaks to lines with a question mark. */
function judge(text: string): ScoredLine {
  const speak = text.includes("？");
  return { text, question: 0.25, answerable: 0.125, speak, ...(speak ? {} : { reason: "unrelated" }) };
}

const assistant: Partial<Assistant> = { score: async (lines) => lines.map(judge) };

function documents(stdout: string): unknown[] {
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
}

test("scores every line of a file, in order and in batches", async () => {
  const batches: number[] = [];
  const run = await createCommandRun({
    json: true,
    assistant: {
      score: async (lines) => {
        batches.push(lines.length);
        return lines.map(judge);
      },
    },
  });
  const lines = Array.from({ length: 1050 }, (_, index) => `line ${index}`);
  const path = join(folder, "lines.txt");
  await writeFile(path, lines.join("\n"));
  expect(await runScore(run.context, { ...stdin, file: path })).toBe(0);
  const rows = documents(run.stdout());
  expect(rows.map((row) => Reflect.get(Object(row), "text"))).toEqual(lines);
  expect(Object.keys(Object(rows[0]))).toEqual(["text", "question", "answerable", "speak", "reason"]);
  expect(rows[7]).toEqual({ text: "line 7", question: 0.25, answerable: 0.125, speak: false, reason: "unrelated" });
  expect(Math.max(...batches)).toBe(256);
  expect(run.stderr()).toBe("");
});

test("gives one result for every odd line, with its text as it came, and the assistant only sound text", async () => {
  const lines = [
    "",
    "  ",
    "😀",
    "\u200B",
    "a\0b",
    "\0",
    "字".repeat(10_000),
    "https://example.org/?a=1&b=2",
    "\u202Ex",
    "？",
  ];
  const seen: string[] = [];
  const run = await createCommandRun({
    json: true,
    assistant: {
      score: async (given) => {
        seen.push(...given);
        return given.map(judge);
      },
    },
  });
  const broken = Buffer.from([0xff, 0xed, 0xa0, 0x80]);
  const input = Readable.from([Buffer.from(`${lines.join("\n")}\n`), broken]);
  expect(await runScore(run.context, { ...stdin, file: "-" }, input)).toBe(0);
  const rows = documents(run.stdout());
  expect(rows.slice(0, -1).map((row) => Reflect.get(Object(row), "text"))).toEqual(lines);
  expect(rows).toHaveLength(lines.length + 1);
  expect(rows.at(-2)).toMatchObject({ speak: true, reason: null });
  expect(seen.every((text) => text.isWellFormed() && !text.includes("\0"))).toBe(true);
});

test("reads GB18030 from stdin", async () => {
  const run = await createCommandRun({ json: true, assistant });
  await runScore(run.context, stdin, Readable.from([Buffer.from([0xcd, 0xcb]), Buffer.from([0xcb, 0xde, 0x0a])]));
  expect(documents(run.stdout())).toMatchObject([{ text: "退宿" }]);
});

test("answers for a line as soon as it has come", async () => {
  const run = await createCommandRun({ json: true, assistant });
  const shown: number[] = [];
  async function* slowly(): AsyncGenerator<string> {
    for (const line of ["一\n", "二\n三\n", ""]) {
      yield line;
      shown.push(run.stdout().split("\n").length - 1);
    }
  }
  await runScore(run.context, stdin, slowly());
  expect(shown).toEqual([1, 3, 3]);
});

test("says nothing for no lines", async () => {
  const run = await createCommandRun({ json: true, assistant });
  expect(await runScore(run.context, stdin, Readable.from([]))).toBe(0);
  expect(run.stdout()).toBe("");
});

test("passes the group on and prints explanations when asked", async () => {
  let options: unknown;
  const run = await createCommandRun({
    json: true,
    assistant: {
      score: async (lines, given) => {
        options = given;
        const explanation = [{ feature: "lead" as const, words: "how far", share: -0.5 }];
        return lines.map((line) => ({ ...judge(line), explanation }));
      },
    },
  });
  await runScore(run.context, { file: undefined, group: "g1", explain: true }, Readable.from(["a\n"]));
  expect(options).toEqual({ explain: true, group: "g1" });
  expect(documents(run.stdout())).toMatchObject([{ explanation: [{ feature: "lead", share: -0.5 }] }]);
});

test("shows a table to a person, in both languages, with the reasons in words", async () => {
  const table = async (locale: "en" | "zh"): Promise<string[]> => {
    const run = await createCommandRun({ locale, assistant });
    await runScore(run.context, stdin, Readable.from(["押金多少？\n收到\u001B[2J\tok\n"]));
    return [...run.stdout().trimEnd().split("\n"), run.stderr().trim()];
  };
  expect(await table("en")).toEqual([
    expect.stringMatching(/^question {2}answerable {2}verdict +line$/u),
    expect.stringMatching(/^ {4}0\.25 {8}0\.13 {2}speaks +押金多少？$/u),
    expect.stringMatching(/^ {4}0\.25 {8}0\.13 {2}the question is not about our documents +收到\[2J ok$/u),
    "2 lines; 1 would be answered.",
  ]);
  expect(await table("zh")).toEqual([
    expect.stringMatching(/^提问 {2}可回答 {2}结论 +内容$/u),
    expect.stringMatching(/^0\.25 {4}0\.13 {2}回答 +押金多少？$/u),
    expect.stringMatching(/^0\.25 {4}0\.13 {2}问题与文档无关 +收到\[2J ok$/u),
    "共 2 行，会回答 1 行。",
  ]);
});

test("refuses a file that is missing, and a folder, before anything is opened", async () => {
  const run = await createCommandRun({ json: true });
  for (const file of ["none.txt", "."]) {
    await expect(runScore(run.context, { ...stdin, file: join(folder, file) })).rejects.toSatisfy((error) =>
      isAppError(error, "usage"),
    );
  }
});

test("stops waiting for more lines on Ctrl-C", async () => {
  const run = await createCommandRun({ json: true, assistant });
  const input = new Readable({ read() {} });
  input.push("a\n");
  const running = runScore(run.context, stdin, input);
  setTimeout(() => run.interrupt.abort(), 20);
  await expect(running).rejects.toThrow();
  expect(documents(run.stdout())).toHaveLength(1);
});
