import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadConfig, type LoadedConfig } from "../../src/config/load.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Locale } from "../../src/core/runtime.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "xianheng-config-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function load(text: string | Uint8Array, env: Record<string, string> = {}): Promise<LoadedConfig> {
  await writeFile(path.join(folder, "config.ini"), text);
  return loadConfig({ cwd: folder, env });
}

async function faultsOf(text: string | Uint8Array, locale: Locale = "en"): Promise<string[]> {
  await writeFile(path.join(folder, "config.ini"), text);
  return faultsOfFile(undefined, locale);
}

async function faultsOfFile(file: string | undefined, locale: Locale = "en"): Promise<string[]> {
  try {
    await loadConfig({ cwd: folder, env: {}, locale, ...(file === undefined ? {} : { file }) });
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: "config_invalid" });
    expect(error instanceof AppError && error.cause).toBeUndefined();
    return error instanceof AppError ? error.message.split("\n") : [];
  }
  return [];
}

test("without a file every section has its defaults and the package's own model and corpus", async () => {
  const { config, file, packageRoot, sourceFolder } = await loadConfig({ cwd: folder, env: {} });
  expect(file).toBeUndefined();
  expect(config.corpus.paths).toEqual([path.join(packageRoot, "corpus")]);
  expect(config.embedding.model).toBe(path.join(packageRoot, "models", "multilingual-e5-small-zh-en"));
  expect(sourceFolder).toBe(packageRoot);
  expect(config.attention).toMatchObject({ per_hour: 12, timezone: "Asia/Shanghai", quiet_hours: [] });
});

test("relative paths start at the config file's folder, wherever the program runs", async () => {
  await mkdir(path.join(folder, "team"));
  await writeFile(
    path.join(folder, "team", "my.ini"),
    '[corpus]\npaths = ["docs", "/srv/manual"]\n[embedding]\nmodel = "weights"\n' +
      '[[channel]]\nkind = "console"\nname = "c"\n[[channel.group]]\nid = "g"\npaths = ["only"]\n',
  );
  const loaded = await loadConfig({ cwd: folder, file: "team/my.ini", env: {} });
  expect(loaded.file).toBe(path.join(folder, "team", "my.ini"));
  expect(loaded.config.corpus.paths).toEqual([path.join(folder, "team", "docs"), path.resolve("/srv/manual")]);
  expect(loaded.config.embedding.model).toBe(path.join(folder, "team", "weights"));
  expect(loaded.config.channel[0]?.group[0]?.paths).toEqual([path.join(folder, "team", "only")]);
  expect(loaded.sourceFolder).toBe(path.join(folder, "team"));
});

test("the shipped model's name means the shipped model from any folder", async () => {
  const { config, packageRoot } = await load('[embedding]\nmodel = "models/multilingual-e5-small-zh-en"\n');
  expect(config.embedding.model).toBe(path.join(packageRoot, "models", "multilingual-e5-small-zh-en"));
});

test("a remote embedding model's name stays as it is", async () => {
  const { config } = await load('[embedding]\nprovider = "openai"\nmodel = "bge-m3"\n');
  expect(config.embedding.model).toBe("bge-m3");
});

test("secrets come by variable name, blank ones count as unset", async () => {
  const text = '[[llm]]\nprovider = "kimi"\napi_key_env = "KIMI"\n[server]\napi_keys_env = "KEYS"\n';
  const loaded = await load(text, { KIMI: " sk-1\n", KEYS: "  " });
  expect(loaded.secret("KIMI")).toBe("sk-1");
  expect(loaded.secret("KEYS")).toBeUndefined();
  expect(loaded.secretValues).toEqual(["sk-1"]);
});

test("an address loses its trailing slash", async () => {
  const { config } = await load('[[llm]]\nprovider = "vllm"\nmodel = "m"\nbase_url = "http://127.0.0.1:8000/v1/"\n');
  expect(config.llm[0]?.base_url).toBe("http://127.0.0.1:8000/v1");
});

test("all faults are reported together, each with file, section, key and remedy", async () => {
  const faults = await faultsOf(`
[attention]
per_hours = 3
debounce = 3
max_share = 1.5
quiet_hours = ["22-8"]
timezone = "Mars/Base"
[serverr]
port = 1
[server]
port = 99999
max_body_kib = 1.5
host = 7
[[llm]]
provider = "kimmi"
[[llm]]
provider = "kimi"
api = "openai"
[[channel]]
kind = "lark"
name = "hr"
app_id = "a"
app_secret_env = "S"
[[channel.group]]
id = "x"
per_hour = -1
[[channel]]
kind = "console"
name = "hr"
[embedding]
provider = "openai"
`);
  expect(faults.every((line) => line.startsWith("config.ini: "))).toBe(true);
  const expected = [
    '[attention]: unknown key "per_hours"; did you mean "per_hour" in [attention]?',
    '[attention]: unknown key "debounce"; did you mean "debounce_s" in [group]?',
    "[attention] max_share: out of range: must be 0 to 1",
    '[attention] quiet_hours #1: must be spans like "22:00-08:00"',
    "[attention] timezone: must be a time zone such as Asia/Shanghai",
    'unknown section or key "serverr"; did you mean [server]?',
    "[server] port: out of range: must be 0 to 65535",
    "[server] max_body_kib: must be a whole number, 1 to 1048576 KiB",
    "[server] host: must be a string in quotes",
    "[[llm]] #2 api_key_env: missing key",
    '[[llm]] #2: "api" belongs to provider "alles-apin" only',
    "[[channel]] #1 [[group]] #1 per_hour: out of range: must be 0 to 10000 posts",
    "[[channel]] #2 name: name is used by another [[channel]]; each needs its own",
    '[embedding] model: missing key: provider = "openai" needs the model\'s name',
  ].map((line) => `config.ini: ${line}`);
  expect(faults).toEqual(expect.arrayContaining(expected));
  expect(faults.find((line) => line.includes("#1 provider"))).toMatch(/must be one of alles-apin, .*mean "kimi"/);
  expect(faults).toHaveLength(expected.length + 1);
});

test("faults are told in Chinese to those who read Chinese", async () => {
  expect(await faultsOf("[attention]\nper_huor = 1\nper_day = -1\n", "zh")).toEqual([
    "config.ini: [attention] per_day: 超出范围：应为 0 到 100000 条",
    'config.ini: [attention]: 不认识的键 "per_huor"；是不是 [attention] 里的 "per_hour"？',
  ]);
});

test("a secret written where a variable's name belongs is refused without being shown", async () => {
  const faults = await faultsOf(
    '[[llm]]\nprovider = "kimi"\napi_key_env = "sk-very-secret"\n[[llm]]\nprovider = "kimi"\napi_key = "sk-very-secret"\n',
  );
  expect(faults).toHaveLength(3);
  expect(faults.join()).not.toContain('secret"');
  expect(faults.join()).not.toContain("sk-very");
});

test("an address with user, password or query is refused without being shown", async () => {
  const faults = await faultsOf(
    '[server]\npublic_url = "https://me:hunter2@x.example"\n[embedding]\nbase_url = "http://x/?k=hunter2"\n',
  );
  expect(faults).toHaveLength(2);
  expect(faults.join()).not.toContain("hunter2");
});

test.each([
  "https://app.example.com/",
  "https://app.example.com/path",
  "app.example.com",
  "*",
  "null",
  "https://me:hunter2@app.example.com",
])("%s is no origin whose pages may use the API", async (origin) => {
  const faults = await faultsOf(`[server]\ncors_origins = ["https://app.example.com:8443", "${origin}"]\n`);
  expect(faults).toEqual([
    'config.ini: [server] cors_origins #2: must be origins like "https://app.example.com", without a path or a slash at the end',
  ]);
});

test("the address of Redis is a secret, and stays out of the file", async () => {
  const [fault = ""] = await faultsOf('[server]\nrate_limit_redis_url_env = "redis://:hunter2@cache"\n');
  expect(fault).toContain("must be the name of an environment variable");
  expect(fault).not.toContain("hunter2");
});

test("broken TOML is named by line and column, never by its text", async () => {
  const [fault, ...rest] = await faultsOf('[corpus]\npaths = ["a"]\napi_key = "sk-secret\n');
  expect(fault).toMatch(/^config\.ini: line 3, column \d+: not valid TOML: /);
  expect(fault).not.toContain("sk-");
  expect(rest).toEqual([]);
});

test("[llm] with single brackets is answered with the double ones", async () => {
  expect(await faultsOf('[llm]\nprovider = "kimi"\n')).toEqual([
    "config.ini: [llm]: must be written with double brackets: [[llm]]",
  ]);
});

test("HuixiangDou's own config is recognised", async () => {
  const [fault, ...rest] = await faultsOf(
    '[feature_store]\nreject_throttle = 0.2\n[llm.server]\nremote_type = "kimi"\n',
  );
  expect(fault).toMatch(/HuixiangDou.*\[feature_store\], \[llm\.server\].*xianheng init/);
  expect(rest).toEqual([]);
});

test.each([
  ["UTF-8 with BOM", Buffer.from("\uFEFF[attention]\nper_hour = 3\n")],
  ["UTF-16LE with BOM", Buffer.from("\uFEFF[attention]\nper_hour = 3\n", "utf16le")],
  ["UTF-16BE with BOM", Buffer.from("\uFEFF[attention]\nper_hour = 3\n", "utf16le").swap16()],
  ["UTF-16LE without BOM", Buffer.from("[attention]\nper_hour = 3\n", "utf16le")],
  ["CRLF", Buffer.from("[attention]\r\nper_hour = 3\r\n")],
  [
    "GB18030",
    Buffer.concat([Buffer.from("# "), Buffer.from([0xd6, 0xd0]), Buffer.from("\n[attention]\nper_hour = 3\n")]),
  ],
])("a config saved as %s is read", async (_name, bytes) => {
  expect((await load(bytes)).config.attention.per_hour).toBe(3);
});

test("an empty config means defaults", async () => {
  expect((await load("")).config.attention.per_hour).toBe(12);
});

test("bytes that are no text are refused", async () => {
  expect(await faultsOf(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0xff, 0]))).toEqual([
    "config.ini: is not text: save it as UTF-8",
  ]);
});

test("a config over 1 MiB is refused", async () => {
  expect(await faultsOf("#".repeat(1024 * 1024 + 1))).toEqual(["config.ini: is over 1 MiB: not a config file"]);
});

test("a missing config names the remedy", async () => {
  expect(await faultsOfFile("none.ini")).toEqual(["none.ini: no such file; write one with: xianheng init"]);
});

test("a folder is no config", async () => {
  await mkdir(path.join(folder, "config.ini"));
  expect(await faultsOfFile(undefined)).toEqual(["config.ini: is a folder; name the file in it"]);
});

test.each(["22:00-08:00", "00:00-24:00", "12:30-13:00"])("quiet hours %s are accepted", async (span) => {
  expect((await load(`[attention]\nquiet_hours = ["${span}"]\n`)).config.attention.quiet_hours).toEqual([span]);
});

test.each(["24:00-08:00", "9:00-10:00", "22:00", "22:60-23:00"])("quiet hours %s are refused", async (span) => {
  expect(await faultsOf(`[attention]\nquiet_hours = ["${span}"]\n`)).toHaveLength(1);
});

test("the environment's proxies are read, lower case first, and their passwords are secrets", async () => {
  const env = {
    https_proxy: "http://ann:p%40ss-1@proxy:3128",
    HTTPS_PROXY: "http://other:1",
    HTTP_PROXY: "bob@plain:2",
    NO_PROXY: "localhost",
    ALL_PROXY: " ",
  };
  const { proxy, secretValues } = await loadConfig({ cwd: folder, env });
  expect(proxy).toEqual({ http: "bob@plain:2", https: "http://ann:p%40ss-1@proxy:3128", noProxy: "localhost" });
  expect(secretValues).toEqual(expect.arrayContaining(["p%40ss-1", "p@ss-1", "ann:p%40ss-1", "ann:p@ss-1"]));
  expect(await loadConfig({ cwd: folder, env: { NO_PROXY: "*" } })).not.toHaveProperty("proxy");
});

test("aimhub's embedding has its own address and model, which the file may change", async () => {
  const { config } = await load('[embedding]\nprovider = "aimhub"\napi_key_env = "K"\n');
  expect(config.embedding).toMatchObject({ model: "Embedding-V1", base_url: "https://api.gaiasc.com/v1" });
  const changed = await load('[embedding]\nprovider = "aimhub"\nmodel = "m"\nbase_url = "http://h/v1/"\n');
  expect(changed.config.embedding).toMatchObject({ model: "m", base_url: "http://h/v1" });
});

test("a reranker of one's own needs the name of its model", async () => {
  expect(await faultsOf('[rerank]\nprovider = "vllm"\n')).toEqual([
    'config.ini: [rerank] model: missing key: provider = "vllm" needs the model\'s name',
  ]);
});
