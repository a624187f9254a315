import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DEFAULT_ANSWERS, writeToml } from "../../src/cli/init-toml.ts";
import { assumeSize } from "../../src/cli/init-questions.ts";
import { runInit } from "../../src/cli/init.ts";
import { en } from "../../src/cli/messages/en.ts";
import { zh } from "../../src/cli/messages/zh.ts";
import { loadConfig } from "../../src/config/load.ts";
import { createCommandRun } from "./command-fixture.ts";

function folder(): string {
  return mkdtempSync(join(tmpdir(), "xianheng-init-"));
}

test("writes the defaults with --yes, and they load", async () => {
  const cwd = folder();
  const { context, stdout } = await createCommandRun({ cwd });
  expect(await runInit(context, { yes: true, force: false })).toBe(0);
  expect(stdout()).toBe("Written: config.ini\n");
  expect(readdirSync(cwd)).toEqual(["config.ini"]);
  const { config, sourceFolder, packageRoot } = await loadConfig({ cwd });
  expect(config.attention.per_hour).toBe(12);
  expect(sourceFolder).toBe(packageRoot);
});

test("takes the corpus folder beside the configuration when there is one", async () => {
  const cwd = folder();
  mkdirSync(join(cwd, "corpus"));
  const { context } = await createCommandRun({ cwd });
  await runInit(context, { yes: true, force: false });
  expect((await loadConfig({ cwd })).config.corpus.paths).toEqual([join(cwd, "corpus")]);
});

test("takes a terminal that knows no size for one of the usual size", () => {
  const unknown = { columns: 0, rows: 0 };
  assumeSize(unknown);
  expect(unknown).toEqual({ columns: 80, rows: 24 });
  const narrow = { columns: 40, rows: 10 };
  assumeSize(narrow);
  expect(narrow).toEqual({ columns: 40, rows: 10 });
});

test("never overwrites a file unasked", async () => {
  const cwd = folder();
  writeFileSync(join(cwd, "config.ini"), "# mine\n");
  const { context } = await createCommandRun({ cwd, locale: "zh" });
  await expect(runInit(context, { yes: true, force: false })).rejects.toThrow(/--force/);
  expect(readFileSync(join(cwd, "config.ini"), "utf8")).toBe("# mine\n");
  expect(await runInit(context, { yes: true, force: true })).toBe(0);
  expect(readFileSync(join(cwd, "config.ini"), "utf8")).toContain("[answer]");
});

test("asks for a terminal when it has none and no --yes", async () => {
  const { context } = await createCommandRun({ cwd: folder() });
  await expect(runInit(context, { yes: false, force: false })).rejects.toMatchObject({ code: "usage" });
});

test.each([
  ["openai", en],
  ["alles-apin", zh],
] as const)("an %s gateway loads again with every answer in its place", async (provider, text) => {
  const cwd = folder();
  const toml = writeToml(
    {
      ...DEFAULT_ANSWERS,
      language: "zh",
      corpus: '文档 "2024"\\a',
      llm: { provider, model: "gpt-4", baseUrl: "https://gateway.example/v1", apiKeyEnv: "TEAM_KEY" },
      unasked: false,
      perHour: 3,
    },
    text.init,
  );
  writeFileSync(join(cwd, "config.ini"), toml);
  const { config } = await loadConfig({ cwd, env: {} });
  expect(config.corpus.paths).toEqual([join(cwd, '文档 "2024"\\a')]);
  expect(config.answer.language).toBe("zh");
  expect(config.group.unasked).toBe(false);
  expect(config.attention.per_hour).toBe(3);
  expect(config.llm).toMatchObject([
    { provider, model: "gpt-4", base_url: "https://gateway.example/v1", api_key_env: "TEAM_KEY" },
  ]);
});
