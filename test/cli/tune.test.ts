import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runTune } from "../../src/cli/tune.ts";
import { isAppError } from "../../src/core/errors.ts";
import { createCommandRun } from "./command-fixture.ts";
import { LABELS, labelFile, measures, tuneReport } from "./gate-reports-fixture.ts";

let folder: string;
let labels: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xianheng-tune-"));
  labels = join(folder, "labels.tsv");
  await writeFile(labels, LABELS);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const options = { fromLedger: false, maxWrong: undefined, group: undefined, seed: undefined };

test("prints one document with the intervals as pairs", async () => {
  const run = await createCommandRun({ json: true, assistant: { tune: async () => tuneReport } });
  expect(await runTune(run.context, { labels, ...options })).toBe(0);
  const document: unknown = JSON.parse(run.stdout());
  expect(document).toEqual({
    version: 1,
    threshold: 0.4,
    crossValidated: measures,
    interval: { precision: [0.5, 0.9], recall: [0.5, 0.9], f1: [0.5, 0.9], auc: [0.5, 0.9] },
    prior: tuneReport.prior,
    learningCurve: tuneReport.learningCurve,
    unsure: tuneReport.unsure,
    wrong: tuneReport.wrong,
    warnings: tuneReport.warnings,
    path: tuneReport.path,
    labels: { positive: 6, negative: 6, skipped: 0 },
  });
  expect(run.stderr()).toBe("");
});

test("gives the assistant the lines and every option", async () => {
  const seen: unknown[] = [];
  const run = await createCommandRun({
    json: true,
    assistant: {
      tune: async (lines, { onProgress: _onProgress, ...given }) => {
        seen.push(lines, given);
        return { ...tuneReport, maxWrong: { target: 0.01, recall: 0.6, wrong: 0, upperBound: 0.02 } };
      },
    },
  });
  await runTune(run.context, { labels, fromLedger: false, maxWrong: 0.01, group: "g", seed: 7 });
  expect(seen).toEqual([labelFile.lines, { maxWrong: 0.01, group: "g", seed: 7 }]);
  expect(JSON.parse(run.stdout())).toMatchObject({ maxWrong: { target: 0.01, upperBound: 0.02 } });
});

test("tells a person how well it does, what to label next and what is wrong", async () => {
  const maxWrong = { target: 0.0125, recall: 0.6, wrong: 0, upperBound: 0.002 };
  const run = await createCommandRun({ assistant: { tune: async () => ({ ...tuneReport, maxWrong }) } });
  await runTune(run.context, { labels, ...options });
  const shown = run.stdout();
  expect(shown).toContain("12 labelled lines: 6 to answer, 6 to leave alone");
  expect(shown).toContain("F1         0.750  [0.500, 0.900]");
  expect(shown).toContain("at most 1.3 % of the lines to leave alone");
  expect(shown).toContain("which shows at most 0.2 %");
  expect(shown).toContain("label lines like these next (the first 10 of 12)");
  expect(shown).toContain("0.40  line 1   怎么办 0");
  expect(shown).toContain("Judged wrongly (2)");
  expect(shown).toContain("Warning: Lines 4 (positive), 9 (negative) are the same");
  expect(shown).toContain("Written: workdir/gate.json");
  expect(shown).not.toContain("\u001B");
});

test("tells it in Chinese", async () => {
  const run = await createCommandRun({
    locale: "zh",
    assistant: { tune: async () => ({ ...tuneReport, prior: measures, learningCurve: [], wrong: [] }) },
  });
  await runTune(run.context, { labels, ...options });
  const shown = run.stdout();
  expect(shown).toContain("应回答 6 行，应忽略 6 行");
  expect(shown).toContain("还没有超过出厂先验");
  expect(shown).toContain("行数太少");
  expect(shown).toContain("最没有把握");
  expect(shown).toContain("第 4 (positive), 9 (negative) 行内容相同而标签矛盾：收到");
  expect(shown).not.toMatch(/[a-z]{4,} [a-z]{3,} /u);
});

test("counts the blank lines it passed over", async () => {
  const file = join(folder, "blank.tsv");
  await writeFile(file, `\n${LABELS}\n`);
  for (const quiet of [false, true]) {
    const run = await createCommandRun({ json: true, quiet, assistant: { tune: async () => tuneReport } });
    await runTune(run.context, { labels: file, ...options });
    expect(JSON.parse(run.stdout())).toMatchObject({ labels: { skipped: 2 } });
    expect(run.stderr()).toBe(quiet ? "" : "2 blank lines were passed over.\n");
  }
});

test("refuses bad labels before anything is opened", async () => {
  const file = join(folder, "bad.tsv");
  await writeFile(file, `${LABELS}unsure\t?\n`);
  const run = await createCommandRun({ json: true });
  await expect(runTune(run.context, { labels: file, ...options })).rejects.toSatisfy(
    (error) => isAppError(error, "usage") && error.message.includes("Line 13"),
  );
  expect(run.stdout()).toBe("");
});

test("adds the members' opinions to the labels, and lists those that contradict each other", async () => {
  const seen: unknown[] = [];
  const run = await createCommandRun({
    json: true,
    assistant: {
      ledgerLabels: async () => ({
        lines: [{ text: "空调坏了找谁", positive: true, messageId: "m" }],
        contradictory: [{ text: "班车几点", messageIds: ["a", "b"], positive: 1, negative: 2 }],
        skipped: { noText: 1, asked: 0, withheld: 0 },
      }),
      tune: async (lines) => {
        seen.push(lines.at(-1), lines.length);
        return tuneReport;
      },
    },
  });
  await runTune(run.context, { labels, ...options, fromLedger: true });
  const last = labelFile.lines.at(-1)?.line ?? 0;
  expect(seen).toEqual([{ text: "空调坏了找谁", positive: true, line: last + 1 }, labelFile.lines.length + 1]);
  expect(run.stderr()).toContain("1 for, 2 against: 班车几点");
  expect(JSON.parse(run.stdout())).toMatchObject({ ledger: { lines: 1, contradictory: [{ text: "班车几点" }] } });
});

test("the ledger alone must hold enough, of both kinds", async () => {
  const lines = Array.from({ length: 12 }, (_, index) => ({ text: `q${index}`, positive: true, messageId: "m" }));
  const assistant = {
    ledgerLabels: async () => ({ lines, contradictory: [], skipped: { noText: 0, asked: 0, withheld: 0 } }),
  };
  const run = await createCommandRun({ assistant });
  await expect(runTune(run.context, { ...options, labels: undefined, fromLedger: true })).rejects.toSatisfy(
    (error) => isAppError(error, "usage") && /the ledger are labelled positive/u.test(error.message),
  );
});
