import { expect, test } from "vitest";
import type { IngestReport } from "../../src/app.ts";
import { runIngest } from "../../src/cli/ingest.ts";
import { en } from "../../src/cli/messages/en.ts";
import { zh } from "../../src/cli/messages/zh.ts";
import { progressLine, shareDone } from "../../src/cli/progress.ts";
import { createCommandRun } from "./command-fixture.ts";

const report: IngestReport = {
  documents: {
    added: 3,
    updated: 1,
    unchanged: 5,
    removed: 2,
    failed: [{ source: "corpus/a.pdf", code: "document_encrypted", message: "It needs a password." }],
  },
  chunks: 120,
  embedded: 40,
  seconds: 2.4567,
  notes: [],
};

test("prints the documented JSON; a file that cannot be read fails nothing", async () => {
  const { context, stdout, stderr } = await createCommandRun({ json: true, assistant: { ingest: async () => report } });
  expect(await runIngest(context, [])).toBe(0);
  expect(JSON.parse(stdout())).toEqual({
    documents: {
      added: 3,
      updated: 1,
      unchanged: 5,
      removed: 2,
      failed: [{ path: "corpus/a.pdf", reason: "It needs a password." }],
    },
    chunks: 120,
    seconds: 2.46,
  });
  expect(stderr()).toBe("Not read: corpus/a.pdf: It needs a password.\n");
});

test("says each unread file with its reason in the owner's language", async () => {
  const { context, stdout, stderr } = await createCommandRun({
    locale: "zh",
    assistant: { ingest: async () => report },
  });
  await runIngest(context, []);
  expect(stderr()).toMatch(/^未读取：corpus\/a\.pdf：文档已加密/);
  expect(stdout()).toContain("新增 3");
});

test("hands on paths as absolute ones, and none when none were given", async () => {
  const seen: (string[] | undefined)[] = [];
  const ingest = async ({ paths }: { paths?: string[] }) => {
    seen.push(paths);
    return report;
  };
  const { context } = await createCommandRun({ assistant: { ingest }, cwd: "/somewhere" });
  await runIngest(context, ["docs", "/else/a.md"]);
  await runIngest(context, []);
  expect(seen).toEqual([["/somewhere/docs", "/else/a.md"], undefined]);
});

test("says what was repaired and what left the index, in both languages, and in the JSON", async () => {
  const notes: IngestReport["notes"] = [
    { code: "index-damaged", message: "The old index was damaged and has been built anew (x).", details: ["x"] },
    { code: "outside-removed", message: "long", details: ["../a.md", "../b.md", "../c.md", "../d.md"] },
  ];
  const ingest = async () => ({ ...report, notes });
  const english = await createCommandRun({ json: true, assistant: { ingest } });
  await runIngest(english.context, []);
  expect(english.stderr()).toContain("Warning: The old index was damaged and has been built anew (x).\n");
  const told = "4 documents outside of the configured corpus left the index (../a.md, ../b.md, ../c.md, … +1)";
  expect(english.stderr()).toContain(`Warning: ${told}`);
  expect(JSON.parse(english.stdout())).toMatchObject({
    notes: [{ code: "index-damaged" }, { code: "outside-removed", message: expect.stringContaining(told) }],
  });
  const chinese = await createCommandRun({ locale: "zh", assistant: { ingest } });
  await runIngest(chinese.context, []);
  expect(chinese.stderr()).toContain("注意：原有索引已损坏，已重新建立。详情：x\n");
  expect(chinese.stderr()).toContain("4 个不在配置的文档路径里的文档已移出索引（../a.md、../b.md、../c.md、… +1）");
});

test("says no notes with --quiet", async () => {
  const notes: IngestReport["notes"] = [{ code: "litter-removed", message: "m", details: ["chunks-1.bin"] }];
  const { context, stderr } = await createCommandRun({
    quiet: true,
    assistant: { ingest: async () => ({ ...report, notes }) },
  });
  await runIngest(context, []);
  expect(stderr()).toBe("");
});

test("warns when there was nothing to read", async () => {
  const documents = { added: 0, updated: 0, unchanged: 0, removed: 0, failed: [] };
  const { context, stderr } = await createCommandRun({
    assistant: { ingest: async () => ({ ...report, documents, chunks: 0 }) },
  });
  expect(await runIngest(context, [])).toBe(0);
  expect(stderr()).toContain("No document was found");
});

test("shows files, chunks a second and the time left", () => {
  const progress = { filesDone: 10, filesFound: 40, chunksDone: 100, chunksQueued: 120, failed: 1 };
  expect(progressLine(progress, 2000, en)).toBe("10/40 files · 100/480 chunks · 50 chunks/s · 8 s left · 1 not read");
  expect(progressLine({ ...progress, failed: 0 }, 40_000, zh)).toBe(
    "文件 10/40 · 段落 100/480 · 每秒 2.5 段 · 剩余 2 分 32 秒",
  );
});

test("promises no time before anything is done", () => {
  expect(progressLine({ filesDone: 0, filesFound: 0, chunksDone: 0, chunksQueued: 0, failed: 0 }, 0, en)).toBe(
    "0/0 files · 0/0 chunks · 0.0 chunks/s",
  );
});

test.each([
  [{ filesDone: 0, filesFound: 0, chunksDone: 0, chunksQueued: 0, failed: 0 }, 0],
  [{ filesDone: 10, filesFound: 40, chunksDone: 100, chunksQueued: 120, failed: 0 }, 100 / 480],
  [{ filesDone: 40, filesFound: 40, chunksDone: 480, chunksQueued: 480, failed: 0 }, 1],
  [{ filesDone: 4, filesFound: 4, chunksDone: 0, chunksQueued: 0, failed: 0 }, 1],
])("knows the share done of %j", (progress, share) => {
  expect(shareDone(progress)).toBeCloseTo(share);
});
