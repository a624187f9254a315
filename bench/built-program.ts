/*
 * The benches measure what is shipped, dist/, not the TypeScript sources: loaders of TypeScript would be part of every figure.
 */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Assistant } from "../src/app.ts";
import type { Figure } from "./figure.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const DIST = join(ROOT, "dist");

/** The command line as a script for `node`. */
export const PROGRAM = join(DIST, "cli", "main.js");
export const MODEL_FOLDER = join(ROOT, "models", "multilingual-e5-small-zh-en");
export const CORPUS_FOLDER = join(ROOT, "corpus");

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Builds dist/ when a source is newer. */
export async function buildProgram(): Promise<void> {
  const built = await modifiedMs(PROGRAM);
  const sources = await readdir(join(ROOT, "src"), { recursive: true });
  const times = await Promise.all(sources.map((file) => modifiedMs(join(ROOT, "src", file))));
  if (Math.max(...times) < built) return;
  console.error("dist/ is older than src/: building");
  await promisify(execFile)("npm", ["run", "build"], { cwd: ROOT });
}

async function modifiedMs(path: string): Promise<number> {
  return stat(path).then(
    (facts) => facts.mtimeMs,
    () => 0,
  );
}

/** Imports a module of dist/, such as `search/build.js`; `Module` is the type of its source. */
export async function importBuilt<Module>(path: string): Promise<Module> {
  return import(new URL(`../dist/${path}`, import.meta.url).href);
}

export interface BenchAssistant {
  assistant: Assistant;
  workDir: string;
}

/** An assistant of dist/ with the default configuration, or the one of `configFile`. */
export async function builtAssistant(
  workDir: string,
  options: { configFile?: string; fetch?: typeof fetch } = {},
): Promise<Assistant> {
  const { loadConfig, createAssistant } = await importBuilt<typeof import("../src/index.ts")>("index.js");
  const { configFile: file, fetch: replyTo } = options;
  const config = await loadConfig({ cwd: workDir, env: {}, ...(file !== undefined && { file }) });
  return createAssistant({
    config,
    workDir,
    logger: silent,
    locale: "en",
    ...(replyTo !== undefined && { fetch: (input, init) => replyTo(input, init) }),
  });
}

/** Runs `work` in a folder of its own, which is gone afterwards. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "xianheng-bench-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface ProgramRun {
  /** From the start of the process to its first output. */
  firstOutputMs: number;
  /** From the start of the process to its end. */
  wallMs: number;
  /** Peak resident memory. */
  peakMib: number;
  stdout: string;
}

/** Prints the peak of the resident memory when the process ends. */
const REPORT_PEAK = `data:text/javascript,${encodeURIComponent(
  'process.on("exit",()=>process.stderr.write("\\npeak-kib="+process.resourceUsage().maxRSS+"\\n"))',
)}`;

/** Runs the command line as a process of its own. Fails on any exit code but 0 and 3 (silence). */
export async function runProgram(args: readonly string[]): Promise<ProgramRun> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["--import", REPORT_PEAK, PROGRAM, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  let firstOutputMs: number | undefined;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    firstOutputMs ??= performance.now() - startedAt;
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  const wallMs = performance.now() - startedAt;
  if (code !== 0 && code !== 3) throw new Error(`xianheng ${args.join(" ")} ended with ${code}: ${stderr}`);
  const peakKib = Number(/peak-kib=(\d+)/.exec(stderr)?.[1] ?? Number.NaN);
  return { firstOutputMs: firstOutputMs ?? wallMs, wallMs, peakMib: peakKib / 1024, stdout };
}

/** Hands the figures of a bench that runs as a child process to bench/run.ts. */
export function giveFigures(figures: readonly Figure[]): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
