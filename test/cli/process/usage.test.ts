import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject, runCli } from "./run-cli.ts";

const cwd = createProject({});
// eslint-disable-next-line no-control-regex
const ANSI = /\u001B/;

test("prints its version", async () => {
  for (const flag of ["--version", "-V"]) {
    const { code, stdout, stderr } = await runCli([flag], { cwd });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  }
});

test("helps in the language of the system or the one asked for, without colours", async () => {
  const english = await runCli(["--help"], { cwd });
  const system = await runCli(["--help"], { cwd, env: { LC_ALL: "zh_CN.UTF-8" } });
  const asked = await runCli(["ask", "--help", "--lang", "zh"], { cwd, env: { CI: "1" } });
  expect([english.code, system.code, asked.code]).toEqual([0, 0, 0]);
  expect(english.stdout).toContain("Usage: xianheng");
  expect(system.stdout).toContain("用法：");
  expect(asked.stdout).toContain("通用选项：");
  expect(english.stdout + system.stdout + asked.stdout).not.toMatch(ANSI);
});

test.each([
  ["no command", [], /Usage: xianheng/],
  ["a command that is not there", ["serv"], /There is no command "serv".*Commands: ingest, ask/],
  ["a misspelt command", ["serch", "x"], /did you mean "search"\?/],
  ["a misspelt option", ["ask", "x", "--jsno"], /did you mean "--json"\?/],
  ["an option without its value", ["ask", "x", "--config"], /needs a value/],
  ["a language that is not there", ["--lang", "fr", "ask", "x"], /it must be zh or en/],
  ["a missing argument", ["inspect"], /<FILE> is missing/],
  ["too many arguments", ["inspect", "a", "b"], /Too many/],
  ["hits that are no number", ["search", "x", "-k", "ten"], /from 1 to 100/],
  ["no hits at all", ["search", "x", "-k", "0"], /from 1 to 100/],
  ["no question", ["ask"], /No question/],
  ["an empty question", ["ask", ""], /No question/],
  ["a question of spaces", ["ask", "   "], /No question/],
  ["an empty question on stdin", ["ask", "-"], /No question/],
  ["no query", ["search"], /No query/],
  ["a terminal program without a terminal", ["init"], /--yes/],
])("refuses %s with exit code 2 and an empty stdout", async (_what, args, message) => {
  const { code, stdout, stderr } = await runCli(args, { cwd });
  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});

test("words the same refusals in Chinese", async () => {
  const { code, stderr } = await runCli(["serch"], { cwd, env: { LC_ALL: "zh_CN.UTF-8" } });
  expect(code).toBe(2);
  expect(stderr).toMatch(/没有命令“serch”（是不是“search”？）/);
});

test("refuses a question of 1 MB", async () => {
  const { code, stdout, stderr } = await runCli(["ask", "-"], { cwd, input: "为什么".repeat(120_000) });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("8000");
});

test.each([
  ["is not there", "nowhere.ini", undefined, /nowhere\.ini/],
  ["is a folder", "corpus", undefined, /corpus/],
  ["has a misspelt key", "a.ini", "[index]\nchunk_char = 300\n", /chunk_chars/],
  ["has a value out of range", "b.ini", "[index]\nchunk_chars = 5\n", /chunk_chars.*100/],
  ["is no TOML", "c.ini", "[index\nkind = secret-word\n", /c\.ini/],
])("names a configuration that %s, with exit code 2", async (_what, file, content, message) => {
  if (content !== undefined) writeFileSync(join(cwd, file), content);
  for (const lang of ["en", "zh"]) {
    const { code, stdout, stderr } = await runCli(["ask", "x", "--config", file, "--lang", lang], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("secret-word");
    expect(stderr).not.toContain("    at ");
  }
});

test("takes global options before and after the command", async () => {
  mkdirSync(join(cwd, "other"), { recursive: true });
  for (const args of [
    ["--config", "nowhere.ini", "ask", "x"],
    ["ask", "--config", "nowhere.ini", "x"],
    ["ask", "x", "-c", "nowhere.ini"],
  ]) {
    const { code, stderr } = await runCli(args, { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain("nowhere.ini");
  }
});

test("names the bad line of a file of queries", async () => {
  writeFileSync(join(cwd, "queries.jsonl"), '{"id":"a","text":"x"}\nnot json\n');
  const { code, stdout, stderr } = await runCli(["search", "--queries", "queries.jsonl", "--json"], { cwd });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("Line 2");
});

test("writes a configuration once and keeps it", async () => {
  const folder = createProject({});
  const first = await runCli(["init", "--yes", "--config", "new.ini"], { cwd: folder });
  expect(first.code).toBe(0);
  const second = await runCli(["init", "--yes", "--config", "new.ini"], { cwd: folder });
  expect(second.code).toBe(2);
  expect(second.stderr).toContain("--force");
});
