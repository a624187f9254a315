import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EvalReport, TuneReport } from "../../src/app.ts";
import { isAppError } from "../../src/core/errors.ts";
import { runEval } from "../../src/cli/eval.ts";
import { evalReportPage } from "../../src/cli/gate-report-page.ts";
import { decode, readLabels, splitLines } from "../../src/cli/label-file.ts";
import { en } from "../../src/cli/messages/en.ts";
import { zh } from "../../src/cli/messages/zh.ts";
import { runScore } from "../../src/cli/score.ts";
import { runTune } from "../../src/cli/tune.ts";
import { createCommandRun } from "./command-fixture.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xianheng-gate-commands-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const interval = { low: 0.5, high: 0.9 };
const intervals = { precision: interval, recall: interval, f1: interval, auc: interval };
const measures = { precision: 0.8, recall: 0.7, f1: 0.75, auc: 0.9 };
const wrong = [{ text: "<script>alert(1)</script>", line: 3, positive: false, probability: 0.8 }];
const evalReport: EvalReport = {
  ...measures,
  threshold: 0.4,
  intervals,
  best: { threshold: 0.5, ...measures },
  curve: [
    { threshold: 0.9, precision: 1, recall: 0.2 },
    { threshold: 0.4, precision: 0.8, recall: 0.7 },
  ],
  wrong,
};
const tuneReport: TuneReport = {
  version: 1,
  path: "gate.json",
  threshold: 0.4,
  crossValidated: measures,
  intervals,
  prior: measures,
  learningCurve: [{ labels: 10, f1: 0.7, ideal: 0.75 }],
  unsure: [{ text: "怎么办", line: 1, probability: 0.5 }],
  wrong,
  warnings: ["line 4 and line 9 contradict each other"],
};

test("reads labels with a mark, CRLF, blank lines and tabs in the text", async () => {
  const path = await file("a.tsv", "\uFEFFpositive\t怎么\t退宿\r\n\r\nNEGATIVE\t收到\r\n");
  expect(await readLabels(path, en)).toEqual([
    { text: "怎么\t退宿", positive: true, line: 1 },
    { text: "收到", positive: false, line: 3 },
  ]);
});

test("reads labels in GB18030", async () => {
  const path = await file("gbk.tsv", Buffer.concat([Buffer.from("positive\t"), Buffer.from([0xcd, 0xcb, 0xcb, 0xde])]));
  expect((await readLabels(path, en))[0]?.text).toBe("退宿");
});

test.each([
  ["maybe\tx", "Line 1"],
  ["positive\ta\nnegative", "Line 2"],
  ["positive\t \n", "Line 1"],
  ["", "holds no line"],
])("names what is wrong with the labels %j", async (content, said) => {
  const path = await file("bad.tsv", content);
  await expect(readLabels(path, en)).rejects.toSatisfy(
    (error) => isAppError(error, "usage") && error.message.includes(said),
  );
});

test("says that a label file is missing", async () => {
  await expect(readLabels(join(folder, "none.tsv"), zh)).rejects.toThrow("无法读取文件");
});

test("decodes any bytes and keeps empty lines between others", () => {
  expect(decode(Uint8Array.from([0xff, 0xfe, 0x00]))).toBeTypeOf("string");
  expect(splitLines("a\n\nb\n")).toEqual(["a", "", "b"]);
});

test("scores every line of a file, in order and in batches", async () => {
  const batches: number[] = [];
  const fixture = await createCommandRun({
    json: true,
    assistant: {
      score: async (lines) => {
        batches.push(lines.length);
        return lines.map((text) => ({
          text,
          question: 0.2,
          answerable: 0.1,
          speak: false,
          reason: "unrelated" as const,
        }));
      },
    },
  });
  const path = await file("lines.txt", Array.from({ length: 250 }, (_, index) => `line ${index}`).join("\n"));
  expect(await runScore(fixture.context, { file: path, group: undefined, explain: false })).toBe(0);
  const rows = fixture.stdout().trim().split("\n");
  expect(rows).toHaveLength(250);
  expect(JSON.parse(rows[7] ?? "")).toEqual({
    text: "line 7",
    question: 0.2,
    answerable: 0.1,
    speak: false,
    reason: "unrelated",
  });
  expect(batches).toEqual([100, 100, 50]);
});

test("tune prints one document with the intervals as pairs", async () => {
  const fixture = await createCommandRun({ json: true, assistant: { tune: async () => tuneReport } });
  const labels = await file("labels.tsv", "positive\ta b\nnegative\tc d\n");
  expect(await runTune(fixture.context, { labels, maxWrong: undefined, group: undefined, seed: undefined })).toBe(0);
  const document: unknown = JSON.parse(fixture.stdout());
  expect(document).toMatchObject({
    version: 1,
    threshold: 0.4,
    crossValidated: measures,
    interval: { f1: [0.5, 0.9] },
  });
});

test("tune tells a person what to label next", async () => {
  const fixture = await createCommandRun({ json: false, assistant: { tune: async () => tuneReport } });
  const labels = await file("labels.tsv", "positive\ta b\nnegative\tc d\n");
  await runTune(fixture.context, { labels, maxWrong: undefined, group: undefined, seed: undefined });
  expect(fixture.stdout()).toContain("怎么办");
  expect(fixture.stdout()).toContain("contradict");
});

test("eval writes a page beside its table and escapes what people wrote", async () => {
  const fixture = await createCommandRun({ json: false, assistant: { evaluate: async () => evalReport } });
  const labels = await file("labels.tsv", "positive\ta b\nnegative\tc d\n");
  const report = join(folder, "pages", "report.html");
  expect(await runEval(fixture.context, { labels, against: undefined, group: undefined, report })).toBe(0);
  const page = await readFile(report, "utf8");
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(page).not.toContain("<script>");
  expect(page).toMatch(/<svg[^>]*>.*<\/svg>/su);
});

test("the page speaks both languages", () => {
  expect(evalReportPage(evalReport, zh, "zh")).toContain('<html lang="zh">');
  expect(evalReportPage(evalReport, zh, "zh")).toContain("判断错误的行");
});
