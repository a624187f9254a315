import { appendFileSync, existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { APARTMENT, createProject, PRINTERS, runCli } from "./run-cli.ts";

const QUESTION = "退房需要提前几天申请？";
const cwd = createProject({
  "corpus/公寓.md": APARTMENT,
  "corpus/printers.md": PRINTERS,
  "corpus/broken.pdf": "%PDF-1.7 and nothing more",
  "corpus/empty.md": "",
});
let indexed: Awaited<ReturnType<typeof runCli>>;

beforeAll(async () => {
  indexed = await runCli(["ingest", "--json"], { cwd });
});

function json(text: string): unknown {
  return JSON.parse(text);
}

test("indexes what it can and lists the rest with reasons", () => {
  expect(indexed.code).toBe(0);
  expect(json(indexed.stdout)).toEqual({
    documents: {
      added: 2,
      updated: 0,
      unchanged: 0,
      removed: 0,
      failed: [
        { path: "corpus/broken.pdf", reason: expect.stringMatching(/\w/) },
        { path: "corpus/empty.md", reason: expect.stringMatching(/\w/) },
      ],
    },
    chunks: expect.any(Number),
    seconds: expect.any(Number),
  });
  expect(indexed.stderr).toContain("corpus/broken.pdf");
});

test("keeps everything generated in the work folder, and leaves nothing in the home folder", () => {
  expect(existsSync(join(cwd, "workdir"))).toBe(true);
  expect(readdirSync(cwd).toSorted()).toEqual(["config.ini", "corpus", "workdir"]);
});

test("answers with checked citations as JSON", async () => {
  const { code, stdout } = await runCli(["ask", QUESTION, "--json"], { cwd });
  expect(code).toBe(0);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  expect(json(stdout)).toEqual({
    outcome: "answered",
    answer: expect.stringContaining("三个工作日"),
    citations: expect.arrayContaining([
      expect.objectContaining({
        n: 1,
        source: "corpus/公寓.md",
        title: expect.any(String),
        headings: expect.any(Array),
        quote: expect.any(String),
      }),
    ]),
    scores: { question: expect.any(Number), answerable: expect.any(Number), threshold: expect.any(Number) },
    model: expect.any(String),
    tokens: { prompt: 0, completion: 0, total: 0 },
    timings: expect.any(Object),
  });
});

test("answers a person with the sources below, without colours in a pipe", async () => {
  const { code, stdout } = await runCli(["ask", QUESTION, "--lang", "zh"], { cwd, env: { CI: "1" } });
  expect(code).toBe(0);
  expect(stdout).toMatch(/三个工作日[\s\S]*\n\n\[1\] 员工公寓指南.* — corpus\/公寓\.md\n/);
  expect(stdout).not.toContain("\u001B");
});

test("answers an English question in English", async () => {
  const { code, stdout } = await runCli(["ask", "Where", "are", "the", "TN-2410 toner cartridges kept?"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain("B12");
});

test("reads the question from stdin for a dash", async () => {
  const { code, stdout } = await runCli(["ask", "-"], { cwd, input: `${QUESTION}\n` });
  expect(code).toBe(0);
  expect(stdout).toContain("三个工作日");
});

test("keeps silent about chit-chat with exit code 3 and the reason on stderr", async () => {
  const silent = await runCli(["ask", "今天天气真好哈哈"], { cwd });
  expect(silent).toMatchObject({ code: 3, stdout: "" });
  expect(silent.stderr).toMatch(/No answer: .+\(\S+\)/);
  const { code, stdout } = await runCli(["ask", "今天天气真好哈哈", "--json", "--quiet"], { cwd });
  expect(code).toBe(3);
  expect(json(stdout)).toMatchObject({ outcome: "declined", reason: expect.any(String), answer: "", citations: [] });
});

test("takes words after -- as the question", async () => {
  const { code, stdout } = await runCli(["ask", "--json", "--", "--help"], { cwd });
  expect(code).toBe(3);
  expect(json(stdout)).toMatchObject({ outcome: "declined" });
});

test.each([
  ["NUL bytes", Buffer.from("\u0000\u0000退房\u0000")],
  ["a lone surrogate in UTF-8", Buffer.from([0xed, 0xa0, 0x80, 0xe9, 0x80, 0x80])],
  ["another script", Buffer.from("как съехать с квартиры и сдать ключи")],
])("survives %s in a question", async (_what, input) => {
  const { code, stdout, stderr } = await runCli(["ask", "-", "--json"], { cwd, input });
  expect([0, 3]).toContain(code);
  expect(json(stdout)).toHaveProperty("outcome");
  expect(stderr).not.toContain("bug");
});

test("prints hits as JSON lines", async () => {
  writeFileSync(
    join(cwd, "workdir", "queries.jsonl"),
    '{"id":"rent","text":"水费多少钱"}\n{"id":2,"text":"paper jam"}\n',
  );
  const { code, stdout } = await runCli(["search", "--queries", "workdir/queries.jsonl", "-k", "2", "--json"], { cwd });
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split("\n").map(json);
  const hit = (source: string) =>
    expect.objectContaining({
      rank: 1,
      score: expect.any(Number),
      dense: expect.any(Number),
      lexical: expect.any(Number),
      source,
      chunk: expect.any(String),
      text: expect.any(String),
    });
  expect(lines).toEqual([
    { id: "rent", hits: [hit("corpus/公寓.md"), expect.anything()] },
    { id: 2, hits: [hit("corpus/printers.md"), expect.anything()] },
  ]);
});

test("ends quietly when the reader of its output leaves", async () => {
  const { spawnSync } = await import("node:child_process");
  const main = join(import.meta.dirname, "..", "..", "..", "dist", "cli", "main.js");
  const lines = Array.from({ length: 2000 }, () => '{"text":"退房"}').join("\n");
  writeFileSync(join(cwd, "workdir", "many.jsonl"), lines);
  const command = `"${process.execPath}" "${main}" search --queries workdir/many.jsonl --json | head -n 1 | wc -l`;
  const { stdout, stderr, status } = spawnSync("sh", ["-c", command], { cwd, encoding: "utf8" });
  expect({ stdout: stdout.trim(), stderr, status }).toEqual({ stdout: "1", stderr: "", status: 0 });
});

test("shows what was read from a document, by its source too", async () => {
  const { code, stdout } = await runCli(["inspect", "corpus/公寓.md", "--json"], { cwd });
  expect(code).toBe(0);
  expect(json(stdout)).toEqual({
    title: "员工公寓指南",
    mediaType: "text/markdown",
    markdown: expect.stringContaining("apartment@example.org"),
    chunks: expect.arrayContaining([
      expect.objectContaining({ id: expect.any(String), text: expect.any(String), headings: expect.any(Array) }),
    ]),
    warnings: [],
  });
  const elsewhere = createProject({});
  const found = await runCli(["inspect", "corpus/公寓.md", "--config", join(cwd, "config.ini")], { cwd: elsewhere });
  expect(found.stdout).toContain("apartment@example.org");
});

test("names a document that cannot be read, with exit code 1", async () => {
  for (const file of ["corpus/broken.pdf", "corpus/nowhere.md"]) {
    const { code, stdout, stderr } = await runCli(["inspect", file], { cwd });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(file.split("/")[1]);
  }
});

test("checks the installation and says what to do", async () => {
  const { code, stdout } = await runCli(["doctor", "--json"], { cwd });
  expect(code).toBe(0);
  const checks = json(stdout);
  expect(checks).toEqual(
    expect.arrayContaining([
      {
        check: expect.any(String),
        status: expect.stringMatching(/^(ok|warning|skipped)$/),
        detail: expect.any(String),
        remedy: expect.any(String),
      },
    ]),
  );
});

test("holds a piped conversation", async () => {
  const { code, stdout } = await runCli(["chat", "--lang", "zh"], {
    cwd,
    input: `${QUESTION}\n今天天气真好哈哈\n/sources\n`,
  });
  expect(code).toBe(0);
  expect(stdout).toContain("三个工作日");
  expect(stdout).toContain("（保持安静：");
});

test("reads again only what changed, and forgets what was removed", async () => {
  const project = createProject({ "corpus/a.md": APARTMENT, "corpus/b.md": PRINTERS });
  await runCli(["ingest"], { cwd: project });
  appendFileSync(join(project, "corpus", "a.md"), "\n## 访客\n\n访客需要在前台登记。\n");
  rmSync(join(project, "corpus", "b.md"));
  writeFileSync(join(project, "corpus", "c.md"), "# Parking\n\nParking permits cost 20 euros a month.\n");
  const { stdout } = await runCli(["ingest", "--json"], { cwd: project });
  expect(json(stdout)).toMatchObject({ documents: { added: 1, updated: 1, unchanged: 0, removed: 1, failed: [] } });
  const hits = await runCli(["search", "toner cartridges", "--json"], { cwd: project });
  expect(hits.stdout).not.toContain("b.md");
});
