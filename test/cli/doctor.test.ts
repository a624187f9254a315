import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { DoctorCheck } from "../../src/app.ts";
import { runDoctor } from "../../src/cli/doctor.ts";
import { createCommandRun } from "./command-fixture.ts";

const fine: DoctorCheck = { check: "index", name: "索引", status: "ok", detail: "12 documents", remedy: "" };
const broken: DoctorCheck = {
  check: "model",
  name: "model",
  status: "failed",
  detail: "no file",
  remedy: "restore it",
};
const doubtful: DoctorCheck = { check: "key", name: "key", status: "warning", detail: "unset", remedy: "export it" };

test("exits 0 when nothing failed, warnings included", async () => {
  const { context, stdout } = await createCommandRun({ assistant: { doctor: async () => [fine, doubtful] } });
  expect(await runDoctor(context)).toBe(0);
  expect(stdout()).toBe("✓ 索引: 12 documents\n! key: unset\n  → export it\n\nEverything is in order.\n");
});

test("exits 1 when a check failed and says what to do", async () => {
  const { context, stdout } = await createCommandRun({
    locale: "zh",
    assistant: { doctor: async () => [fine, broken] },
  });
  expect(await runDoctor(context)).toBe(1);
  expect(stdout()).toBe("✓ 索引: 12 documents\n✗ model: no file\n  → restore it\n\n1 项检查未通过。\n");
});

test("prints the checks as one JSON array", async () => {
  const { context, stdout } = await createCommandRun({ json: true, assistant: { doctor: async () => [fine, broken] } });
  expect(await runDoctor(context)).toBe(1);
  expect(JSON.parse(stdout())).toEqual([
    { check: "index", status: "ok", detail: "12 documents", remedy: "" },
    { check: "model", status: "failed", detail: "no file", remedy: "restore it" },
  ]);
});

test("reports a wrong configuration as a failed check with exit code 2", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "xianheng-doctor-"));
  writeFileSync(join(cwd, "config.ini"), "[index]\nchunk_char = 3\n");
  const { context, stdout } = await createCommandRun({ json: true, cwd });
  expect(await runDoctor(context)).toBe(2);
  const [check]: DoctorCheck[] = JSON.parse(stdout());
  expect(check?.status).toBe("failed");
  expect(check?.detail).toContain("chunk_chars");
});
