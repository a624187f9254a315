import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAssistant, type Assistant } from "../../src/app.ts";
import { loadConfig, type LoadedConfig } from "../../src/config/load.ts";
import { readManifest } from "../../src/search/manifest.ts";
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
const BUS = "# 班车\n\n## 时间\n\n早上的班车 7:40 从东门出发，晚上的班车 18:10 返回。\n";
const FILES = {
  "config.ini": CONFIG,
  "everyone/2023/bus.md": "# 班车\n\n## 时间\n\n早上的班车 8:15 从西门出发。\n",
  "everyone/2024/bus.md": BUS,
  "payroll/pay.md": "# 工资\n\n## 发放\n\n工资在每月 10 日发放，遇到假期提前到前一个工作日。\n",
};
const QUESTION = "早上的班车几点出发？";
const { signal } = new AbortController();

let folder = "";
let config: LoadedConfig;
let assistant: Assistant;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xianheng-narrow-"));
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  config = await loadConfig({ cwd: folder, env: {} });
  assistant = createAssistant({
    config,
    workDir: join(folder, "workdir"),
    logger: createRecordingLogger(),
    locale: "zh",
  });
  await assistant.ingest({}, signal);
});

afterAll(async () => assistant.close());

async function found(sources: string[]): Promise<string[]> {
  const hits = await assistant.search(QUESTION, { limit: 10, sources }, signal);
  return hits.map(({ source }) => source);
}

test.each([
  [["everyone/2024/"], ["everyone/2024/bus.md"]],
  [["everyone/20"], ["everyone/2024/bus.md", "everyone/2023/bus.md"]],
  [["**/2023/*.md"], ["everyone/2023/bus.md"]],
  [["{nothing,everyone/2024}/**"], ["everyone/2024/bus.md"]],
  [["nothing"], []],
  [["payroll/"], []],
  [["**"], ["everyone/2024/bus.md", "everyone/2023/bus.md"]],
])("sources %j give %j, and never what others alone may see", async (sources, expected) => {
  expect((await found(sources)).toSorted()).toEqual(expected.toSorted());
});

test("an answer comes from the wanted documents alone, steps are told, and without any there is silence", async () => {
  const steps: string[] = [];
  const onStep = (name: string): unknown => steps.push(name);
  const old = await assistant.ask(QUESTION, { sources: ["everyone/2023/"], onStep }, signal);
  expect(old.outcome).toMatchObject({ kind: "answered", citations: [{ source: "everyone/2023/bus.md" }] });
  expect(steps).toEqual(Object.keys(old.timings).filter((name) => name !== "load" && name !== "total"));
  const none = await assistant.ask(QUESTION, { sources: ["nothing/"] }, signal);
  expect(none.outcome.kind).toBe("declined");
});

test("a group's documents are narrowed, too", async () => {
  const group = { id: "payroll", gate: config.config.gate, paths: [join(folder, "payroll")] };
  const pay = "工资每月几号发放？";
  expect((await assistant.ask(pay, { group, sources: ["payroll/"] }, signal)).outcome.kind).toBe("answered");
  expect((await assistant.ask(QUESTION, { group, sources: ["everyone/"] }, signal)).outcome.kind).toBe("declined");
});

test("a pattern that makes no sense is a usage fault", async () => {
  await expect(found(["[z-a]*"])).rejects.toMatchObject({ code: "usage" });
});

test("over MCP documents are listed and read as Markdown, without those of one group", async () => {
  const input = new PassThrough();
  const output = new PassThrough();
  const said: Buffer[] = [];
  output.on("data", (part: Buffer) => said.push(part));
  const ended = assistant.mcp({ input, output, untilIndexed: async () => undefined }, signal);
  const ask = (id: number, method: string, params: object): void =>
    void input.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
  const answer = async (id: number): Promise<unknown> => {
    const read = (): unknown[] =>
      Buffer.concat(said)
        .toString("utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    await expect.poll(() => read().find((one) => hasId(one, id))).toBeDefined();
    return read().find((one) => hasId(one, id));
  };
  ask(1, "resources/list", {});
  const listed = await answer(1);
  expect(listed).toMatchObject({
    result: { resources: [{ name: "everyone/2023/bus.md" }, { name: "everyone/2024/bus.md" }] },
  });
  const uris = [...JSON.stringify(listed).matchAll(/xianheng:\/\/documents\/\w+/gu)].map(([uri]) => uri);
  ask(2, "resources/read", { uri: uris[1] });
  expect(await answer(2)).toMatchObject({ result: { contents: [{ text: BUS }] } });
  const { documents } = await readManifest(join(folder, "workdir", "index"));
  const hidden = documents.find(({ source }) => source === "payroll/pay.md");
  ask(3, "resources/read", { uri: `xianheng://documents/${hidden?.id ?? ""}` });
  expect(await answer(3)).toMatchObject({ error: { code: -32_602 } });
  input.end();
  await ended;
});

function hasId(message: unknown, id: number): boolean {
  return typeof message === "object" && message !== null && "id" in message && message.id === id;
}
