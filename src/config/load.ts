import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse as parseToml, TomlError } from "smol-toml";
import { AppError, errorMessage } from "../core/errors.ts";
import type { Locale, ProxySettings } from "../core/runtime.ts";
import { findCrossFaults, huixiangdouSections } from "./cross-checks.ts";
import { decodeConfig } from "./decode-config.ts";
import { describeIssue, formatPath } from "./describe-issue.ts";
import { configMessages, type ConfigMessages } from "./messages.ts";
import { proxySecrets, proxySettings } from "./proxy-settings.ts";
import { configSchema, type Config } from "./schema.ts";

export interface LoadConfigOptions {
  /** The config file; without it `./config.ini` when it is there, else defaults. */
  file?: string | undefined;
  /** Where relative `file` and `./config.ini` are looked for. */
  cwd: string;
  /** Default: the process's environment. */
  env?: Record<string, string | undefined>;
  /** Language of messages. Default `en`. */
  locale?: Locale;
}

export interface LoadedConfig {
  /** Checked, with defaults; `corpus.paths` (groups' too) and a local `embedding.model` are absolute. */
  config: Config;
  /** Absolute path of the file that was read. */
  file?: string;
  /** Folder that relative paths of the config start from: the file's, else `cwd`. */
  baseFolder: string;
  /** Folder that a document's `source` is relative to: the package for the default corpus, else `baseFolder`. */
  sourceFolder: string;
  /** Folder with package.json, models/ and corpus/. */
  packageRoot: string;
  /** Value of an environment variable named in the config; undefined when unset or blank. */
  secret: (variable: string) => string | undefined;
  /** Values of every secret that the config names and the environment has, for redaction; those of proxies, too. */
  secretValues: string[];
  /** Absent when the environment names no proxy. */
  proxy?: ProxySettings;
  /** Whether HTTPS_PROXY or one of its kin is set. */
  hasProxy: boolean;
}

/** What `provider = "aimhub"` of `[embedding]` means where the keys are absent. */
const AIMHUB_EMBEDDING = { model: "Embedding-V1", baseUrl: "https://api.gaiasc.com/v1" };

const MAX_BYTES = 1024 * 1024;
const PACKAGE_ROOT = fileURLToPath(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");

/**
 * Reads and checks `config.ini` (TOML).
 * @throws AppError `config_invalid` with every fault, one a line, each as `file: [section] key: what to do`.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  // From 1.29 on onnxruntime tells Microsoft of each session unless this is set before it is loaded, in the main thread.
  process.env["ORT_DISABLE_TELEMETRY"] ??= "1";
  const messages = configMessages(options.locale ?? "en");
  const env = options.env ?? process.env;
  const file = await findFile(options);
  const shownFile = options.file ?? "config.ini";
  const raw = file === undefined ? {} : parseFile(await readConfigFile(file, shownFile, messages), shownFile, messages);
  const config = checkConfig(raw, shownFile, messages);
  const baseFolder = file === undefined ? path.resolve(options.cwd) : path.dirname(file);
  const secret = (variable: string): string | undefined => env[variable]?.trim() || undefined;
  const proxy = proxySettings(secret);
  const isDefaultCorpus = !hasKey(raw, "corpus", "paths");
  resolvePaths(config, { raw, baseFolder });
  return {
    config,
    ...(file === undefined ? {} : { file }),
    baseFolder,
    sourceFolder: isDefaultCorpus ? PACKAGE_ROOT : baseFolder,
    packageRoot: PACKAGE_ROOT,
    secret,
    secretValues: [
      ...secretVariables(config)
        .map(secret)
        .filter((value) => value !== undefined),
      ...proxySecrets(proxy ?? {}),
    ],
    ...(proxy !== undefined && { proxy }),
    hasProxy: proxy !== undefined,
  };
}

async function findFile({ file, cwd }: LoadConfigOptions): Promise<string | undefined> {
  if (file !== undefined) {
    return path.resolve(cwd, file);
  }
  const candidate = path.resolve(cwd, "config.ini");
  const found = await stat(candidate).catch((error: unknown) => {
    if (isSystemError(error, "ENOENT")) {
      return undefined;
    }
    throw error;
  });
  return found === undefined ? undefined : candidate;
}

async function readConfigFile(file: string, shownFile: string, messages: ConfigMessages): Promise<string> {
  const fault = (text: string): AppError => new AppError("config_invalid", `${shownFile}: ${text}`);
  let bytes: Uint8Array;
  try {
    const facts = await stat(file);
    if (facts.isDirectory()) {
      throw fault(messages.isFolder);
    }
    // A FIFO or a device would wait for ever.
    if (!facts.isFile()) {
      throw fault(messages.notAFile);
    }
    if (facts.size > MAX_BYTES) {
      throw fault(messages.tooLarge);
    }
    bytes = await readFile(file);
  } catch (error) {
    if (error instanceof AppError) {
      throw error;
    }
    throw fault(
      isSystemError(error, "ENOENT") || isSystemError(error, "ENOTDIR")
        ? messages.missingFile
        : messages.unreadable(isSystemError(error) ? error.code : errorMessage(error)),
    );
  }
  const text = decodeConfig(bytes);
  if (text === undefined) {
    throw fault(messages.notText);
  }
  return text;
}

function parseFile(text: string, shownFile: string, messages: ConfigMessages): Record<string, unknown> {
  try {
    return parseToml(text);
  } catch (error) {
    if (error instanceof TomlError) {
      // Only the first line: the rest of the message quotes the file, and a line of the file may hold a secret.
      const reason = error.message.split("\n")[0]?.replace("Invalid TOML document: ", "") ?? "";
      throw new AppError("config_invalid", `${shownFile}: ${messages.syntax(error.line, error.column, reason)}`);
    }
    throw error;
  }
}

function checkConfig(raw: Record<string, unknown>, shownFile: string, messages: ConfigMessages): Config {
  const foreign = huixiangdouSections(raw);
  if (foreign.length > 0) {
    throw new AppError("config_invalid", `${shownFile}: ${messages.huixiangdou(foreign)}`);
  }
  const result = configSchema.safeParse(raw, { error: (issue) => describeIssue(issue, messages) });
  const faults = [...(result.error?.issues ?? []), ...findCrossFaults(raw, messages)];
  if (result.success && faults.length === 0) {
    return result.data;
  }
  const lines = faults.flatMap((fault) => {
    const place = formatPath(fault.path);
    return fault.message.split("\n").map((text) => [shownFile, place, text].filter(Boolean).join(": "));
  });
  throw new AppError("config_invalid", lines.join("\n"));
}

/** Relative paths start at the config file's folder; the default model and corpus at the package. */
function resolvePaths(config: Config, { raw, baseFolder }: { raw: Record<string, unknown>; baseFolder: string }): void {
  const corpusFolder = hasKey(raw, "corpus", "paths") ? baseFolder : PACKAGE_ROOT;
  config.corpus.paths = config.corpus.paths.map((entry) => path.resolve(corpusFolder, entry));
  for (const group of config.channel.flatMap((channel) => channel.group)) {
    group.paths = group.paths?.map((entry) => path.resolve(baseFolder, entry));
  }
  const { embedding } = config;
  if (embedding.provider === "aimhub") {
    if (!hasKey(raw, "embedding", "model")) embedding.model = AIMHUB_EMBEDDING.model;
    if (!hasKey(raw, "embedding", "base_url")) embedding.base_url = AIMHUB_EMBEDDING.baseUrl;
  } else if (embedding.provider !== "openai") {
    embedding.model = resolveModel(embedding.model, baseFolder);
  }
}

/** The shipped model's name means the shipped model wherever the config lies, unless the folder is there as well. */
function resolveModel(model: string, baseFolder: string): string {
  const beside = path.resolve(baseFolder, model);
  const isShipped = model === configSchema.parse({}).embedding.model;
  return isShipped && !existsSync(beside) ? path.resolve(PACKAGE_ROOT, model) : beside;
}

function hasKey(raw: Record<string, unknown>, section: string, key: string): boolean {
  const table = raw[section];
  return typeof table === "object" && table !== null && key in table;
}

/** Every variable name that a `*_env` key of the config holds. */
function secretVariables(value: unknown): string[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) =>
    key.endsWith("_env") && typeof inner === "string" ? [inner] : secretVariables(inner),
  );
}

function isSystemError(error: unknown, code?: string): error is NodeJS.ErrnoException & { code: string } {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    (code === undefined || error.code === code)
  );
}
