import { expect, test } from "vitest";
import { runWhy } from "../../src/cli/why.ts";
import type { LedgerRecord } from "../../src/core/store.ts";
import { createCommandRun } from "./command-fixture.ts";

const record: LedgerRecord = {
  id: "hr/hr/om_1",
  messageId: "om_1",
  at: Date.UTC(2026, 10, 24, 4),
  channel: "hr",
  app: "hr",
  conversation: { id: "oc_1", kind: "group" },
  senderId: "ou_1",
  mentioned: false,
  text: "退宿\u001b[31m要几天",
  outcome: "declined",
  reason: "over-budget",
  steps: [],
};
const why = async () => [{ record, lines: ["Kept silent: the group's budget of posts is used up."] }];

test("shows the record in words, without the control characters of a line", async () => {
  const run = await createCommandRun({ assistant: { why } });
  expect(await runWhy(run.context, "om_1")).toBe(0);
  expect(run.stdout()).toContain("2026-11-24T04:00:00.000Z  hr/hr/om_1");
  expect(run.stdout()).toContain("Kept silent: the group's budget of posts is used up.");
  expect(run.stdout()).not.toContain("\u001b");
});

test("--json prints the record", async () => {
  const run = await createCommandRun({ json: true, assistant: { why } });
  await runWhy(run.context, "om_1");
  expect(JSON.parse(run.stdout())).toEqual(record);
});

test("says when the ledger has no such message", async () => {
  const run = await createCommandRun({ json: true, assistant: { why: async () => [] } });
  expect(await runWhy(run.context, "om_9")).toBe(1);
  expect(run.stdout()).toBe("");
  expect(run.stderr()).toContain("There is no record of the message om_9.");
});

test("tells that a text is deleted", async () => {
  const { text: _text, ...old } = record;
  const run = await createCommandRun({ locale: "zh", assistant: { why: async () => [{ record: old, lines: [] }] } });
  await runWhy(run.context, "om_1");
  expect(run.stdout()).toContain("已按 retention_days 删除");
});
