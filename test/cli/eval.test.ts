import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runEval } from "../../src/cli/eval.ts";
import { isAppError } from "../../src/core/errors.ts";
import { createCommandRun } from "./command-fixture.ts";
import { comparison, evalReport, LABELS, labelFile, measures } from "./gate-reports-fixture.ts";

let folder: string;
let labels: string;
let workDir: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xianheng-eval-"));
  labels = join(folder, "labels.tsv");
  workDir = join(folder, "work", "dir");
  await writeFile(labels, LABELS);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const options = { against: undefined, group: undefined, report: undefined };

test("prints one document and writes no page with --json", async () => {
  const assistant = { evaluate: async () => ({ ...evalReport, against: comparison }) };
  const run = await createCommandRun({ json: true, workDir, assistant });
  expect(await runEval(run.context, { labels, ...options })).toBe(0);
  expect(JSON.parse(run.stdout())).toEqual({
    ...measures,
    threshold: 0.4,
    interval: { precision: [0.5, 0.9], recall: [0.5, 0.9], f1: [0.5, 0.9], auc: [0.5, 0.9] },
    best: evalReport.best,
    curve: evalReport.curve,
    tunedOn: 0,
    wrong: JSON.parse(JSON.stringify(evalReport.wrong)),
    against: { ...comparison, interval: [0.01, 0.09] },
    labels: { positive: 6, negative: 6, skipped: 0 },
  });
  expect(run.stderr()).toBe("");
  await expect(stat(workDir)).rejects.toThrow("ENOENT");
});

test("shows a table and writes the page into the work folder", async () => {
  const run = await createCommandRun({ workDir, assistant: { evaluate: async () => evalReport } });
  expect(await runEval(run.context, { labels, ...options })).toBe(0);
  const shown = run.stdout();
  expect(shown).toContain("recall     0.700  [0.500, 0.900]");
  expect(shown).toContain("Answered: 5 of 6 lines to answer, and 1 of 6 to leave alone.");
  expect(shown).toContain("  0.400       0.800       0.700");
  expect(shown).toContain("0.10  line 12  to answer       押金多少");
  expect(shown).not.toContain("\u001B");
  const page = join(workDir, "gate-report.html");
  expect(run.stderr()).toBe(`Report: ${page}\n`);
  expect(await readFile(page, "utf8")).toMatch(/^<!doctype html>/u);
});

test.each([
  ["better", { low: 0.01, high: 0.09 }, "This gate is better"],
  ["worse", { low: -0.09, high: -0.01 }, "This gate is worse"],
  ["no different", { low: -0.01, high: 0.09 }, "may be chance"],
])("says that a gate is %s than another", async (_what, interval, said) => {
  const against = join(folder, "old.json");
  await writeFile(against, "{}");
  let seen: unknown;
  const run = await createCommandRun({
    workDir,
    assistant: {
      evaluate: async (lines, given) => {
        seen = [lines, given.against, given.group];
        return { ...evalReport, against: { ...comparison, interval } };
      },
    },
  });
  await runEval(run.context, { labels, ...options, against, group: "g" });
  expect(seen).toEqual([labelFile.lines, against, "g"]);
  expect(run.stdout()).toContain(said);
  expect(run.stdout()).toContain("F1 0.700. This one differs by +0.050");
});

test("writes the page where it is asked to, with --json too", async () => {
  const report = join(folder, "pages", "report.html");
  const run = await createCommandRun({ json: true, locale: "zh", assistant: { evaluate: async () => evalReport } });
  await runEval(run.context, { labels, ...options, report });
  expect(await readFile(report, "utf8")).toContain('<html lang="zh-CN">');
  expect(run.stderr()).toBe(`报告：${report}\n`);
});

test("shows the figures even when the page cannot be written", async () => {
  const run = await createCommandRun({ assistant: { evaluate: async () => evalReport } });
  await expect(runEval(run.context, { labels, ...options, report: folder })).rejects.toSatisfy(
    (error) => isAppError(error, "usage") && error.message.includes("cannot be written"),
  );
  expect(run.stdout()).toContain("precision");
});

test("refuses a missing gate to compare with before anything is opened", async () => {
  const run = await createCommandRun({ locale: "zh" });
  await expect(runEval(run.context, { labels, ...options, against: join(folder, "none.json") })).rejects.toSatisfy(
    (error) => isAppError(error, "usage") && error.message.includes("无法读取文件"),
  );
});
