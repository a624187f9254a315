import { join } from "node:path";
import { expect, test } from "vitest";
import { gatePage } from "../../../src/app/console/gate-page.ts";
import { createGateKeeper } from "../../../src/gate/gate-keeper.ts";
import { OWNER_SOURCE } from "../../../src/group/ledger-labels.ts";
import { FINGERPRINT, syntheticLines } from "../../gate/synthetic-lines.ts";
import { line, openFile, writer } from "./console-fixture.ts";

const LINES = syntheticLines(60);
const { signal } = new AbortController();
const all = { group: undefined };

/** The gate page over made-up lines; `scored` are the lines that a gate looked at. */
async function openPage() {
  const { store, workDir } = await openFile();
  const byText = new Map(LINES.map((one) => [one.text, one]));
  const [plain] = LINES;
  if (plain === undefined) throw new Error("There is a line.");
  const keeper = createGateKeeper({
    path: join(workDir, "gate.json"),
    question: 0.5,
    locale: "en",
    embed: async (texts) => texts.map((text) => (byText.get(text) ?? plain).evidence.queryVector),
    async retrieve(text, queryVector) {
      const { hits, evidence } = byText.get(text) ?? plain;
      return { hits, evidence: { ...evidence, queryVector } };
    },
    fingerprint: async () => FINGERPRINT,
    onWarning: () => undefined,
    now: () => 5,
  });
  const scored: string[] = [];
  const state = { version: "prior" };
  const page = gatePage({
    store,
    writer,
    gate: async () => ({
      ...keeper,
      score: async (lines, options, inner) => {
        scored.push(...lines);
        return keeper.score(lines, options, inner);
      },
    }),
    gateVersion: async () => state.version,
    corpusVersion: async () => "c",
  });
  async function label(count: number): Promise<void> {
    for (const { text, positive, line: number } of LINES.slice(0, count)) {
      const record = line(`m${number}`, { text, at: number });
      await store.record([record]);
      const said = { messageId: record.id, positive, source: OWNER_SOURCE, userId: "owner", at: number };
      await store.addLabel({ key: record.id, ...said });
    }
  }
  return { store, page, scored, state, label };
}

test("labelled lines are scored once, with curve and measures when there are both labels", async () => {
  const { page, scored, label } = await openPage();
  expect(await page.gate(all, signal)).toMatchObject({
    kind: "prior",
    version: "prior",
    question: 0.5,
    labels: { positive: 0, negative: 0, contradictory: 0, skipped: 0 },
    lines: [],
    curve: [],
    measures: undefined,
    toLabel: [],
  });
  await label(40);
  const view = await page.gate(all, signal);
  expect(view.labels).toMatchObject({ positive: 14, negative: 26 });
  expect(view.lines).toHaveLength(40);
  expect(view.lines[0]).toMatchObject({ id: "hr/hr/m1", text: LINES[0]?.text, positive: true });
  // What speaks lies at or above the threshold.
  for (const { probability, speaks } of view.lines) expect(speaks).toBe(probability >= view.threshold);
  expect(view.measures?.auc).toBeGreaterThan(0.5);
  expect(view.curve.length).toBeGreaterThan(1);
  expect(scored).toHaveLength(40);
  await page.gate(all, signal);
  expect(scored).toHaveLength(40);
});

test("lines to label are undecided ones near the threshold, alike ones once", async () => {
  const { store, page, scored, label } = await openPage();
  await label(1);
  const scores = (answerable: number) => ({ scores: { question: 0.9, answerable, threshold: 0.35 } });
  await store.record([
    line("far", { text: "打印机卡纸了", ...scores(0.99) }),
    line("near", { text: "公寓门禁卡怎么补办", ...scores(0.36) }),
    line("alike", { text: "公寓门禁卡 怎么补办？", ...scores(0.37) }),
    line("face", { text: "今天真热", reason: "not-a-question", ...scores(0.35) }),
    line("labelled", { text: LINES[0]?.text ?? "", ...scores(0.35) }),
    line("budget", { text: "食堂几点开门呢", reason: "over-budget", ...scores(0.35) }),
    line("short", { text: "哦", reason: "too-short", ...scores(0.35) }),
    line("other", { text: LINES[50]?.text ?? "", gateVersion: "old", outcome: "answered", ...scores(0.35) }),
    line("heard", { text: "构建通过了", outcome: "heard" }),
    line("q1", { text: "退房要多久", channel: "http", ...scores(0.34) }),
    line("elsewhere", { text: "会议室怎么预订", conversation: { id: "oc_2", kind: "group" }, ...scores(0.2) }),
  ]);
  const { toLabel } = await page.gate(all, signal);
  const ids = toLabel.map(({ id }) => id);
  expect(ids.slice(0, 2).toSorted()).toEqual(["hr/hr/near", "q1"]);
  expect(new Set(ids)).toEqual(
    new Set(["hr/hr/near", "q1", "hr/hr/elsewhere", "hr/hr/face", "hr/hr/far", "hr/hr/other"]),
  );
  expect(toLabel.find(({ id }) => id === "hr/hr/face")).toMatchObject({ probability: 0, outcome: "declined" });
  // Only what another gate had judged, and the labelled line, were looked at anew.
  expect(scored).toEqual([LINES[0]?.text, LINES[50]?.text]);
  const ofGroup = await page.gate({ group: "oc_2" }, signal);
  expect(ofGroup.toLabel.map(({ id }) => id)).toEqual(["hr/hr/elsewhere"]);
});

test("tuning takes the ledger's labels, one tuning after the other, and says what is missing", async () => {
  const { page, state, label } = await openPage();
  const wanted = { group: undefined, maxWrong: undefined };
  await label(6);
  await expect(page.tuneGate(wanted, signal)).rejects.toMatchObject({ code: "usage", message: /at least 10/u });
  await label(40);
  const [tuned, ofGroup] = await Promise.all([
    page.tuneGate(wanted, signal),
    page.tuneGate({ group: "oc", maxWrong: 0.1 }, signal),
  ]);
  expect(tuned.labels).toEqual({ positive: 14, negative: 26 });
  expect(tuned.intervals.f1.low).toBeLessThanOrEqual(tuned.intervals.f1.high);
  expect(ofGroup.threshold).toBeGreaterThan(0);
  state.version = "a1b2c3d4";
  const view = await page.gate(all, signal);
  expect(view).toMatchObject({ kind: "tuned", version: "a1b2c3d4", tunedAt: 5, threshold: tuned.threshold });
  expect(view.measures?.f1).toBeGreaterThan(0.8);
});
