import { expect, test } from "vitest";
import type { IngestReport } from "../../src/app.ts";
import { ensureIndex } from "../../src/cli/ensure-index.ts";
import { AppError } from "../../src/core/errors.ts";
import { createCommandRun } from "./command-fixture.ts";

const report: IngestReport = {
  documents: { added: 1, updated: 0, unchanged: 0, removed: 0, failed: [] },
  chunks: 1,
  embedded: 1,
  seconds: 1,
  notes: [],
};

const locked = () => new AppError("index_locked", "Process 7 on host is writing the index.");

test("waits for another process that builds the first index, and says so once", async () => {
  let looks = 0;
  let tries = 0;
  const assistant = {
    hasIndex: async () => ++looks > 40,
    ingest: async () => {
      tries++;
      throw locked();
    },
  };
  const { context, stderr } = await createCommandRun({ assistant });
  await ensureIndex(context, (await context.open()).assistant, { pollMs: 1 });
  expect(tries).toBeGreaterThan(1);
  expect(stderr().match(/waiting for it\. Process 7/g)).toHaveLength(1);
});

test("builds the index itself when the other process ended without one", async () => {
  let tries = 0;
  const ingest = async () => {
    if (++tries === 1) throw locked();
    return report;
  };
  const { context, stderr } = await createCommandRun({
    locale: "zh",
    assistant: { hasIndex: async () => false, ingest },
  });
  await ensureIndex(context, (await context.open()).assistant, { pollMs: 1 });
  expect(tries).toBe(2);
  expect(stderr()).toContain("另一个进程正在读取文档");
});

test("gives up on another process that takes too long", async () => {
  const ingest = async () => {
    throw locked();
  };
  const { context } = await createCommandRun({ quiet: true, assistant: { hasIndex: async () => false, ingest } });
  const { assistant } = await context.open();
  const waiting = ensureIndex(context, assistant, { waitMs: 5, pollMs: 1 });
  await expect(waiting).rejects.toMatchObject({ code: "index_locked" });
});

test("Ctrl-C ends the wait for another process", async () => {
  const ingest = async () => {
    throw locked();
  };
  const { context, interrupt } = await createCommandRun({ assistant: { hasIndex: async () => false, ingest } });
  const waiting = ensureIndex(context, (await context.open()).assistant, { pollMs: 60_000 });
  interrupt.abort();
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
});
