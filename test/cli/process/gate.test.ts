import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readGoodQuestions, readQuietLines } from "../../../bench/sample-questions.ts";
import { createProject, runCli, startCli } from "./run-cli.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const DOCUMENT = "公寓入住指南.docx";

let cwd: string;
/** Lines of the file of labels. */
let count: number;
beforeAll(async () => {
  cwd = createProject({});
  copyFileSync(join(ROOT, "corpus", DOCUMENT), join(cwd, "corpus", DOCUMENT));
  const questions = (await readGoodQuestions()).filter(({ document }) => document === DOCUMENT);
  const labelled = [
    ...questions.map(({ question, split }) => ({ label: "positive", text: question, split })),
    ...(await readQuietLines()).map(({ text, split }) => ({ label: "negative", text, split })),
  ].filter(({ split }) => split === "dev");
  count = labelled.length;
  writeFileSync(join(cwd, "labels.tsv"), labelled.map(({ label, text }) => `${label}\t${text}\r\n`).join(""));
  expect(await runCli(["ingest", "--quiet"], { cwd })).toMatchObject({ code: 0 });
});

function json(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  return Object.fromEntries(Object.entries(Object(value)));
}

test("tunes a gate, speaks by it, and measures it against the one before", async () => {
  const tuned = await runCli(["tune", "--labels", "labels.tsv", "--json", "--quiet"], { cwd });
  expect(tuned.stderr).toBe("");
  expect(tuned.code).toBe(0);
  const tuning = json(tuned.stdout);
  expect(Object.keys(tuning)).toEqual(
    expect.arrayContaining(["version", "threshold", "crossValidated", "interval", "prior", "learningCurve", "unsure"]),
  );
  const { f1 } = json(JSON.stringify(tuning["crossValidated"]));
  expect(f1).toBeGreaterThan(0.7);
  expect(tuning["path"]).toBe(join(cwd, "workdir", "gate.json"));

  renameSync(join(cwd, "workdir", "gate.json"), join(cwd, "old.json"));
  const again = await runCli(["tune", "--labels", "labels.tsv", "--max-wrong", "0.05", "--lang", "zh"], { cwd });
  expect(again.code).toBe(0);
  expect(again.stdout).toMatch(/最多误答 5 %.*召回率/u);
  expect(json(readFileSync(join(cwd, "workdir", "gate.json"), "utf8"))).toMatchObject({ format: expect.any(Number) });

  const against = ["eval", "--labels", "labels.tsv", "--against", "old.json"];
  const measured = await runCli([...against, "--json", "--quiet"], { cwd });
  expect({ code: measured.code, stderr: measured.stderr }).toEqual({ code: 0, stderr: "" });
  const measures = json(measured.stdout);
  expect(measures).toMatchObject({
    best: { f1: expect.any(Number), threshold: expect.any(Number) },
    against: { interval: [expect.any(Number), expect.any(Number)] },
    labels: { skipped: 0 },
  });
  expect(existsSync(join(cwd, "workdir", "gate-report.html"))).toBe(false);

  const shown = await runCli(against, { cwd });
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain(`${count} labelled lines`);
  expect(readFileSync(join(cwd, "workdir", "gate-report.html"), "utf8")).toContain("</svg>");
});

test("scores a thousand lines, odd ones among them, one result each", async () => {
  const odd = ["", "\0", "😀", "\u200B", "字".repeat(10_000), "押金\t多少？", "```js\nx"];
  const lines = [...odd.join("\n").split("\n"), ...Array.from({ length: 992 }, (_, index) => `第 ${index} 句`)];
  const { code, stdout, stderr } = await runCli(["score", "--json"], { cwd, input: lines.join("\n") });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const rows = stdout.trimEnd().split("\n").map(json);
  expect(rows.map((row) => row["text"])).toEqual(lines);
  for (const row of rows) expect(row).toMatchObject({ speak: row["reason"] === null, question: expect.any(Number) });
});

test("ends quietly when the reader of its scores leaves", async () => {
  const { child, end } = startCli(["score", "--json"], { cwd, input: "押金多少？\n".repeat(600) });
  child.stdout?.once("data", () => child.stdout?.destroy());
  expect(await end).toMatchObject({ code: 0, stderr: "" });
});

test.each([
  [["tune"], /选项 --labels/u],
  [["tune", "--labels", "none.tsv"], /无法读取文件/u],
  [["tune", "--labels", "."], /是目录/u],
  [["tune", "--labels", "labels.tsv", "--max-wrong", "0.6"], /不超过 0\.5/u],
  [["tune", "--labels", "labels.tsv", "--max-wrong", "0"], /大于 0/u],
  [["tune", "--labels", "labels.tsv", "--seed", "x"], /整数/u],
  [["tune", "--labels", "labels.tsv", "--group", ""], /不能为空/u],
  [["eval", "--labels", "config.ini"], /config\.ini 第 1 行没有制表符/u],
  [["eval", "--labels", "labels.tsv", "--against", "none.json"], /无法读取文件/u],
  [["score", "none.txt"], /无法读取文件/u],
])("refuses %j with exit code 2", async (args, said) => {
  const { code, stdout, stderr } = await runCli([...args, "--lang", "zh"], { cwd });
  expect(stderr).toMatch(said);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});
