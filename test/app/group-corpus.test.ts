import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createAssistant } from "../../src/app.ts";
import { loadConfig } from "../../src/config/load.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";

const CONFIG = `
[corpus]
paths = ["everyone"]

[[channel]]
kind = "console"
name = "team"

[[channel.group]]
id = "payroll"
paths = ["payroll"]
`;

test("a group's own documents are indexed, answer that group, and nobody else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "xianheng-group-corpus-"));
  await mkdir(join(folder, "everyone"));
  await mkdir(join(folder, "payroll"));
  await writeFile(join(folder, "config.ini"), CONFIG);
  await writeFile(
    join(folder, "everyone", "bus.md"),
    "# 班车\n\n## 时间\n\n早上的班车 7:40 从东门出发，晚上的班车 18:10 返回。\n",
  );
  await writeFile(
    join(folder, "payroll", "pay.md"),
    "# 工资\n\n## 发放\n\n工资在每月 10 日发放，遇到假期提前到前一个工作日。\n",
  );
  const config = await loadConfig({ cwd: folder, env: {} });
  const logger = createRecordingLogger();
  const assistant = createAssistant({ config, workDir: join(folder, "workdir"), logger, locale: "zh" });
  const { signal } = new AbortController();
  try {
    expect((await assistant.ingest({}, signal)).documents.added).toBe(2);
    const group = { id: "payroll", gate: config.config.gate, paths: [join(folder, "payroll")] };
    const inGroup = await assistant.ask("工资每月几号发放？", { group }, signal);
    expect(inGroup.outcome).toMatchObject({ kind: "answered", citations: [{ source: "payroll/pay.md" }] });
    const elsewhere = await assistant.ask("工资每月几号发放？", {}, signal);
    expect(elsewhere.outcome).not.toMatchObject({ kind: "answered", citations: [{ source: "payroll/pay.md" }] });
    const found = await assistant.search("工资每月几号发放？", { limit: 10 }, signal);
    expect(found.map(({ source }) => source)).toEqual(["everyone/bus.md"]);
  } finally {
    await assistant.close();
  }
});
