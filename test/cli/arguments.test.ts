import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { chooseLocale } from "../../src/cli/locale.ts";
import { en } from "../../src/cli/messages/en.ts";
import { zh } from "../../src/cli/messages/zh.ts";
import { readQuestion } from "../../src/cli/read-question.ts";
import { describeError } from "../../src/cli/report-error.ts";
import { AppError, ERROR_CODES } from "../../src/core/errors.ts";
import { DECLINE_REASONS } from "../../src/core/outcome.ts";

const context = { text: en, signal: new AbortController().signal };

test.each([
  [["ask", "--lang", "zh", "q"], "zh"],
  [["--lang=zh"], "zh"],
  [["ask", "--", "--lang", "zh"], "en"],
  [["--lang", "fr"], "en"],
  [["--lang"], "en"],
  [[], "en"],
] as const)("reads the language of %j as %s", (args, locale) => {
  expect(chooseLocale([...args], "en")).toBe(locale);
});

test("reads a question from stdin for a single dash, whatever pieces it arrives in", async () => {
  const stdin = new PassThrough();
  const bytes = Buffer.from("怎么退房？\n");
  for (const byte of bytes) stdin.write(Buffer.from([byte]));
  stdin.end();
  expect(await readQuestion(["-"], stdin, context)).toBe("怎么退房？");
});

test("stops reading stdin on Ctrl-C, though its writer is silent", async () => {
  const interrupt = new AbortController();
  const question = readQuestion(["-"], new PassThrough(), { text: en, signal: interrupt.signal });
  interrupt.abort();
  await expect(question).rejects.toMatchObject({ name: "AbortError" });
});

test("gives up on endless input", async () => {
  async function* endless() {
    for (;;) yield Buffer.alloc(65_536, "x");
  }
  await expect(readQuestion(["-"], endless(), context)).rejects.toMatchObject({ code: "usage" });
});

test.each(ERROR_CODES)("words %s in Chinese with the facts of the case", (code) => {
  const line = describeError(new AppError(code, "the facts"), zh);
  expect(line).toContain("the facts");
  if (code !== "usage" && code !== "config_invalid") expect(line).toMatch(/[\u4E00-\u9FFF]/);
});

test.each(DECLINE_REASONS)("words the silence %s in both languages", (reason) => {
  expect(en.noAnswer(reason)).toContain(reason);
  expect(zh.noAnswer(reason)).toMatch(new RegExp(`[\\u4E00-\\u9FFF].*${reason}`));
});

test("has every sentence in both languages", () => {
  const shape = (value: unknown): unknown =>
    typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
      : typeof value;
  expect(shape(zh)).toEqual(shape(en));
});
